"""Copies of a picture look alike to the hash, and other pictures of the same persona do not. SAF-4."""

import io
import itertools

import pytest
from PIL import Image

from publishing.media import likeness
from publishing.media.images.base import PosterSpec
from publishing.media.images.poster import PosterMaker

LIMIT = 32


def poster(title: str, seed: str) -> Image.Image:
    spec = PosterSpec(
        title=title, kicker="HARBOUR POST", source_line="Source: Harbour Post", name="Bea", handle="bea",
        background="#F4EFE3", ink="#1B2230", accent="#B4541A", motif="circuit", seed=seed,
    )  # fmt: skip
    return Image.open(io.BytesIO(PosterMaker().make(spec=spec).bytes)).convert("RGB")


def bits(picture: Image.Image, **options: object) -> str:
    file = io.BytesIO()
    picture.save(file, **{"format": "PNG", **options})  # type: ignore[arg-type]
    return likeness.of(file.getvalue())


def apart(first: str, second: str) -> int:
    return sum(a != b for a, b in zip(first, second, strict=True))


@pytest.mark.spec("SAF-4")
def test_copies_are_near_and_other_posters_of_the_persona_are_far() -> None:
    pictures = [
        poster(title, f"seed {n}")
        for n, title in enumerate(("Seahorses are back", "A clock runs again", "340 manuals"))
    ]
    hashes = [bits(picture) for picture in pictures]
    assert {len(one) for one in hashes} == {256} and set("".join(hashes)) == {"0", "1"}
    for picture, known in zip(pictures, hashes, strict=True):
        copies = {
            "saved again": bits(picture, format="JPEG", quality=60),
            "smaller": bits(picture.resize((540, 675))),
            "brighter": bits(picture.point(lambda value: min(255, int(value * 1.08)))),
            "cropped": bits(picture.crop((10, 12, 1070, 1338))),
        }
        assert {how: apart(known, one) for how, one in copies.items() if apart(known, one) > LIMIT} == {}
    assert min(apart(a, b) for a, b in itertools.combinations(hashes, 2)) > LIMIT


def test_bytes_that_are_no_picture_are_refused() -> None:
    for content in (b"", b"\x89PNG\r\n\x1a\n", b"GIF89a" + b"x" * 20):
        with pytest.raises(likeness.Unreadable):
            likeness.of(content)
