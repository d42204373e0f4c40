"""Scripts: what cannot be read in its time, or not drawn at all, is refused with a sentence."""

from dataclasses import replace
from pathlib import Path

import pytest

from publishing.media.studio.base import (
    SECONDS_MAX,
    TEMPLATES,
    BadScript,
    Look,
    Scene,
    Script,
    needed_s,
    proposed_s,
    timed,
)
from publishing.media.studio.renditions import RENDITIONS, rendition
from tests.publishing.studio_scripts import IVEN, LINES, scene, script


def test_a_line_is_read_at_fifteen_characters_a_second_and_never_in_less_than_0_8() -> None:
    assert needed_s("x" * 30) == 2.0
    assert needed_s("Hm.") == 0.8
    assert needed_s("潮だまりの生き物と人の冬") == needed_s("x" * 24)  # a wide letter says as much as two
    assert needed_s("e\u0301" * 30) == needed_s("e" * 30)  # an accent is not read by itself


@pytest.mark.spec("GEN-3")
def test_a_line_that_is_too_fast_is_named_with_the_time_that_it_needs() -> None:
    slow = Scene(template="title", lines=("Short",), seconds=5)
    fast = Scene(template="quote", lines=("a" * 60, "b" * 30), seconds=5)
    with pytest.raises(BadScript, match=r"Scene 2, line 2 .* needs 2\.0 s, and those before it 4\.0 s") as told:
        Script(look=IVEN, scenes=(slow, fast))
    assert f"Give the scene {proposed_s(lines=fast.lines):g} s" in str(told.value)
    assert Script(look=IVEN, scenes=(slow, replace(fast, seconds=proposed_s(lines=fast.lines)))).seconds > 11


def test_proposed_lengths_are_always_long_enough_and_fill_five_seconds() -> None:
    for template in TEMPLATES:
        made = Script(look=IVEN, scenes=timed(scenes=[scene(template)]))
        assert 5 <= made.seconds <= 12, template
    short = timed(scenes=[scene("title", "Hi")])
    assert short[0].seconds == 5.0


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: scene("poem", "x"), r'no template "poem"; choose one of title, list'),
        (lambda: scene("list", "only a heading"), r"A list takes 2 to 6 lines .* it has 1"),
        (lambda: scene("story", "fine", "  "), r"Line 2 of a story is empty"),
        (lambda: scene("title", "x" * 91), r"has 91 characters; at most 90"),
        (lambda: Scene(template="title", lines=("x",), seconds=0.5), r"scene of 0\.5 s cannot be shown"),
        (lambda: scene("countdown", count=11), r"countdown from 11"),
        (lambda: scene(picture=b"x", clip=Path("x.mp4")), r"has a picture and a clip"),
        (
            lambda: Script(look=IVEN, scenes=(Scene(template="title", lines=("x",), seconds=4),)),
            r"take 4\.0 s together",
        ),
        (
            lambda: Script(look=IVEN, scenes=(Scene(template="title", lines=("x",), seconds=31),) * 2),
            rf"a video takes 5 to {SECONDS_MAX:g} s",
        ),
        (lambda: Script(look=IVEN, scenes=()), r"has 0 scenes"),
        (lambda: script(scene(), passage="spin"), r'passage is "spin"; choose one of cut, fade'),
        (lambda: script(scene(), handle="x" * 49), r"handle has more than 48"),
        (lambda: replace(IVEN, accent="red"), r'accent colour is "red"; write it as "#rrggbb"'),
        (lambda: replace(IVEN, ink="#102a33"), r"has a contrast of 1\.\d"),
        (lambda: replace(IVEN, motif="stars"), r'motif is "stars"'),
        (lambda: replace(RENDITIONS["x"], height=675), r"1080 x 675 pixels cannot be encoded; both must be even"),
        (lambda: rendition(platform="plaza"), r'no rendition "plaza"; choose one of x, instagram, tiktok, youtube'),
    ],
)
def test_what_cannot_be_rendered_is_refused_with_a_sentence(made: object, said: str) -> None:
    with pytest.raises(BadScript, match=said) as told:
        made()
    assert str(told.value).endswith(".")


def test_every_template_has_lines_here_and_every_platform_its_rendition() -> None:
    assert set(LINES) == set(TEMPLATES)
    assert set(RENDITIONS) == {"x", "instagram", "tiktok", "youtube"}
    assert [name for name, one in RENDITIONS.items() if not one.is_signed] == ["tiktok"]
    assert isinstance(IVEN, Look)
