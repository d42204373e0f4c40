"""The fleet does not say one thing with many mouths, and no brand sees the words of another. SAF-4, TEN-1."""

import random
from datetime import date
from typing import Any

import psycopg
import pytest

from chimera.core import embeddings, tenancy
from publishing.fingerprints import selectors, values
from publishing.fingerprints.selectors import Asked
from publishing.trends import background
from tests.conftest import ALPHA, BETA, World

STORY = "Seahorses are back in Hallin Estuary, where a replanted seagrass meadow has grown to 41 hectares."
ALMOST = "Seahorses are back at Hallin Estuary, where the replanted seagrass meadow has now grown to 41 hectares!"
OTHER = "A choir of taxi drivers records its first album in the waiting room."
BITS = "01" * 128


def put(world: World, text: str, *, brand: int, post: int, days_ago: int = 0, likeness: str | None = None) -> None:
    """A fingerprint, as the superuser: there need be no post."""
    with world.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "INSERT INTO publishing_fingerprint (brand_id, post_id, account_id, day, text_hash, vector, likeness,"
            " image_sha256)"
            " VALUES (%s, %s, 1, (chimera_now() AT TIME ZONE 'UTC')::date - %s, %s, %s, %s::bit(256), %s)",
            [
                brand,
                post,
                days_ago,
                values.text_hash(text),
                values.vectors([text])[0],
                likeness,
                "s" if likeness else "",
            ],
        )


def call_off(world: World, *, post: int) -> None:
    """A post of brand beta that was called off, as the superuser."""
    with world.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "INSERT INTO publishing_post (id, brand_id, status, state_version, queue, scopes, fence, attempts,"
            " attempts_max, priority, note, lease_owner, task, account_id, payload, content_hash, approval,"
            " platform_id, url) VALUES"
            " (%s, 2, 'CANCELLED', 2, 'publish', '{}', 0, 0, 8, 5, '', '', 't' || %s, 1,"
            """ '{"ai_generated": true}', 'h', '', '', '')""",
            [post, post],
        )


def near(text: str, *, brand: int = ALPHA, images: Any = (), days: int = 14) -> selectors.Near:
    with tenancy.brand(brand, actor="test:look"):
        return selectors.near(asked=[Asked(text=text, images=images)], days=days)[0]


@pytest.mark.spec("SAF-4")
def test_equal_and_nearly_equal_texts_of_any_brand_are_found_with_distance_owner_and_day(world: World) -> None:
    put(world, STORY, brand=BETA, post=1, days_ago=3)
    today = near(STORY).as_of.date()
    again = near(STORY.upper().replace(",", " -"))
    assert again.text is not None
    assert (again.text["similarity_bp"], again.text["own"]) == (10_000, False)
    assert (today - date.fromisoformat(again.text["day"])).days == 3
    assert near(STORY, brand=BETA).text == {**again.text, "own": True}
    almost = near(ALMOST).text
    assert almost is not None and 9_600 <= almost["similarity_bp"] < 10_000
    assert near(OTHER).text is None, "what is far has no answer"
    assert near("").text is None, "a text without words is like nothing"


@pytest.mark.spec("SAF-4")
def test_only_the_last_days_count_and_what_was_called_off_does_not(world: World) -> None:
    put(world, STORY, brand=BETA, post=1, days_ago=15)
    assert near(STORY).text is None
    assert near(STORY, days=15).text is not None
    put(world, STORY, brand=BETA, post=2)
    call_off(world, post=2)
    assert near(STORY).text is None


@pytest.mark.spec("SAF-4")
def test_images_are_found_by_their_bits_and_equal_ones_by_their_hash(world: World) -> None:
    put(world, OTHER, brand=BETA, post=1, likeness=BITS)
    flipped = "".join("1" if c == "0" else "0" for c in BITS[:20]) + BITS[20:]
    assert near(STORY, images=[("x", flipped)]).image == {
        "bits": 20,
        "own": False,
        "day": near(STORY).as_of.date().isoformat(),
    }
    assert (near(STORY, images=[("s", None)]).image or {})["bits"] == 0
    assert near(STORY, images=[("x", None)]).image is None


@pytest.mark.spec("SAF-4")
def test_when_the_nearest_was_called_off_the_next_one_counts(world: World) -> None:
    for post, away in ((1, 12), (2, 4)):
        put(world, f"{STORY} {post}", brand=BETA, post=post, likeness=_differs(away))
    assert (near(OTHER, images=[("x", BITS)]).image or {})["bits"] == 4
    assert (near(ALMOST).text or {})["similarity_bp"] >= 9_000
    call_off(world, post=2)
    assert (near(OTHER, images=[("x", BITS)]).image or {})["bits"] == 12
    call_off(world, post=1)
    assert near(ALMOST, images=[("x", BITS)]).image is None
    assert near(ALMOST).text is None


def _differs(away: int) -> str:
    return "".join("1" if c == "0" else "0" for c in BITS[:away]) + BITS[away:]


@pytest.mark.spec("SAF-4", "TEN-1")
def test_the_function_tells_numbers_and_a_brand_reads_only_its_own_fingerprints(world: World) -> None:
    put(world, STORY, brand=BETA, post=1)
    worker = world.connect(brand=ALPHA)
    assert worker.execute("SELECT count(*) FROM publishing_fingerprint").fetchone() == (0,)
    columns = worker.execute("SELECT * FROM publishing_fleet_near('[]', 14)").description or ()
    assert [column.name for column in columns] == ["n", "kind", "near", "own", "day", "as_of"]
    for role in ("app", "operator"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            world.connect(role, brand=ALPHA).execute("SELECT publishing_stands(1, 1)")
        with pytest.raises(psycopg.DatabaseError, match=r"append-only|permission denied"):
            world.connect(role, brand=BETA).execute("DELETE FROM publishing_fingerprint")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        world.connect("connector", brand=ALPHA).execute("SELECT * FROM publishing_fleet_near('[]', 14)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        worker.execute("SET ROLE chimera_comparer")


@pytest.mark.spec("SAF-4")
def test_no_near_duplicate_is_missed_among_thousands(world: World) -> None:
    """Recall, with the index and not by a scan: 1,500 posts of two brands, 60 asked about again in other words."""
    chance = random.Random(7)
    lines = background.headlines()
    texts = [". ".join(chance.sample(lines, 3)) for _ in range(1_500)]
    rows = zip(texts, values.vectors(texts), strict=True)
    today = near(STORY).as_of.date()
    with world.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        with owner.cursor().copy(
            "COPY publishing_fingerprint (brand_id, post_id, place, account_id, day, text_hash, vector) FROM STDIN"
        ) as copy:
            for number, (text, vector) in enumerate(rows):
                copy.write_row((1 + number % 2, number, 0, 1, today, values.text_hash(text), vector))
        owner.execute("ANALYZE publishing_fingerprint, publishing_likeness")
        owner.execute("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off")  # as the function does
        owner.execute("PREPARE sharing (integer[], bit(256), date) AS SELECT FROM publishing_sharing($1, $2, $3)")
        plan = str(owner.execute(f"EXPLAIN EXECUTE sharing ('{{1}}', B'{BITS}', '2020-01-01')").fetchall())
        assert all(f"likeness_window_{number:02}" in plan for number in range(1, 33)), plan
    asked = [Asked(text=_reworded(text, chance)) for text in chance.sample(texts, 60)]
    with tenancy.brand(ALPHA, actor="test:look"):
        found = selectors.near(asked=asked, days=14)
    alike = embeddings.embed([one.text for one in asked]) @ embeddings.embed(texts).T
    for one, best in zip(found, alike.max(axis=1), strict=True):
        if best >= 0.96:
            assert one.text is not None and one.text["similarity_bp"] >= 9_600, (one.text, best)
    assert (alike.max(axis=1) >= 0.96).sum() > 40, "the test asks about near duplicates"


def _reworded(text: str, chance: random.Random) -> str:
    words = text.split()
    words.pop(chance.randrange(len(words)))
    return " ".join(words).replace(". ", "! ")


@pytest.mark.spec("SAF-4")
def test_a_post_has_its_fingerprint_from_the_moment_it_is_scheduled_and_waits_through_quiet_hours(world: World) -> None:
    from datetime import timedelta

    from chimera.core import clock
    from publishing.accounts import services as accounts
    from publishing.fingerprints.models import Fingerprint
    from publishing.media.models import Asset
    from publishing.posts import scheduling
    from publishing.posts.models import Post

    asset = {"mime": "image/png", "size_bytes": 1, "width": 1, "height": 1, "maker": "test"}
    with tenancy.brand(ALPHA, actor="test:schedule"):
        account = accounts.register(
            brand_id=ALPHA, belongs_to="agents.agent:1", platform="plaza", handle="bea", display_name="Bea"
        )
        for name in ("a", "b"):
            Asset.objects.create(brand_id=ALPHA, content_hash=name * 64, likeness=BITS, **asset)
        later = clock.now() + timedelta(days=1, hours=2)
        row = scheduling.Scheduled(
            brand_id=ALPHA,
            task="agents.task:1",
            account=account,
            payload={
                "platform": "plaza",
                "text": STORY,
                "ai_generated": True,
                "media": [{"sha256": "a" * 64}, {"sha256": "b" * 64}, {"sha256": "c" * 64}],
            },
            scopes=["fleet"],
            approval="judge",
            not_before=later,
        )
        scheduling.schedule_all(rows=[])  # nothing to schedule is nothing done
        for _ in range(2):  # a commit may run twice
            scheduling.schedule_all(rows=[row])
        post = Post.objects.get()
        assert post.due_at == later
        kept = list(Fingerprint.objects.order_by("place"))
        assert [(one.place, one.image_sha256[:1], one.likeness is not None) for one in kept] == [
            (0, "a", True), (1, "b", True), (2, "c", False),
        ]  # fmt: skip
        assert [one.day for one in kept] == [later.date()] * 3
        assert [one.vector is not None for one in kept] == [True, False, False]
    assert (near(STORY, brand=BETA).text or {})["similarity_bp"] == 10_000
