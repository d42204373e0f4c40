"""The record as a file, and what is put away: everything stays verifiable."""

import csv
import io
import json
import threading
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chimera.core import clock, forgetting, tenancy
from governance import celery_tasks
from governance.audit import entries
from governance.inspection import services as inspection
from tests import conftest
from tests.conftest import BETA
from tests.governance import sealers
from tests.governance.desks import Desk, many, past
from tools import verify_record

OLD = 11


@pytest.fixture(scope="module")
def shared(
    django_db_blocker: object, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """Eleven old entries and four of today, of two brands."""
    with conftest.own_world(django_db_blocker) as world:
        desk = Desk(world, tmp_path_factory.mktemp("desk"))
        root = desk.past_every_rule()
        many(root, 6)
        root.execute("UPDATE governance_auditevent SET at = at - interval '200 days'")
        desk.happens(0).trusts()
        with sealers.sealing(world, desk.folder) as sealer:
            sealers.happen(2, brand=BETA)
            sealers.happen(2)
            past(world)
            sealer.round()
        yield desk


@pytest.fixture
def desk(shared: Desk) -> Iterator[Desk]:
    with shared.undone():
        yield shared


def audited(desk: Desk, path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    """What the auditor's own tool says to an export."""
    capsys.readouterr()
    code = verify_record.main([str(path), "--keys", str(desk.keys), "--checkpoints", str(desk.copy), "--json"])
    return code, json.loads(capsys.readouterr().out)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.spec("AUD-3")
def test_a_brands_export_proves_the_whole_record_and_discloses_its_own_entries_only(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    path = desk.export("--brand", "beta")
    shown = [json.loads(line["entry"]) for line in lines(path) if "entry" in line]
    assert {entry["brand"] for entry in shown} == {BETA}
    code, told = audited(desk, path, capsys)
    assert (code, told["sealed"], told["disclosed"]) == (0, desk.size(), len(shown))
    assert told["of_other_brands"] == desk.size() - len(shown) > 0
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.spec("AUD-3")
def test_an_export_from_a_time_on_begins_at_a_checkpoint_and_misses_nothing(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    first = desk.world.superuser().execute("SELECT min(size), min(at) FROM governance_checkpoint").fetchone()
    desk.past_every_rule().execute(
        "UPDATE governance_checkpoint SET at = at - interval '40 days' WHERE size = %s", [first[0]]
    )
    path = desk.export("--since", "30d")
    head, second = lines(path)[:2]
    assert (head["start"], len(head["frontier"])) == (first[0], first[0].bit_count())
    assert f"\n{first[0]}\n" in second["checkpoint"]
    assert audited(desk, path, capsys)[1]["entries"] == desk.size() - first[0]
    day = desk.export("--since", clock.now().date().isoformat())
    assert lines(day)[0]["start"] == first[0]
    assert lines(desk.export("--since", "9999d"))[0]["start"] == 0


def test_a_table_can_be_read_and_is_no_evidence(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    path = desk.export("--format", "csv", "--brand", "beta")
    found = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert [list(row) for row in found[:1]] == [
        ["seq", "at", "actor", "subject", "action", "from", "to", "version", "task", "brand", "id", "body", "leaf"]
    ]
    assert {row["brand"] for row in found} == {str(BETA)}
    assert [int(row["seq"]) for row in found] == sorted(int(row["seq"]) for row in found)
    assert verify_record.main([str(path), "--keys", str(desk.keys)]) == 2
    assert "is not a JSON object" in capsys.readouterr().err


def test_an_export_goes_to_standard_output_too(desk: Desk) -> None:
    out = StringIO()
    with desk.world.role("operator"):
        call_command("export_record", stdout=out)
    assert out.getvalue() == desk.export().read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["--brand", "gamma"], 1, "There is no brand 'gamma'; there is: alpha, beta."),
        (["--json"], 2, "--json says what was written: name a file with --out."),
        (["--out", "keys.txt"], 2, "There is already something at keys.txt; an export overwrites nothing."),
        (["--out", "nowhere/record.jsonl"], 2, "nowhere/record.jsonl cannot be written: No such file or directory."),
        (
            ["--since", "yesterday"],
            1,
            "a time is a day such as 2026-11-28 (UTC) or a span such as 30d",
        ),
    ],
)
def test_a_wrong_wish_is_one_sentence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int, sentence: str
) -> None:
    monkeypatch.chdir(desk.folder)
    before = sorted(path.name for path in desk.folder.iterdir())
    with desk.world.role("operator"), pytest.raises(CommandError) as ended:
        call_command("export_record", *words, stdout=StringIO())
    assert (ended.value.returncode, sentence in str(ended.value)) == (code, True), ended.value
    assert sorted(path.name for path in desk.folder.iterdir()) == before


def test_before_anything_is_sealed_there_is_nothing_to_export_and_nothing_wrong(desk: Desk, settings: Any) -> None:
    settings.RECORD_DIR = desk.folder / "elsewhere"
    for table in ("sealedevent", "checkpoint", "anchoring"):
        desk.past_every_rule().execute(f"DELETE FROM governance_{table}")
    desk.past_every_rule().execute("UPDATE governance_sealing SET catching_up = true")
    with desk.world.role("operator"), pytest.raises(CommandError, match="Nothing is sealed yet"):
        desk.export(name="early.jsonl")
    out = StringIO()
    with desk.world.role("operator"):
        call_command("verify_audit", stdout=out)
    assert "Nothing outside of the database was compared" in out.getvalue()
    assert out.getvalue().endswith("Nothing is wrong.\n")
    assert not list(desk.folder.glob("early*"))


def run(days: int = 190, role: str = "app") -> inspection.Report:
    return inspection.run(days=days, actor="test:retention")


@pytest.mark.spec("AUD-4")
def test_what_is_old_is_put_away_and_the_record_stays_whole(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    old = desk.count("at < chimera_now() - interval '190 days'")
    report = run()
    assert (report.acts, report.put_away, report.more) == (1, old, False)
    assert desk.count("at < chimera_now() - interval '190 days'") == 0
    code, told = desk.verify()
    assert (code, told["put_away"], told["sealed"]) == (0, old, desk.size())
    path = desk.export()
    desk.happens(0)  # the act is sealed like everything else
    assert audited(desk, path, capsys)[0] == 1  # an export that lacks the act does not excuse what is missing
    path = desk.export("--brand", "beta")
    code, told = audited(desk, path, capsys)
    assert (code, told["put_away"]) == (0, old)
    assert desk.verify()[0] == 0
    assert run().put_away == 0


@pytest.mark.spec("AUD-4")
def test_what_is_missing_otherwise_is_still_found_and_is_never_put_away(desk: Desk) -> None:
    root = desk.past_every_rule()
    kept = root.execute("SELECT event_id FROM governance_sealedevent WHERE seq = 3").fetchone()[0]
    row = root.execute("DELETE FROM governance_auditevent WHERE id = %s RETURNING id", [kept]).fetchone()
    assert row == (kept,)
    assert desk.verify()[1]["first_bad_seq"] == 3
    with pytest.raises(inspection.NotWhole, match="entry 3 is missing and was not put away: run verify_audit"):
        run()
    assert desk.verify()[1]["first_bad_seq"] == 3


@pytest.mark.spec("AUD-4")
def test_what_somebody_changed_is_not_covered_up_by_retention(desk: Desk) -> None:
    root = desk.past_every_rule()
    root.execute("UPDATE governance_auditevent SET actor = 'user:eda' WHERE id ="
                 " (SELECT event_id FROM governance_sealedevent WHERE seq = 3)")  # fmt: skip
    with pytest.raises(inspection.NotWhole, match="entry 3 is not what was sealed: run verify_audit"):
        run()
    assert desk.count("at < chimera_now() - interval '190 days'") == OLD
    assert root.execute("SELECT count(*) FROM governance_putaway").fetchone() == (0,)


@pytest.mark.spec("AUD-4")
def test_nothing_young_unsealed_or_unpublished_is_put_away_whoever_asks(desk: Desk) -> None:
    root = desk.past_every_rule()
    assert run(days=0).acts == 0
    root.execute("UPDATE governance_auditevent SET at = chimera_now() - interval '100 days'"
                 " WHERE id IN (SELECT event_id FROM governance_sealedevent WHERE seq < 3)")  # fmt: skip
    assert run(days=1).put_away == 0  # the database refuses less than 184 days
    with pytest.raises(psycopg.errors.ExclusionViolation):
        desk.world.connect("app").execute("SELECT governance_put_away(1, 0, 2)")
    root.execute("UPDATE governance_auditevent SET at = at - interval '200 days'"
                 " WHERE id IN (SELECT event_id FROM governance_sealedevent WHERE seq < 3)")  # fmt: skip
    root.execute("DELETE FROM governance_anchoring")
    assert run().put_away == 0  # no checkpoint is known to stand outside


@pytest.mark.spec("AUD-4")
def test_nobody_deletes_an_event_without_an_act_that_names_it(desk: Desk) -> None:
    root = desk.world.superuser()
    root.execute("SET ROLE chimera_archivist")
    assert root.execute("DELETE FROM governance_auditevent").rowcount == 0  # the role itself reaches no row
    for role in ("app", "operator", "sealer"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            desk.world.connect(role).execute("DELETE FROM governance_auditevent")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        desk.world.connect("operator").execute(
            "INSERT INTO governance_putaway (first_seq, last_seq, before) VALUES (0, 9, chimera_now())"
        )
    run()
    act = desk.count("subject LIKE 'governance.putaway:%'")
    root.execute("SELECT set_config('app.actor', 'test:eve', false)")
    root.execute("INSERT INTO governance_putaway (first_seq, last_seq, before) VALUES (500, 999, chimera_now())")
    assert root.execute("DELETE FROM governance_auditevent WHERE subject LIKE 'governance.putaway:%'").rowcount == 0
    assert desk.count("subject LIKE 'governance.putaway:%'") == act + 1
    with pytest.raises(psycopg.DatabaseError, match="append-only"):
        desk.world.superuser().execute("DELETE FROM governance_putaway")


@pytest.mark.spec("AUD-4")
def test_a_stretch_is_put_away_once_however_many_try(desk: Desk) -> None:
    gone: list[int] = []
    lost: list[str] = []
    stretch = inspection.due(days=190)
    assert stretch is not None
    begin = threading.Barrier(4)

    def attempt(one: psycopg.Connection) -> None:
        begin.wait()
        try:
            gone.append(
                one.execute("SELECT governance_put_away(190, %s, %s)", [stretch.first, stretch.last]).fetchone()[0]
            )
        except psycopg.errors.ExclusionViolation as error:
            lost.append(error.diag.constraint_name or "")

    tries = [threading.Thread(target=attempt, args=[desk.world.connect("app")]) for _ in range(4)]
    for one in tries:
        one.start()
    for one in tries:
        one.join()
    assert gone == [stretch.last - stretch.first + 1]
    assert set(lost) == {"putaway_once"}
    with pytest.raises(inspection.TurnTaken, match="Somebody else"):
        inspection.put_away(days=190, stretch=stretch, actor="test:late")
    with pytest.raises(psycopg.errors.ExclusionViolation):
        desk.past_every_rule().execute(
            "INSERT INTO governance_putaway (first_seq, last_seq, before) VALUES (2, 2, chimera_now())"
        )
    assert desk.verify()[0] == 0


def test_a_run_ends_with_its_time_and_the_next_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert inspection.run(days=190, actor="test:hurry", seconds=0).more
    monkeypatch.setattr(inspection, "STRETCH", 2)
    report = run()
    assert (report.acts, report.put_away) == (6, OLD)
    assert desk.verify()[1]["put_away"] == OLD


def test_the_schedule_and_the_command_put_away_what_the_setting_says(
    desk: Desk, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def said(*words: str) -> str:
        out = StringIO()
        call_command("put_away", *words, stdout=out)
        return out.getvalue()

    settings.RETENTION_AUDIT_DAYS = 0
    celery_tasks.put_away()
    assert said() == said("--dry-run") == "Events are kept for ever: RETENTION_AUDIT_DAYS is 0.\n"
    settings.RETENTION_AUDIT_DAYS = 190
    assert said("--dry-run") == "The first act would put entries 0 to 10 away. Nothing was.\n"
    assert json.loads(said("--dry-run", "--json")) == {"due": {"first_seq": 0, "last_seq": 10}, "retention_days": 190}
    celery_tasks.put_away()
    assert desk.count("at < chimera_now() - interval '190 days'") == 0
    assert said("--dry-run") == "Nothing is sealed, published and older than 190 days.\n"
    assert json.loads(said("--json")) == {"acts": 0, "put_away": 0, "more": False, "retention_days": 190}
    desk.past_every_rule().execute("DELETE FROM governance_auditevent WHERE id = (SELECT event_id"
                                   " FROM governance_sealedevent WHERE seq = 12)")  # fmt: skip
    desk.past_every_rule().execute("DELETE FROM core_tick")
    desk.world.superuser().execute("UPDATE core_clock SET shift = interval '200 days'")
    celery_tasks.put_away()
    desk.world.superuser().execute("UPDATE core_clock SET shift = interval '0'")
    assert "entry 12 is missing and was not put away" in caplog.text


@pytest.mark.spec("AUD-4")
def test_what_is_forgotten_elsewhere_changes_no_leaf(desk: Desk) -> None:
    before = desk.verify()[1]["root"]
    desk.past_every_rule().execute(
        "INSERT INTO core_tick (name, period, at) VALUES ('old', 1, chimera_now() - interval '9 days')"
    )
    assert forgetting.ticks(keep_days=1, count_max=10) == 1
    forgetting.sessions(count_max=10)
    # The words of a human, as who asks to be forgotten would have them removed.
    desk.past_every_rule().execute("UPDATE governance_reviewitem SET reason = '', snapshot = '{}'")
    code, told = desk.verify()
    assert (code, told["root"]) == (0, before)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30), brand=st.booleans()
)
def test_the_database_makes_the_leaf_that_the_sealer_makes(db: None, text: str, brand: bool) -> None:
    columns = ", ".join(entries.COLUMNS)
    row = [7, 1 if brand else None, text, text[:9], text, "update", text[:5], "READY", 3, text * 2]
    with tenancy.all_brands(actor="test:leaf"), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns}, governance_leaf(e) FROM (SELECT (r).* FROM (SELECT jsonb_populate_record("
            " NULL::governance_auditevent, %s::jsonb) AS r) AS one) AS e",
            [json.dumps(dict(zip(entries.COLUMNS, [*row, "2026-02-03T04:05:06.000070+02:00"], strict=True)))],
        )
        found = cursor.fetchone()
    assert entries.leaf(found) == bytes(found[-1])
