"""Layouts: everything can be read on every platform, no platform's control lies over it, no letter becomes a box."""

import io
from dataclasses import replace
from itertools import combinations

import pytest
from PIL import Image, ImageChops, ImageStat

from publishing.media.images import colours
from publishing.media.studio import faces, grounds, painting
from publishing.media.studio.base import LABEL, TEMPLATES, BadScript, Script
from publishing.media.studio.layouts import layout
from publishing.media.studio.places import Layout, Row
from publishing.media.studio.renditions import RENDITIONS, Rendition
from tests.publishing.studio_scripts import BEA, GREY, IVEN, SMALL, ZUZKA, busy, scene, script

PLATFORMS = [pytest.param(one, id=name) for name, one in RENDITIONS.items()]
TIKTOK, INSTAGRAM = RENDITIONS["tiktok"], RENDITIONS["instagram"]
CYRILLIC, GREEK = "Прилив вернулся, и рифы ожили", "Οι παλίρροιες επιστρέφουν"
ARABIC, HINDI, THAI = "ثلاث نصائح لإصلاح المحمصة", "जिसे आप खोल नहीं सकते", "ฉันพบนาฬิกาเก่าในถังขยะเมื่อฤดูหนาวที่แล้ว"


def laid(made: Script, rendition: Rendition = INSTAGRAM, number: int = 1) -> Layout:
    return layout(script=made, number=number, rendition=rendition)


def words(place: Layout, part: str = "line") -> list[Row]:
    return [row for row in place.rows if row.part == part]


def shown(place: Layout) -> str:
    return "".join(row.text for row in words(place)).replace("-", "").replace(" ", "").replace(faces.RIGHT, "")


def overlap(first: Row, second: Row) -> bool:
    a, b = first.box, second.box
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@pytest.mark.spec("GEN-3")
@pytest.mark.parametrize("rendition", PLATFORMS)
@pytest.mark.parametrize("template", TEMPLATES)
def test_all_text_lies_in_the_safe_area_and_no_line_touches_another(template: str, rendition: Rendition) -> None:
    for picture in (None, b"not looked at yet"):
        place = laid(script(scene(template, picture=picture)), rendition)
        left, top, right, bottom = place.safe
        for overlay in place.overlays:
            for row in overlay.rows:
                assert left <= row.box[0] < row.box[2] <= right + 1, row
                assert top <= row.box[1] < row.box[3] <= bottom + 1, row
            assert not any(overlap(a, b) for a, b in combinations(overlay.rows, 2))
        # What is seen at one moment touches nothing else that is seen then.
        for first, second in combinations(place.overlays, 2):
            if first.since_s < second.until_s and second.since_s < first.until_s:
                assert not any(overlap(a, b) for a in first.rows for b in second.rows)


@pytest.mark.parametrize("template", TEMPLATES)
def test_over_a_picture_the_words_stay_in_its_lower_half(template: str) -> None:
    place = laid(script(scene(template, picture=b"x")))
    limit = 0.3 if template == "list" else 0.42
    assert min(row.box[1] for row in place.rows if row.part not in ("label", "handle")) > limit * place.height


@pytest.mark.spec("PUB-2")
@pytest.mark.parametrize("rendition", PLATFORMS)
def test_the_ai_label_is_seen_from_the_first_frame_to_the_last(rendition: Rendition) -> None:
    made = script(scene("story"), scene("countdown"))
    for number in (1, 2):
        place = laid(made, rendition, number)
        (overlay,) = [one for one in place.overlays if any(row.part == "label" for row in one.rows)]
        (row,) = words(place, "label")
        assert row.text == LABEL == "AI-generated"
        assert (overlay.since_s, overlay.entrance) == (0, "none")
        assert overlay.until_s >= made.scenes[number - 1].seconds
        assert row.behind is not None
        assert colours.contrast(row.colour, row.behind) >= 4.5
        assert row.size_px >= 28


@pytest.mark.spec("PUB-2")
def test_tiktok_has_neither_handle_nor_name_nor_mark_and_the_others_have_them() -> None:
    mark = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(mark, "PNG")
    for more in ({"handle": "iven_at_lowtide"}, {"handle": "", "name": "Iven"}):
        made = script(scene(), mark=mark.getvalue(), **more)
        for name, rendition in RENDITIONS.items():
            signed = {"handle", "mark"} & laid(made, rendition).parts
            assert signed == (set() if name == "tiktok" else {"handle", "mark"}), name
    bare = laid(script(scene(), handle=""), TIKTOK)
    assert [r.text for r in laid(made, TIKTOK).rows] == [r.text for r in bare.rows]


def test_a_line_that_names_the_account_cannot_be_on_tiktok() -> None:
    made = script(scene("title", "Follow @Iven_At_Lowtide for more"))
    with pytest.raises(BadScript, match=r'Scene 1, line 1 names "iven_at_lowtide", and tiktok allows no name'):
        laid(made, TIKTOK)
    assert laid(made, RENDITIONS["x"]).parts


@pytest.mark.parametrize("look", [BEA, IVEN, ZUZKA, GREY], ids=["bea", "iven", "zuzka", "grey"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_text_has_enough_contrast_with_the_pixels_below_it(template: str, look: object) -> None:
    for picture in (None, busy()):
        made = script(scene(template, picture=picture), look=look)
        place = laid(made, SMALL)
        ground = grounds.ground(
            look=made.look, scene=made.scenes[0], number=1, layout=place, rendition=SMALL, size=(300, 534)
        )
        for row in place.rows:
            found = (
                colours.contrast(row.colour, row.behind)
                if row.behind is not None
                else grounds.contrast_under(row, picture=ground, layout=place)
            )
            assert found >= grounds.least(row), (row.part, row.text, found)


def test_a_quiet_picture_has_a_thinner_veil_than_a_busy_one() -> None:
    calm = io.BytesIO()
    Image.new("RGB", (90, 160), (20, 24, 28)).save(calm, "PNG")
    means = []
    for picture in (calm.getvalue(), busy()):
        made = script(scene("title", picture=picture))
        place = laid(made, SMALL)
        size = (SMALL.width, SMALL.height)
        made_ground = grounds.ground(
            look=IVEN, scene=made.scenes[0], number=1, layout=place, rendition=SMALL, size=size
        )
        bare = grounds.cover(grounds.opened(source=picture, part="it"), size=size)
        low = (0, SMALL.height * 3 // 4, SMALL.width, SMALL.height)
        change = ImageChops.difference(made_ground.crop(low), bare.crop(low)).convert("L")
        means.append(ImageStat.Stat(change).mean[0])
    assert means[0] < means[1] / 2


@pytest.mark.parametrize("words_", range(4, 13))
def test_no_title_ends_in_an_orphan(words_: int) -> None:
    sentence = "spring brings otters home to a river that people had given up on"
    text = " ".join(sentence.split()[:words_])
    rows = words(laid(script(scene("title", text))))
    assert " ".join(row.text for row in rows) == text
    assert len(rows) == 1 or len(rows[-1].text.split()) > 1


@pytest.mark.parametrize(
    "text",
    [CYRILLIC, GREEK, ARABIC, HINDI, THAI, "Rindfleischetikettierungsgesetz returns", "W" * 80,
     "24% off? $1,299 isn't $999!", "https://example.test/a-very-long-address/that-nobody/should-print"],
)  # fmt: skip
def test_no_letter_is_lost_in_any_template_or_script(text: str) -> None:
    for template in ("title", "quote", "story"):
        place = laid(script(scene(template, text[:110])))
        expected = faces.clean(text[:110], part="it").replace("-", "").replace(" ", "")
        assert shown(place) == expected


@pytest.mark.spec("GEN-3")
@pytest.mark.parametrize(
    ("text", "family"),
    [(CYRILLIC, "inter"), (GREEK, "inter"), (ARABIC, "arabic"), (HINDI, "devanagari"), (THAI, "thai")],
)
def test_every_script_is_set_in_a_font_that_has_it_and_no_box_is_drawn(text: str, family: str) -> None:
    assert {run.family for run in faces.runs(text)} == {family}
    face = faces.font(family=family, weight="bold", size_px=40)
    box = bytes(face.getmask("\U0010ffff"))
    assert all(bytes(face.getmask(letter)) != box for letter in text if letter.strip())


def test_arabic_stands_at_the_right_and_its_letters_join() -> None:
    rows = words(laid(script(scene("title", ARABIC))))
    right = laid(script(scene("title", ARABIC))).safe[2]
    assert all(abs(row.box[2] - right) <= 2 for row in rows)
    apart = sum(faces.width(letter, weight="bold", size_px=60) for letter in "سلام")
    assert faces.width("سلام", weight="bold", size_px=60) < 0.9 * apart


def test_latin_words_and_numbers_take_their_place_in_a_line_from_right_to_left() -> None:
    def order(text: str) -> list[str]:
        return [run.text.strip() for run in faces.runs(text)]

    assert order("ابتسم 42 مرة") == ["مرة", "42", "ابتسم"]
    assert order(f"{faces.RIGHT}3A في القابس") == ["في القابس", "3A"]
    assert order("السعر 1.5 kg")[:3:2] == ["kg", "1.5"]
    assert order("Hello سلام there") == ["Hello", "سلام", "there"]


def test_emoji_are_drawn_whole_where_their_font_is_installed_and_left_out_elsewhere() -> None:
    cleaned = faces.clean("Tide 🌊 pools 👩🏽‍🔬 in 🇫🇷 ❤️", part="It")
    if faces.EMOJI in faces.families():
        assert faces.clusters(cleaned.replace(" ", ""))[-1] == "❤️"
        assert {run.family for run in faces.runs("🌊👩🏽‍🔬🇫🇷")} == {faces.EMOJI}
        one = faces.width("🌊", weight="bold", size_px=60)
        assert faces.width("👩🏽‍🔬", weight="bold", size_px=60) == pytest.approx(one, rel=0.1)
    else:
        assert cleaned == "Tide pools in"


def test_letters_that_no_font_has_are_refused_with_what_to_do() -> None:
    text = "潮だまりの生き物"
    if faces.CJK in faces.families():
        assert {run.family for run in faces.runs(text)} == {faces.CJK}
    else:
        with pytest.raises(
            BadScript, match=r'Scene 1, line 1 has letters that no font here has \("潮だまり.*manimgx-fonts-cjk'
        ):
            laid(script(scene("title", text)))


def test_signs_that_steer_direction_or_stand_on_nothing_are_left_out() -> None:
    assert faces.clean("a\u202eb\u0000c\u2066 \u0301d", part="It") == "abc d"
    with pytest.raises(BadScript, match="has nothing that can be set"):
        laid(script(scene("title", "\u202e\u0301")))


def test_captions_follow_each_other_and_points_of_a_list_come_one_by_one() -> None:
    story = [one for one in laid(script(scene("story"))).overlays if one.entrance != "none" or one.since_s][-2:]
    assert story[0].until_s == story[1].since_s
    points = [one for one in laid(script(scene(), scene("list")), number=2).overlays if one.shapes and one.rows][:-1]
    assert [one.since_s for one in points] == sorted({one.since_s for one in points})


def test_the_first_frame_has_its_words_already() -> None:
    made = script(scene(), scene())
    first, second = (laid(made, number=number).overlays[0] for number in (1, 2))
    assert (first.since_s, first.entrance) == (0, "none")
    assert second.entrance == "rise"


def test_a_countdown_falls_by_one_to_one() -> None:
    made = script(scene("countdown", count=4))
    place = laid(made)
    figures = [one for one in place.overlays if any(row.part == "figure" for row in one.rows)]
    assert [one.rows[0].text for one in figures] == ["4", "3", "2", "1"]
    assert figures[-1].until_s == pytest.approx(made.seconds)


def test_what_is_painted_is_what_was_measured() -> None:
    made = script(scene("title"))
    place = laid(made)
    painted, x, y = painting.paint(overlay=place.overlays[0], layout=place, script=made)
    box = place.overlays[0].box
    left, top, right, bottom = painted.getbbox()
    assert abs(left + x - box[0]) <= 2
    assert abs(right + x - box[2]) <= 2
    assert abs(top + y - box[1]) <= 2
    assert abs(bottom + y - box[3]) <= 2
    assert (x % 2, y % 2, painted.width % 2, painted.height % 2) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (b"", "cannot be read as a picture"),
        (b"\x89PNG\r\n\x1a\nrubbish", "cannot be read as a picture"),
        (busy()[:700], "cannot be read as a picture"),
    ],
)
def test_a_picture_that_cannot_be_read_is_named(picture: bytes, said: str) -> None:
    with pytest.raises(BadScript, match=f"Scene 2's picture {said}; give a PNG"):
        grounds.opened(source=picture, part="Scene 2's picture")


def test_a_wide_picture_and_a_transparent_one_fill_the_screen() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (300, 20), (255, 0, 0, 0)).save(file, "PNG")
    seen = grounds.cover(grounds.opened(source=file.getvalue(), part="It"), size=(90, 160))
    assert seen.size == (90, 160)
    assert seen.getpixel((45, 80)) == (255, 255, 255)


def test_too_much_for_a_screen_is_refused_by_its_scene() -> None:
    tiny = replace(INSTAGRAM, safe=(0.3, 0.4, 0.3, 0.4))
    with pytest.raises(BadScript, match=r"Scene 1.*(does not fit)"):
        laid(script(scene("list")), tiny)
