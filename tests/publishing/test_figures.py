"""A drawn persona is one person: the same bytes for the same ask, told apart from others, calm where captions go."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from publishing.media.figures.base import CHOICES, POSES, SETTINGS, FigureSpec, Traits, traits_of
from publishing.media.figures.drawn import DrawnFigures
from publishing.media.images.base import BadSpec

VISUAL = {"background": "#F3E9D6", "ink": "#1E2427", "accent": "#A63A12", "motif": "circuit"}
BEA = traits_of(handle="bea_unscrews", visual=VISUAL)


def drawn(traits: Traits = BEA, **asked: object) -> bytes:
    spec = FigureSpec(**{"traits": traits, "pose": "talk", "setting": "studio", "seed": 1, "size": "270x480", **asked})
    return DrawnFigures().make(spec=spec).bytes


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"), dtype=float)


@pytest.mark.spec("GEN-3", "GEN-6")
def test_equal_specifications_give_equal_bytes_and_another_seed_gives_others() -> None:
    assert drawn() == drawn() and drawn(setting="shore") != drawn(setting="shore", seed=2)
    assert DrawnFigures().worst_case_usd_micros(spec=FigureSpec(traits=BEA, pose="talk", setting="park", seed=0)) == 0


@pytest.mark.spec("GEN-3")
@pytest.mark.parametrize(("pose", "setting"), list(zip(POSES, SETTINGS, strict=True)))
def test_every_pose_and_place_is_drawn_with_a_calm_lower_third(pose: str, setting: str) -> None:
    found = pixels(drawn(pose=pose, setting=setting))
    assert found.shape == (480, 270, 3)
    upper, lower = found[:320], found[385:]
    assert upper.std() > 35, "somebody is there"
    assert lower.mean() < 110 and lower.std() < 0.6 * upper.std(), "light letters can be read on it"


def test_every_choice_of_every_trait_is_drawn_in_ten_different_people() -> None:
    made = set()
    for number in range(max(map(len, CHOICES.values()))):
        chosen = {part: known[number % len(known)] for part, known in CHOICES.items()}
        made.add(drawn(replace(BEA, **chosen)))
    assert len(made) == 10


def test_a_feed_picture_has_its_own_height() -> None:
    made = DrawnFigures().make(spec=FigureSpec(traits=BEA, pose="desk", setting="office", seed=0, size="1080x1350"))
    assert (made.width, made.height, made.mime) == (1080, 1350, "image/png")
    assert Image.open(io.BytesIO(made.bytes)).size == (1080, 1350)


@pytest.mark.spec("GEN-4")
def test_a_handle_draws_the_same_person_always_and_the_soul_has_the_last_word() -> None:
    assert traits_of(handle="bea_unscrews", visual=VISUAL) == BEA
    people = {traits_of(handle=f"somebody_{number}", visual=VISUAL).digest for number in range(60)}
    assert len(people) == 60
    told = traits_of(handle="bea_unscrews", visual={**VISUAL, "figure": {"hair": "bald", "eyes": ""}})
    assert told == replace(BEA, hair="bald") and told.digest != BEA.digest


def test_what_cannot_be_drawn_is_refused_in_a_sentence() -> None:
    for asked, sentence in (
        ({"pose": "fly"}, 'pose is "fly"; choose one of talk'),
        ({"setting": "moon"}, 'setting is "moon"'),
        ({"size": "10x10"}, 'size is "10x10"'),
        ({"seed": -1}, "a whole number from 0 up"),
    ):
        with pytest.raises(BadSpec, match=sentence):
            drawn(**asked)
    for visual, sentence in (
        ({"figure": {"hair": "mullet"}}, 'hair is "mullet"; choose one of bob'),
        ({"figure": {"tail": "long"}}, 'A figure has no "tail"'),
        ({"accent": "red"}, "write it as"),
        ({"motif": "skulls"}, "motif is"),
    ):
        with pytest.raises(BadSpec, match=sentence):
            traits_of(handle="bea_unscrews", visual={**VISUAL, **visual})
