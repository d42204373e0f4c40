"""Posters: everything on them can be read, nothing leaves the margins, and the same asks give the same bytes."""

import hashlib
import io
from dataclasses import replace
from itertools import combinations

import pytest
from PIL import Image as Pictures

from publishing.media.images import colours, lettering
from publishing.media.images.base import MOTIFS, BadSpec, PosterSpec
from publishing.media.images.layout import HEIGHT_PX, LABEL, MARGIN_PX, WIDTH_PX, layout, set_title
from publishing.media.images.poster import PosterMaker

SPEC = PosterSpec(
    title="Why the reef went quiet, and came back",
    kicker="Shoreline notes",
    source_line="Source: Harbour Gazette, 22 November 2026",
    name="Mara Tidewell",
    handle="mara.tides",
    background="#f3ede0",
    ink="#12263a",
    accent="#e4572e",
    motif="waves",
    seed=7,
)
LONG_WORD = "Rindfleischetikettierungsgesetz"  # 31 letters
TITLES = [
    "Tide pools",
    "Ask",
    "Night trains are back",
    '24% off? Read "the small print" first: $1,299.00 isn\'t $999!',
    "Repair it once: 3.5 kg of e-waste, $0 spent",
    "What a cold wet spring does to the first tomatoes of the year, again",
    f"{LONG_WORD} returns",
    "W" * 70,
    "https://example.test/a-very-long-address/that-nobody/should-print",
    "every word of this long title counts and none may be lost " * 5,
]


def picture(spec: PosterSpec) -> Pictures.Image:
    return Pictures.open(io.BytesIO(PosterMaker().make(spec=spec).bytes)).convert("RGB")


def overlap(first: tuple[int, int, int, int], second: tuple[int, int, int, int]) -> bool:
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]


@pytest.mark.spec("GEN-3")
@pytest.mark.parametrize("motif", MOTIFS)
def test_every_motif_gives_a_png_of_1080_by_1350(motif: str) -> None:
    made = PosterMaker().make(spec=replace(SPEC, motif=motif))
    opened = Pictures.open(io.BytesIO(made.bytes))
    assert (made.mime, opened.format) == ("image/png", "PNG")
    assert opened.size == (made.width, made.height) == (1080, 1350)
    panel = opened.convert("RGB").crop(layout(spec=SPEC).panel)
    assert len(panel.getcolors(1_000_000)) > 12  # flat shapes and the steps of their smooth edges


@pytest.mark.spec("GEN-6")
def test_the_same_specification_gives_the_same_bytes_and_another_seed_gives_others() -> None:
    def digest(spec: PosterSpec) -> str:
        return hashlib.sha256(PosterMaker().make(spec=spec).bytes).hexdigest()

    assert digest(SPEC) == digest(replace(SPEC))
    assert digest(SPEC) != digest(replace(SPEC, seed=8))


def test_a_poster_costs_nothing() -> None:
    assert PosterMaker().worst_case_usd_micros(spec=SPEC) == 0


@pytest.mark.parametrize("title", TITLES)
def test_no_title_leaves_the_margins_or_touches_anything_else(title: str) -> None:
    place = layout(spec=replace(SPEC, title=title))
    for line in place.lines:
        left, top, right, bottom = line.box
        assert MARGIN_PX <= left < right <= WIDTH_PX - MARGIN_PX, line
        assert place.panel[3] < top < bottom <= HEIGHT_PX - 72, line
    for first, second in combinations([line for line in place.lines if line.part != "title"], 2):
        assert not overlap(first.box, second.box)
    above = [line for line in place.lines if line.part in ("title", "kicker")]
    assert all(line.box[3] < place.rule[1] for line in above)
    assert place.panel[3] >= HEIGHT_PX // 3


@pytest.mark.parametrize("title", TITLES)
def test_no_letter_of_a_title_is_lost(title: str) -> None:
    lines, _ = set_title(text=lettering.clean(title))
    squeezed = "".join(lines).replace("-", "").replace(" ", "")
    assert squeezed == title.replace("-", "").replace(" ", "")


def test_no_ink_falls_outside_the_margins_below_the_panel() -> None:
    for title in TITLES:
        spec = replace(SPEC, title=title)
        below = picture(spec).crop((0, layout(spec=spec).panel[3], WIDTH_PX, HEIGHT_PX))
        paper = colours.parse(SPEC.background)
        for strip in ((0, 0, 72, below.height), (WIDTH_PX - 72, 0, WIDTH_PX, below.height)):
            assert below.crop(strip).getcolors() == [(72 * below.height, paper)], title


@pytest.mark.parametrize("words", range(4, 14))
def test_no_title_ends_in_an_orphan(words: int) -> None:
    sentence = "spring brings otters home to a river that people had given up on"
    text = " ".join(sentence.split()[:words])
    lines, _ = set_title(text=text)
    assert " ".join(lines) == text
    assert len(lines) == 1 or len(lines[-1].split()) > 1


def test_a_word_of_31_letters_is_divided_with_a_hyphen() -> None:
    lines, size = set_title(text=f"{LONG_WORD} returns")
    assert any(line.endswith("-") for line in lines)
    assert size >= 60


def test_a_long_title_is_set_smaller_than_a_short_one() -> None:
    assert set_title(text=TITLES[0])[1] > set_title(text=TITLES[5])[1] > set_title(text=TITLES[9].strip())[1]


@pytest.mark.spec("PUB-2")
def test_the_ai_label_is_on_every_poster_in_its_pill() -> None:
    place = layout(spec=SPEC)
    (label,) = [line for line in place.lines if line.part == "label"]
    assert label.text == LABEL == "AI-generated"
    left, top, right, bottom = place.pill
    assert left < label.box[0] < label.box[2] < right
    assert top < label.box[1] < label.box[3] < bottom
    assert colours.contrast(label.colour, label.behind) >= 4.5
    painted = picture(SPEC).crop(label.box).getcolors(100_000)
    assert {label.colour, label.behind} <= {colour for _, colour in painted}


@pytest.mark.parametrize(("background", "ink", "accent"), [
    ("#f3ede0", "#12263a", "#e4572e"),
    ("#0d1b2a", "#f1f5f2", "#2ec4b6"),
    ("#fff8e7", "#1f1a17", "#f2b705"),  # a yellow that nobody can read on cream
    ("#101010", "#fafafa", "#202020"),
    ("#ffffff", "#757575", "#ffffff"),
])  # fmt: skip
def test_every_text_has_a_contrast_of_at_least_4_5_with_what_is_behind_it(
    background: str, ink: str, accent: str
) -> None:
    spec = replace(SPEC, background=background, ink=ink, accent=accent, motif="grid")
    painted = picture(spec)
    for line in layout(spec=spec).lines:
        assert colours.contrast(line.colour, line.behind) >= 4.5, line.part
        # What is really behind it: the commonest colours of the line's own box are its paper and its ink.
        seen = sorted(painted.crop(line.box).getcolors(1_000_000), reverse=True)
        assert {colour for _, colour in seen[:2]} == {line.colour, line.behind}, line.part


@pytest.mark.parametrize("mood", ["accent", "ink", "paper"])
def test_no_motif_is_invisible_even_when_the_accent_is_the_background(mood: str) -> None:
    white, black = (255, 255, 255), (0, 0, 0)
    for accent in (white, black, (254, 254, 250), (128, 128, 128)):
        palette = colours.palette(background=white, ink=black, accent=accent, mood=mood)
        assert colours.contrast(palette.field, palette.strong) >= colours.DISTINCT


@pytest.mark.parametrize("part", ["background", "ink", "accent"])
@pytest.mark.parametrize("value", ["red", "#12345", "#1234567", "123456", "#gggggg", ""])
def test_a_bad_colour_is_refused_with_a_sentence(part: str, value: str) -> None:
    with pytest.raises(BadSpec, match=rf'{part} colour is "{value}"; write it as "#rrggbb"'):
        replace(SPEC, **{part: value})


def test_ink_that_cannot_be_read_on_its_background_is_refused() -> None:
    with pytest.raises(BadSpec, match=r"contrast of 1\.2"):
        replace(SPEC, background="#888888", ink="#999999")


@pytest.mark.parametrize("title", ["", "   ", "\n"])
def test_an_empty_title_is_refused(title: str) -> None:
    with pytest.raises(BadSpec, match="no title"):
        replace(SPEC, title=title)


def test_an_unknown_motif_and_an_endless_title_are_refused() -> None:
    with pytest.raises(BadSpec, match="choose one of rings, waves"):
        replace(SPEC, motif="stars")
    with pytest.raises(BadSpec, match="at most 300"):
        replace(SPEC, title="a" * 301)


def test_emoji_are_dropped_and_letters_are_kept() -> None:
    assert lettering.clean("Tide 🌊 pools 👩🏽‍🔬 are 1️⃣ of   us ❤️🇫🇷!") == "Tide pools are 1 of us !"
    assert lettering.clean("Łódź naïve Ångström © 21 °C – “quoted”") == "Łódź naïve Ångström © 21 °C – “quoted”"


def test_a_title_of_nothing_but_emoji_is_refused() -> None:
    with pytest.raises(BadSpec, match="no letters that can be set"):
        layout(spec=replace(SPEC, title="🌊🌊🌊"))


def test_cyrillic_is_set_in_the_font_that_has_it() -> None:
    place = layout(spec=replace(SPEC, title="Прилив теплее"))
    assert {line.family for line in place.lines if line.part == "title"} == {"inter"}


def test_letters_that_no_font_has_are_refused_rather_than_drawn_as_boxes() -> None:
    with pytest.raises(BadSpec, match="title has letters"):
        PosterMaker().make(spec=replace(SPEC, title="潮だまりの生き物"))


def test_a_poster_without_kicker_source_name_and_handle_still_has_its_title_and_label() -> None:
    bare = replace(SPEC, kicker="", source_line="", name="", handle="")
    assert {line.part for line in layout(spec=bare).lines} == {"title", "label"}
    assert PosterMaker().make(spec=bare).width == 1080


def test_a_handle_is_written_with_one_at_sign() -> None:
    for handle in ("mara.tides", "@mara.tides"):
        (line,) = [line for line in layout(spec=replace(SPEC, handle=handle)).lines if line.part == "handle"]
        assert line.text == "@mara.tides"


def test_a_long_name_and_handle_stand_above_each_other_clear_of_the_label() -> None:
    place = layout(spec=replace(SPEC, name="Théa Lindqvist-Montgomery of the Slow Railways", handle="w" * 48))
    name, handle = (next(line for line in place.lines if line.part == part) for part in ("name", "handle"))
    assert name.box[3] < handle.box[1]
    assert max(name.box[2], handle.box[2]) < place.pill[0]
