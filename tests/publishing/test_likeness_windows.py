"""Windows: what the indexes of likeness keep, drawn once and never again; and that they find what is near. SAF-4."""

import hashlib
import random
from datetime import date

import psycopg
import pytest

from publishing.fingerprints import values
from tests.conftest import ALPHA, BETA, World

WINDOWS, STEP, WIDE, LOOSE, BITS = 32, 8, 23, 10, 256
KEPT = "bd7023025dafdcb7e1de7547a22eb1f8f99c5ac05ee6df01a7008b43489016a8"


def scattered(bits: list[int]) -> list[int]:
    """The bits in their drawn places, counted here from the draw."""
    chance, found = random.Random(21), list(bits)
    for far in (128, 64, 32, 16, 8, 4, 2, 1):
        swaps = [chance.randrange(2) if not place & far else 0 for place in range(BITS)]
        for place, swap in enumerate(swaps):
            if swap:
                found[place], found[place + far] = found[place + far], found[place]
    return found


def windows(bits: list[int], kind: int) -> list[int]:
    """The windows that the database should see in scattered bits."""
    round_the_end = bits + bits
    return [
        kind << WIDE | int("".join(map(str, round_the_end[start : start + WIDE])), 2) for start in range(0, BITS, STEP)
    ]


def made(chance: random.Random) -> str:
    return "".join(chance.choice("01") for _ in range(BITS))


def said(connection: psycopg.Connection, bits: str, kind: int) -> list[int]:
    row = connection.execute(
        "SELECT publishing_windows(%s, publishing_scattered(%s::bit(256)))", [kind << WIDE, bits]
    ).fetchone()
    assert row is not None
    return list(row[0])


@pytest.mark.spec("SAF-4")
def test_the_windows_are_those_that_were_drawn_once(world: World) -> None:
    """An index holds what the function said when the row came: another draw would make the guard blind."""
    worker, chance = world.connect(brand=ALPHA), random.Random(1)
    heard = hashlib.sha256()
    for bits in [made(chance) for _ in range(20)] + ["0" * BITS, "1" * BITS]:
        for kind in (0, 1):
            found = said(worker, bits, kind)
            assert found == windows(scattered([int(bit) for bit in bits]), kind)
            heard.update(repr(found).encode())
    assert heard.hexdigest() == KEPT, "the windows have changed: every likeness and its indexes must be made again"


@pytest.mark.spec("SAF-4")
def test_scattering_moves_every_bit_to_a_place_of_its_own() -> None:
    places = scattered(list(range(BITS)))
    assert sorted(places) == list(range(BITS))
    rows = [len({place // 16 for place in places[start : start + WIDE]}) for start in range(0, BITS - WIDE, STEP)]
    assert min(rows) >= 8, "what stands together in a picture is spread over the windows"


@pytest.mark.spec("SAF-4")
def test_beside_a_window_is_what_differs_in_one_of_its_last_bits(world: World) -> None:
    worker, bits = world.connect(brand=ALPHA), made(random.Random(2))
    row = worker.execute("SELECT publishing_around(1 << 23, publishing_scattered(%s::bit(256)))", [bits]).fetchone()
    assert row is not None
    assert row[0] == [
        one ^ bit for one in said(worker, bits, 1) for bit in (0, *(1 << place for place in range(LOOSE)))
    ]


@pytest.mark.spec("SAF-4")
def test_copies_share_a_window_and_strangers_hardly_ever_do() -> None:
    """What the windows can and cannot do, over bits that differ anywhere: the figures of docs/adr/0021."""
    chance = random.Random(3)

    def share(away: int) -> float:
        hits = 0
        for _ in range(2_000):
            other = set(chance.sample(range(BITS), away))
            hits += any(_shared(other, start) for start in range(0, BITS, STEP))
        return hits / 2_000

    assert share(12) == 1.0
    assert share(24) > 0.997
    assert share(28) > 0.99
    assert share(32) > 0.955
    assert share(100) < 0.02
    assert share(128) < 0.001


def _shared(other: set[int], start: int) -> bool:
    if any((start + place) % BITS in other for place in range(WIDE - LOOSE)):
        return False
    return sum((start + place) % BITS in other for place in range(WIDE - LOOSE, WIDE)) <= 1


@pytest.mark.spec("SAF-4", "TEN-1")
def test_a_fingerprint_brings_its_likeness_whoever_writes_it_and_takes_it_along(world: World) -> None:
    worker = world.connect(brand=ALPHA)
    vector = values.vectors(["A choir of taxi drivers records its first album."])[0]
    with world.superuser() as owner:
        for replica in ("origin", "replica"):  # as a restore writes
            owner.execute(f"SET session_replication_role = {replica}")
            owner.execute(
                "INSERT INTO publishing_fingerprint (brand_id, post_id, account_id, day, vector, likeness)"
                " SELECT b, %s, 1, DATE '2020-01-01', %s, repeat('01', 128)::bit(256) FROM unnest(ARRAY[1, 2]) b",
                [len(replica), vector],
            )
        owner.execute("INSERT INTO publishing_fingerprint (brand_id, post_id, account_id, day) VALUES (1, 9, 1, now())")
    kept = worker.execute("SELECT count(*), count(DISTINCT post_id), min(day) FROM publishing_likeness").fetchone()
    assert kept == (4, 2, date(2020, 1, 1)), "of the brand: a text and an image each, and nothing for a bare post"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        worker.execute(
            "INSERT INTO publishing_likeness (id, brand_id, post_id, day, shelf, bits)"
            " VALUES (1000, %s, 1, now(), 0, repeat('0', 256)::bit(256))",
            [BETA],
        )
    with pytest.raises(psycopg.DatabaseError, match=r"append-only|permission denied"):
        world.connect("operator", brand=ALPHA).execute("DELETE FROM publishing_likeness")
    assert worker.execute("SELECT agents_forget_fingerprints(interval '30 days', 100)").fetchone() == (2,)
    assert worker.execute("SELECT count(*) FROM publishing_likeness").fetchone() == (0,)
    with world.superuser() as owner:
        assert owner.execute("SELECT count(*) FROM publishing_likeness").fetchone() == (4,)
