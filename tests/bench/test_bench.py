"""The bench counts what a run left, and gives no figure where a count, a result or a system is wrong."""

import json
import os
import subprocess
import sys

import psycopg
import pytest
from django.core.management import CommandError, call_command

from agents import pipeline
from chimera.bench import ITEMS, driver, engine, growth, latency, memory, meter, peers, report, seed, tally
from chimera.bench.fleet import LAYOUTS
from chimera.bench.ground import NotMeasured
from chimera.bench.own import Miscounted, settled
from chimera.core import registry
from chimera.embedded.entry import CHECKOUT
from tests.conftest import World

PIPELINES = 5


@pytest.fixture
def bench_world(world: World, settings: object, monkeypatch: pytest.MonkeyPatch) -> World:
    """A seeded database, and the bench's own parts behind the sockets."""
    settings.SWITCHBOARD = "chimera.bench.switchboard"  # type: ignore[attr-defined]
    settings.OFFLINE_VERDICTS_MAY_ACT = True  # type: ignore[attr-defined]
    registry._made.cache_clear()
    with world.role("operator"):
        seed.seed(brands=2)
    yield world  # type: ignore[misc]
    registry._made.cache_clear()


@pytest.fixture
def ran(bench_world: World) -> tuple[psycopg.Connection, dict[str, int]]:
    """Five pipelines, put in by the driver and done by the product's own stages."""
    superuser = bench_world.superuser()
    since = tally.marks(superuser)
    found = driver.drive(pipelines=PIPELINES, every_s=0, one_at_a_time=False)
    assert len(found["put"]) == PIPELINES
    while pipeline.drain(queue="think", seconds=30):
        pass
    return superuser, since


def test_five_pipelines_leave_exactly_what_they_must(ran: tuple[psycopg.Connection, dict[str, int]]) -> None:
    superuser, since = ran
    counted = tally.counted(superuser, since=since)
    assert tally.wrong(counted, pipelines=PIPELINES) == []
    assert counted["items hashed right"] == PIPELINES * ITEMS
    settled(superuser, since=since, pipelines=PIPELINES)


OFF = {
    "verdicts": "DELETE FROM agents_verdict WHERE id = (SELECT max(id) FROM agents_verdict)",
    "hashed right": "UPDATE agents_artifact SET payload = '{}' WHERE id = (SELECT max(id) FROM agents_artifact)",
    "holds settled": "UPDATE governance_hold SET status = 'VOID' WHERE id = (SELECT max(id) FROM governance_hold)",
    "reserved": "UPDATE governance_budget SET reserved_usd_micros = 1",
    "events": "DELETE FROM governance_auditevent WHERE id = (SELECT max(id) FROM governance_auditevent)",
    "goals done": "UPDATE agents_goal SET status = 'FAILED' WHERE id = (SELECT max(id) FROM agents_goal)",
    "tasks done": "UPDATE agents_task SET status = 'HELD' WHERE id = (SELECT max(id) FROM agents_task)",
}


def test_one_row_that_is_off_takes_the_figure_away(ran: tuple[psycopg.Connection, dict[str, int]]) -> None:
    superuser, since = ran
    superuser.execute("SET session_replication_role = replica")
    for what, change in OFF.items():
        with superuser.transaction(force_rollback=True):
            superuser.execute(change)
            with pytest.raises(Miscounted, match=what):
                settled(superuser, since=since, pipelines=PIPELINES)
    settled(superuser, since=since, pipelines=PIPELINES)


def test_every_count_can_be_wrong() -> None:
    right = {what: number * 7 for what, number in tally.PER_PIPELINE.items()} | tally.IN_ALL
    assert tally.wrong(right, pipelines=7) == []
    for what in right:
        for other in (right[what] + 1, right[what] - 1):
            assert [one.what for one in tally.wrong({**right, what: other}, pipelines=7)] == [what]
    assert len(tally.wrong({}, pipelines=7)) == len(right)


def test_multiplied_rows_fit_each_other(ran: tuple[psycopg.Connection, dict[str, int]]) -> None:
    superuser, since = ran
    growth.multiply(superuser, copies=3)
    counted = tally.counted(superuser, since=since)
    wrong = {one.what for one in tally.wrong(counted, pipelines=PIPELINES * 4)}
    assert wrong == {"items hashed right"}, "only the hashes of copies name another task"
    lost = superuser.execute(
        "SELECT count(*) FROM agents_task t LEFT JOIN agents_goal g ON g.id = t.goal_id AND g.brand_id = t.brand_id"
        " LEFT JOIN governance_attempt a ON a.brand_id = t.brand_id AND a.subject = 'agents.task:' || t.id"
        " WHERE g.id IS NULL OR a.id IS NULL"
    ).fetchone()
    assert lost == (0,)


@pytest.mark.usefixtures("ran")
def test_a_goal_can_be_put_in_after_the_tables_were_filled(bench_world: World) -> None:
    superuser = bench_world.superuser()
    growth.multiply(superuser, copies=2)
    since = tally.marks(superuser)
    driver.drive(pipelines=1, every_s=0, one_at_a_time=False)
    while pipeline.drain(queue="think", seconds=30):
        pass
    settled(superuser, since=since, pipelines=1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--rounds", "0"], "--rounds is 0; it must be at least 1"),
        (["--pipelines", "-3"], "--pipelines is -3"),
        (["--only", "chimera,temporal"], "does not know temporal"),
        (["--only", ","], "names no system"),
        (["--extras", "speed"], "does not know speed"),
        (["--only", "celery", "--extras", "memory"], "add chimera"),
        (["--layout", "gevent"], "does not know gevent"),
    ],
)
def test_a_wrong_order_is_refused_in_a_sentence_before_anything_is_started(words: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("bench", "engine", *words)


def test_a_subject_that_is_not_there_ends_with_exit_code_2() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "bench", "gravity"], cwd=CHECKOUT, capture_output=True, text=True,
        env={**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "engine" in done.stderr


def test_rounds_begin_with_each_system_in_turn() -> None:
    systems = ["a", "b", "c"]
    assert [engine.turns(systems, number)[0] for number in range(4)] == ["a", "b", "c", "a"]
    assert all(sorted(engine.turns(systems, number)) == systems for number in range(4))


def line(system: str, rate: float | None, **more: object) -> dict[str, object]:
    return {"system": system, "pipelines_per_s": rate, "layout": "l", "durability": "d", **more}


def test_ratios_are_taken_within_a_round() -> None:
    rounds = [
        {"chimera": line("chimera", ours), "celery": line("celery", theirs)}
        for ours, theirs in ((200, 100), (60, 30), (400, 100))
    ]
    assert engine.ratio(rounds, other="celery") == 2.0  # of the medians it would be 200 / 100 by luck, so:
    rounds[0]["celery"] = line("celery", 50)
    assert engine.ratio(rounds, other="celery") == 4.0
    assert engine.ratio([{"chimera": line("chimera", None), "celery": line("celery", 9)}], other="celery") is None


def test_a_peer_that_fails_has_a_reason_and_the_report_goes_on() -> None:
    rounds = [{"chimera": line("chimera", 100.0), "celery": line("celery", 50.0), "dbos": peers.failed("dbos", "why")}]
    found = engine.concluded(engine.Order(systems=("chimera", "celery", "dbos"), extras=()), rounds)
    assert found["ratio_to_celery"] == 2.0
    assert found["ratio_to_best_durable_peer"] is None
    assert not found["correct"]
    assert [one.get("error") for one in found["peers"]] == [None, "why"]
    found["bound"] = {"updates_per_s": None, "reason": "none"}
    for table in (report.systems(found), report.where(found), report.verdicts(found)):
        assert table.row_count


def test_only_a_durable_peer_is_the_best_durable_one() -> None:
    one = {"chimera": line("chimera", 90.0), "celery": line("celery", 500.0), "dbos": line("dbos", 30.0)}
    found = engine.concluded(engine.Order(systems=("chimera", "celery", "dbos"), extras=()), [one])
    assert (found["best_durable_peer"], found["ratio_to_best_durable_peer"]) == ("dbos", 3.0)


@pytest.mark.parametrize(
    ("returncode", "out", "reason"),
    [
        (1, "", "No such module"),
        (0, "", "No such module"),
        (0, "soon", "no JSON"),
        (0, '{"correct": false, "pipelines": 9, "pipelines_done": 8, "pipelines_per_s": 70}', "8 of 9"),
        (0, '{"correct": true, "pipelines": 9, "pipelines_done": 8, "pipelines_per_s": 70}', "8 of 9"),
    ],
)
def test_a_peer_without_right_results_has_no_figure(returncode: int, out: str, reason: str) -> None:
    found = peers.read("dbos", returncode=returncode, out=out, err="Traceback\nNo such module\n")
    assert found["pipelines_per_s"] is None
    assert reason in found["error"]


def test_every_peer_is_a_program_with_the_layout_that_is_asked_for() -> None:
    for peer in peers.PEERS.values():
        text = (peers.PROGRAMS / peer.program).read_text(encoding="utf-8")
        assert f'    "{peer.layout}": ' in text
        assert "shape.answer(" in text


def test_the_bodies_of_the_peers_tell_a_right_result_from_a_wrong_one() -> None:
    words = "import json, shape; print(json.dumps([shape.expected(n) for n in (1, 1, 2)]))"
    fake = "import sys, types; sys.modules['psutil'] = types.ModuleType('psutil'); "
    done = subprocess.run(
        [sys.executable, "-c", fake + words], cwd=peers.PROGRAMS, capture_output=True, text=True, check=True
    )
    first, again, other = json.loads(done.stdout)
    assert first == again != other
    assert len(first[1]) == 64 * ITEMS


def test_percentiles_are_samples() -> None:
    assert latency.percentile([5, 1, 3, 2, 4], 0.5) == 3
    assert latency.percentile(list(range(1, 101)), 0.95) == 95
    assert latency.percentile([7.0], 0.95) == 7.0
    with pytest.raises(NotMeasured):
        latency.percentile([], 0.5)


def test_memory_growth_is_that_of_the_worst_process_and_not_told_when_one_was_replaced() -> None:
    assert memory.growth({1: 100, 2: 100}, {1: 101, 2: 130, 3: 500}) == pytest.approx(0.3)
    with pytest.raises(NotMeasured, match="ended on the way"):
        memory.growth({1: 100, 2: 100}, {1: 100, 3: 20})


def test_shares_of_cpu_are_of_the_whole() -> None:
    assert meter.shares({"cpu_ms": {"postgres": 3.0, "workers": 1.0}}) == {"postgres": 75.0, "workers": 25.0}


def test_a_million_tasks_are_a_thousand_multiplied() -> None:
    assert growth.LARGE_TASKS % growth.SMALL_TASKS == 0
    assert engine.Order().layout in LAYOUTS
