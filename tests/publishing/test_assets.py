"""Assets lie as near as they are used, and bytes go when nothing of any brand needs them any more. GEN-6."""

import hashlib
import json
import os
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from chimera.core import clock, storage, tenancy
from publishing.accounts import services as accounts
from publishing.connectors.instagram.pictures import Shelf
from publishing.media import services, tending
from publishing.media.models import Asset
from publishing.posts import scheduling
from tests import object_store
from tests.conftest import ALPHA, BETA, World

# What every column of a table that must be there is filled with.
FILLED = """
SELECT column_name, CASE WHEN data_type IN ('json', 'jsonb', 'ARRAY') THEN '{}' WHEN data_type = 'boolean' THEN 'false'
       WHEN data_type LIKE 'timestamp%%' THEN '2026-01-01' WHEN data_type LIKE '%%int%%' THEN '1' ELSE '' END
  FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name = %s AND is_nullable = 'NO' AND column_default IS NULL
   AND is_identity = 'NO' AND is_generated = 'NEVER'
"""
NAMING = {
    "agents_archivedgoal", "agents_artifact", "agents_memory", "agents_plan", "agents_task", "agents_verdict",
    "governance_reviewitem", "governance_server", "publishing_asset", "publishing_making", "publishing_post",
    "publishing_reference",
}  # fmt: skip


@pytest.fixture
def kept(world: World, settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def for_ever(settings: Any) -> None:
    """No row is forgotten."""
    settings.RETENTION_ASSET_DAYS = 0


def made(*brands: int, content: bytes = b"") -> str:
    """A stored picture with a row in these brands."""
    sha256 = storage.put(content or b"\x89PNG\r\n\x1a\n" + os.urandom(40))
    for brand in brands:
        with tenancy.brand(brand, actor="test:make"):
            services.register(
                brand_id=brand,
                payload={
                    "sha256": sha256, "mime": "image/png", "size_bytes": 48, "width": 1, "height": 1, "maker": "test",
                },
            )  # fmt: skip
    return sha256


def told(brand: int, sha256: str) -> str:
    with tenancy.brand(brand, actor="test:look"):
        return Asset.objects.get(content_hash=sha256).tier


def lies(sha256: str) -> str:
    found = storage.store().found(sha256)
    assert found is not None
    return found.tier


def scheduled(brand: int, sha256: str) -> None:
    with tenancy.brand(brand, actor="test:schedule"):
        account = accounts.register(
            brand_id=brand, belongs_to="agents.agent:1", platform="plaza", handle=f"bea{brand}", display_name="Bea"
        )
        scheduling.schedule_all(
            rows=[
                scheduling.Scheduled(
                    brand_id=brand, task="agents.task:1", account=account, scopes=["fleet"], approval="judge",
                    payload={
                        "platform": "plaza", "text": "A clock", "ai_generated": True, "media": [{"sha256": sha256}]
                    },
                    not_before=clock.now() + timedelta(days=300),
                )
            ]
        )  # fmt: skip


def collected(**named: Any) -> tending.Report:
    report = tending.Report()
    tending.forget(report)
    tending.collect(report, **{"grace_s": -1.0, **named})
    return report


@pytest.mark.spec("GEN-6")
def test_what_is_not_used_grows_warm_then_cold_and_what_is_shown_or_waits_comes_back(
    world: World, kept: Path, for_ever: None
) -> None:
    unused, shown, waiting = (made(ALPHA) for _ in range(3))
    scheduled(ALPHA, waiting)
    assert [lies(one) for one in (unused, shown, waiting)] == ["hot"] * 3
    world.later("20 days")
    assert tending.run().moved == {"hot": 0, "warm": 0, "cold": 0}, "in a folder warm lies where hot does"
    assert [told(ALPHA, one) for one in (unused, shown, waiting)] == ["warm", "warm", "hot"]
    world.later("80 days")
    assert tending.run().moved["cold"] == 2
    assert [lies(one) for one in (unused, shown, waiting)] == ["cold", "cold", "hot"]
    assert (kept / "cold" / unused[:2] / unused).is_file() and storage.get(unused)
    assert tending.run().moved["cold"] == 0, "again does nothing"
    with tenancy.brand(ALPHA, actor="test:show"):
        services.used(content_hash=shown)
    assert tending.run().moved["hot"] == 1
    assert (told(ALPHA, shown), lies(shown), lies(unused)) == ("hot", "hot", "cold")


@pytest.mark.spec("GEN-6", "TEN-1")
def test_bytes_of_two_brands_lie_where_the_one_wants_them_that_used_them_last(
    world: World, kept: Path, for_ever: None
) -> None:
    both = made(ALPHA, BETA)
    world.later("100 days")
    with tenancy.brand(BETA, actor="test:show"):
        services.used(content_hash=both)
    tending.run()
    assert (told(ALPHA, both), told(BETA, both), lies(both)) == ("cold", "hot", "hot")
    world.later("100 days")
    tending.run()
    assert (told(BETA, both), lies(both)) == ("cold", "cold")
    with tenancy.brand(ALPHA, actor="test:show"):
        services.used(content_hash=both)
    tending.run()
    assert (told(ALPHA, both), told(BETA, both), lies(both)) == ("hot", "cold", "hot")


@pytest.mark.spec("GEN-6")
def test_a_run_that_was_killed_between_bytes_and_row_is_gone_on_with(
    world: World, kept: Path, for_ever: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    several = [made(ALPHA) for _ in range(3)]
    world.later("100 days")
    real, moved = storage.move, []

    def dies(content_hash: str, *, tier: str) -> bool:
        if len(moved) == 2:
            raise KeyboardInterrupt
        moved.append(content_hash)
        return real(content_hash, tier=tier)

    monkeypatch.setattr(storage, "move", dies)
    with pytest.raises(KeyboardInterrupt):
        tending.run()
    monkeypatch.undo()
    (kept / several[0][:2]).mkdir(exist_ok=True)
    # As if it had died in the middle of a file: both names are there.
    os.link(kept / "cold" / several[0][:2] / several[0], kept / several[0][:2] / several[0])
    with tenancy.brand(ALPHA, actor="test:arrange"):
        Asset.objects.filter(content_hash=several[0]).update(tier="hot")
    assert sorted(told(ALPHA, one) for one in several) == ["cold", "hot", "hot"]
    tending.run()
    assert [(told(ALPHA, one), lies(one)) for one in several] == [("cold", "cold")] * 3
    assert all(storage.get(one) for one in several)
    assert len([path for path in kept.rglob("*") if path.is_file()]) == 3


@pytest.mark.spec("GEN-6")
def test_what_is_spoilt_keeps_no_other_from_its_tier(
    world: World, kept: Path, for_ever: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    spoilt, good, others = made(ALPHA), made(ALPHA), made(BETA)
    (kept / spoilt[:2] / spoilt).write_bytes(b"other bytes")
    world.later("100 days")

    def other_disk(*_: Any) -> None:
        raise OSError("across disks bytes are copied, and looked at")

    monkeypatch.setattr(os, "link", other_disk)
    orphan = made()
    os.utime(kept / orphan[:2] / orphan, (1, 1))
    report = tending.run()
    assert (report.moved["cold"], report.unmoved, report.away) == (2, 1, "")
    assert [lies(one) for one in (spoilt, good, others)] == ["hot", "cold", "cold"]
    assert (told(ALPHA, spoilt), told(ALPHA, good)) == ("hot", "cold"), "the next run finds its row again"
    assert spoilt in caplog.text and good not in caplog.text
    assert report.collected == 1, "and what nothing needs goes"


@pytest.mark.spec("GEN-6")
def test_a_cold_disk_that_takes_nothing_keeps_nothing_else_waiting(
    world: World, kept: Path, for_ever: None, caplog: pytest.LogCaptureFixture
) -> None:
    several, shown = [made(ALPHA) for _ in range(tending.TRIES + 2)], made(BETA)
    kept.joinpath("cold").write_text("in the way")
    world.later("100 days")
    with tenancy.brand(BETA, actor="test:show"):
        services.used(content_hash=shown)
        Asset.objects.filter(content_hash=shown).update(tier="warm")
    orphan = made()
    os.utime(kept / orphan[:2] / orphan, (1, 1))
    report = tending.run()
    assert (report.moved["cold"], report.unmoved, report.collected) == (0, len(several), 1)
    assert told(BETA, shown) == "hot", "the brand behind has its turn"
    assert "cannot be stored, moved or deleted (Not a directory" in report.away
    assert caplog.text.count("could not be moved to cold") == tending.TRIES, "then it is left alone"
    with world.role("operator"), pytest.raises(CommandError, match="Not a directory"):
        call_command("assets", "--tiers", stdout=(out := StringIO()))
    assert f"{len(several)} could not be moved and wait for the next run." in out.getvalue()
    kept.joinpath("cold").unlink()
    assert tending.run().moved["cold"] == len(several)


@pytest.mark.spec("GEN-6")
def test_bytes_go_when_the_last_brand_has_forgotten_them_and_not_before(
    world: World, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, orphan, posted = made(ALPHA, BETA), made(), made(ALPHA)
    scheduled(ALPHA, posted)
    assert collected().collected == 1 and not storage.exists(orphan), "no row, no name: an orphan"
    world.later("40 days")
    with tenancy.brand(BETA, actor="test:show"):
        services.used(content_hash=both)
    report = collected()
    assert (report.forgotten, report.collected) == (1, 0) and storage.exists(both)
    with tenancy.brand(ALPHA, actor="test:look"):
        assert list(Asset.objects.values_list("content_hash", flat=True)) == [posted], "a post names it"
    world.later("40 days")
    report = collected(grace_s=3_600)
    assert (report.forgotten, report.collected) == (1, 0), "the grace: somebody may be about to name it"
    report = collected()
    assert (report.collected, report.collected_bytes) == (1, 48) and not storage.exists(both)
    assert storage.exists(posted) and collected().collected == 0


@pytest.mark.spec("GEN-6", "TEN-1")
def test_the_database_says_that_something_is_needed_and_not_by_whom(world: World, kept: Path) -> None:
    other, posted, nobody = made(BETA), made(), "f" * 64
    scheduled(BETA, posted)
    with tenancy.brand(ALPHA, actor="test:ask"):
        assert tending.needed_of(hashes=[other, posted, nobody]) == {other, posted}
        assert not Asset.objects.filter(content_hash=other).exists(), "and the brand is alpha again"
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.brand')")
            assert cursor.fetchone() == (str(ALPHA),)
    asking = world.connect("app", brand=ALPHA)
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="at most 1000 hashes"):
        asking.execute("SELECT publishing_assets_needed(%s)", [["a" * 64] * 1001])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        world.connect("connector").execute("SELECT publishing_assets_needed(%s)", [[other]])


@pytest.mark.spec("GEN-6")
def test_an_artifact_a_card_the_archive_a_memory_and_papers_keep_their_bytes(world: World, kept: Path) -> None:
    """The tables of floors above are asked as they stand: rows are written past their rules, in an own database."""
    whole = [made() for _ in range(5)]
    artifact, card, archived, memory, papers = whole
    owner = world.superuser()
    owner.execute("SET session_replication_role = replica")  # no trigger, no key: only what the function reads matters

    def row(table: str, **columns: Any) -> None:
        for (name,) in owner.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::regclass", [table]
        ).fetchall():
            owner.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        needed = dict(owner.execute(FILLED, [table]).fetchall()) | columns
        owner.execute(
            f"INSERT INTO {table} ({', '.join(needed)}) VALUES ({', '.join(['%s'] * len(needed))})",
            list(needed.values()),
        )

    row("agents_artifact", brand_id=BETA, payload=json.dumps({"sha256": artifact}))
    row("governance_reviewitem", brand_id=BETA, snapshot=json.dumps({"media": [{"sha256": card}]}))
    row("agents_archivedgoal", brand_id=BETA, body=json.dumps({"task": [archived]}).encode())
    row("agents_memory", brand_id=BETA, is_here=True, text=f"shown: {memory}", kept_at=None)
    row("governance_server", sbom_hash=papers)
    with tenancy.brand(ALPHA, actor="test:ask"):
        assert tending.needed_of(hashes=whole) == set(whole)
    assert collected().collected == 0 and all(storage.exists(one) for one in whole)


def test_every_table_that_can_name_bytes_is_asked_or_left_out_on_purpose(world: World) -> None:
    owner = world.superuser()
    (text,) = owner.execute(
        "SELECT string_agg(prosrc, ' ') FROM pg_proc"
        " WHERE proname IN ('publishing_media_named', 'publishing_assets_needed')"
    ).fetchone()  # type: ignore[misc]
    assert {name for name in NAMING if name not in text} == set()
    wide = owner.execute(
        "SELECT DISTINCT c.table_name FROM information_schema.columns c WHERE c.table_schema = 'public'"
        " AND (c.column_name LIKE '%%sha256%%' OR c.column_name IN ('payload', 'snapshot', 'media', 'body', 'steps'))"
    ).fetchall()
    known = NAMING | {
        "publishing_fingerprint",  # compares likenesses and needs no bytes
        "publishing_reversal", "publishing_hiding",  # about a post or a comment that exists, by its id
        "governance_auditevent",  # that it was; not what it was
        "governance_putaway", "governance_checkpoint", "governance_subtree",  # hashes of the record
        "agents_blueprint", "agents_blueprintchange",  # steps that were not begun: nothing was made yet
        "core_disclosure",  # private texts
    }  # fmt: skip
    assert sorted({name for (name,) in wide} - known) == [], "does it name bytes? Then publishing_media_named asks it."


@pytest.mark.spec("GEN-6")
def test_a_row_never_stands_without_bytes_and_what_it_says_never_changes(world: World, kept: Path) -> None:
    absent = hashlib.sha256(b"absent").hexdigest()
    payload = {"mime": "image/png", "size_bytes": 1, "width": 1, "height": 1, "maker": "test"}
    with tenancy.brand(ALPHA, actor="test:make"):
        with pytest.raises(storage.NotStored, match="make the asset again"):
            services.register(brand_id=ALPHA, payload={**payload, "sha256": absent})
        assert not Asset.objects.exists()
    sha256 = made(ALPHA)
    for role in ("app", "operator"):
        asking = world.connect(role, brand=ALPHA)
        for change in ("mime = 'video/mp4'", "size_bytes = 2", "content_hash = repeat('a', 64)", "maker = 'x'"):
            with pytest.raises(psycopg.Error, match="append-only: update is refused"):
                asking.execute(f"UPDATE publishing_asset SET {change}")
        with pytest.raises(psycopg.errors.CheckViolation, match="asset_tier_is_known"):
            asking.execute("UPDATE publishing_asset SET tier = 'icy'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            asking.execute("DELETE FROM publishing_asset")
        asking.execute("UPDATE publishing_asset SET used_at = chimera_now(), tier = 'warm'")
    assert told(ALPHA, sha256) == "warm"


@pytest.mark.spec("GEN-6")
def test_bytes_that_are_stored_again_between_the_question_and_the_deletion_stay(
    world: World, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"\x89PNG\r\n\x1a\n" + b"the same once more"
    sha256 = made(content=content)
    path = kept / sha256[:2] / sha256
    long_ago = time.time() - 10_000
    os.utime(path, (long_ago, long_ago))
    real = tending.needed_of

    def meanwhile(*, hashes: list[str]) -> set[str]:
        needed = real(hashes=hashes)
        assert needed == set(), "nothing names it when it is asked"
        made(ALPHA, content=content)
        return needed

    monkeypatch.setattr(tending, "needed_of", meanwhile)
    report = tending.Report()
    tending.collect(report, grace_s=3_600)
    assert (report.collected, report.kept_back) == (0, 1)
    assert storage.get(sha256) == content


@pytest.mark.spec("GEN-6")
def test_the_command_shows_what_there_is_says_what_would_go_and_collects(
    world: World, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(ALPHA, BETA)
    orphan = made()
    os.utime(kept / orphan[:2] / orphan, (1, 1))

    def said(*words: str) -> dict[str, Any]:
        out = StringIO()
        call_command("assets", *words, "--json", stdout=out)
        return json.loads(out.getvalue().splitlines()[-1])  # type: ignore[no-any-return]

    with world.role("operator"):
        shown = said()
        assert [(one["brand"], one["tier"], one["count"], one["bytes"]) for one in shown["brands"]] == [
            ("alpha", "hot", 1, 48), ("beta", "hot", 1, 48),
        ]  # fmt: skip
        assert shown["stored"]["hot"] == {"count": 2, "bytes": 96} and shown["store"] == "a local folder"
        assert (said("--collect", "--dry-run")["collected"], storage.exists(orphan)) == (1, True)
        assert (said("--collect")["collected"], storage.exists(orphan)) == (1, False)
        assert said("--collect", "--tiers")["collected"] == 0
        out = StringIO()
        call_command("assets", stdout=out)
        assert "alpha" in out.getvalue() and "They lie in a local folder." in out.getvalue()
        with pytest.raises(CommandError, match="--dry-run says what --collect would delete; give both"):
            call_command("assets", "--dry-run")


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    with object_store.served() as told_by_server:
        yield told_by_server


@pytest.mark.spec("GEN-6")
def test_in_an_object_store_tiers_are_classes_and_collecting_is_the_same(
    world: World, server: dict[str, str], settings: Any
) -> None:
    object_store.chosen(settings, server)
    settings.RETENTION_ASSET_DAYS = 95
    one, orphan = made(ALPHA, BETA), made()
    world.later("20 days")
    assert tending.run().moved == {"hot": 0, "warm": 1, "cold": 0}
    world.later("74 days")
    assert tending.run().moved["cold"] == 1 and lies(one) == "cold" and storage.get(one)
    world.later("2 days")
    time.sleep(1.1)
    report = collected(grace_s=0.0)
    assert (report.forgotten, report.collected) == (2, 2) and not storage.exists(orphan) and not storage.exists(one)


def test_it_is_tended_on_a_schedule(world: World) -> None:
    found = world.superuser().execute(
        "SELECT queue FROM django_celery_beat_periodictask WHERE task = 'publishing.tend_assets' AND enabled"
    )
    assert found.fetchall() == [("sweep",)]


@pytest.mark.spec("GEN-6", "PUB-6")
def test_instagram_fetches_a_video_from_the_store_itself_where_that_can_be_reached(
    world: World, server: dict[str, str], settings: Any, tmp_path: Path
) -> None:
    shelf = Shelf(base="https://connector.example", key=b"k", media=storage.open, outside=storage.address)
    settings.MEDIA_ROOT = tmp_path / "media"
    sha256 = storage.put(b"\x00\x00\x00\x18ftypmp42 a film")
    assert shelf.address(sha256, ending="mp4").startswith(f"https://connector.example/media/{sha256}.mp4?")
    object_store.chosen(settings, server)
    storage.put(b"\x00\x00\x00\x18ftypmp42 a film")
    found = shelf.address(sha256, ending="mp4")
    with urllib.request.urlopen(found, timeout=10) as answer:
        assert answer.url == found and answer.headers["Content-Type"] == "video/mp4", "no redirect, and the right type"
        assert answer.read() == b"\x00\x00\x00\x18ftypmp42 a film"
    assert shelf.address(sha256).startswith("https://connector.example/media/"), "a picture becomes a JPEG there"
    settings.MEDIA_S3 = {**server, "outside": ""}
    assert shelf.address(sha256, ending="mp4").startswith("https://connector.example/media/")
