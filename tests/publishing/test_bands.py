"""Bands: what the index of likeness keeps, drawn once and never again; and that they find what is near. SAF-4."""

import hashlib
import random

import psycopg
import pytest

from tests.conftest import ALPHA, World

BANDS, PLACES, BITS = 16, 22, 256
KEPT = "bd9543d0b79efa979b29c4be881d633197ccfe5ac861943d728aedf0d9143cf9"


def drawn() -> list[list[tuple[int, int]]]:
    """The places of every band: quarter of the 256 bits, and value of the bit in it."""
    chance = random.Random(21)
    return [[(chance.randrange(4), 1 << place) for place in chance.sample(range(64), PLACES)] for _ in range(BANDS)]


def bands(bits: str) -> list[int]:
    """The bands as the database should see them, counted here from the draw."""
    quarters = [int(bits[start : start + 64], 2) for start in range(0, BITS, 64)]
    found = [sum(quarters[quarter] & value for quarter, value in band) for band in drawn()]
    return [one - (1 << 64) if one >> 63 else one for one in found]


def made(chance: random.Random) -> str:
    return "".join(chance.choice("01") for _ in range(BITS))


def flipped(bits: str, places: list[int]) -> str:
    return "".join("10"[int(bit)] if place in places else bit for place, bit in enumerate(bits))


def said(connection: psycopg.Connection, function: str, bits: str) -> list[int]:
    row = connection.execute(f"SELECT {function}(%s::bit(256))", [bits]).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return list(row[0])


@pytest.mark.spec("SAF-4")
def test_the_bands_are_those_that_were_drawn_once(world: World) -> None:
    """An index holds what the function said when the row came: another draw would make the guard blind."""
    worker, chance = world.connect(brand=ALPHA), random.Random(1)
    heard = hashlib.sha256()
    for bits in [made(chance) for _ in range(20)] + ["0" * BITS, "1" * BITS]:
        found = said(worker, "publishing_bands", bits)
        assert found == bands(bits)
        heard.update(repr(found).encode())
    assert heard.hexdigest() == KEPT, "the bands have changed: every index of likeness must be built again"


@pytest.mark.spec("SAF-4")
def test_around_are_the_bands_and_everything_one_bit_beside_them(world: World) -> None:
    bits = made(random.Random(2))
    found = said(world.connect(brand=ALPHA), "publishing_bands_around", bits)
    beside = {
        one ^ (value if value < 1 << 63 else value - (1 << 64))
        for one, band in zip(bands(bits), drawn(), strict=True)
        for _, value in band
    }
    assert found[:BANDS] == bands(bits)
    assert set(found[BANDS:]) == beside and len(found) == BANDS * (1 + PLACES)


@pytest.mark.spec("SAF-4")
def test_copies_share_a_band_and_strangers_hardly_ever_do() -> None:
    """What the draw can and cannot do, over bits that differ anywhere: the figures of docs/adr/0021."""
    chance, places = random.Random(3), [_places(band) for band in drawn()]

    def share(away: int) -> float:
        hits = 0
        for _ in range(2_000):
            other = set(chance.sample(range(BITS), away))
            hits += any(len(other & band) <= 1 for band in places)
        return hits / 2_000

    assert share(12) == 1.0
    assert share(24) > 0.995
    assert share(28) > 0.985
    assert share(32) > 0.95
    assert share(100) < 0.02
    assert share(128) < 0.001


def _places(band: list[tuple[int, int]]) -> set[int]:
    return {64 * quarter + 64 - value.bit_length() for quarter, value in band}
