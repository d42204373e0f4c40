"""An outage opens one circuit for all processes, one probe looks whether it is over, and calls go on by themselves."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from chimera.core import clock, node, outside, tenancy
from chimera.core.calls.services import Recorder
from chimera.core.circuits import services as circuits
from chimera.core.circuits.models import Circuit
from chimera.core.circuits.services import CircuitOpen
from chimera.core.errors import Denied, Unavailable
from governance.models import AuditEvent
from tests.conftest import World
from tests.servers import CHECKOUT

pytestmark = pytest.mark.spec("PLN-8")

PROVIDER = "harbour"
PASS = "SELECT probe_by FROM core_circuit_pass(%s, %s, '60 s', '30 s')"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    circuits.forget()
    yield
    circuits.forget()


@pytest.fixture
def eager(settings) -> None:
    """Nothing is believed from memory, so that each look is at the database."""
    settings.CIRCUIT_SEEN_S = 0


def fail(times: int = 1) -> None:
    for number in range(times):
        circuits.report(provider=PROVIDER, failed=True, note=f"No answer ({number + 1}).")


def circuit() -> Circuit:
    return Circuit.objects.get(provider=PROVIDER)


def passes() -> bool:
    try:
        circuits.require_closed(provider=PROVIDER)
    except CircuitOpen:
        return False
    return True


def as_somebody_else(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(node, "thread", lambda: name)


REPORTER = """
import django; django.setup()
from chimera.core.circuits import services as circuits
for _ in range(3):
    circuits.require_closed(provider="harbour")
    circuits.report(provider="harbour", failed=True, note="Connection refused.")
"""


def test_failures_of_two_processes_open_the_circuit_for_a_third(world: World, eager: None) -> None:
    assert passes()
    command = [sys.executable, "-c", REPORTER]
    pair = [
        subprocess.Popen(command, cwd=CHECKOUT, env=world.variables("app"), stderr=subprocess.PIPE) for _ in range(2)
    ]
    errors = [process.communicate(timeout=60)[1].decode() for process in pair]
    assert circuit().status == "OPEN", errors
    assert len(circuit().failed_at) == 5
    with pytest.raises(CircuitOpen, match=r"harbour has failed .* in \d+ s\. It said last: Connection refused"):
        circuits.require_closed(provider=PROVIDER)


def test_failures_that_lie_far_apart_open_nothing(world: World, eager: None) -> None:
    for minute in range(6):
        world.shift_clock(f"{minute} minutes")
        fail()
    assert (circuit().status, len(circuit().failed_at)) == ("CLOSED", 1)


def test_successes_make_up_for_failures_so_that_a_busy_provider_may_fail_now_and_then(world: World) -> None:
    for _ in range(20):
        fail()
        circuits.report(provider=PROVIDER, failed=False)
    assert circuit().status == "CLOSED"
    fail(5)
    assert circuit().status == "OPEN"


def test_the_wait_is_told_and_doubles_with_each_probe_that_fails_up_to_a_limit(world: World, eager: None) -> None:
    fail(5)
    waits, passed_s = [], 0.0
    for _ in range(7):
        with pytest.raises(CircuitOpen) as refused:
            circuits.require_closed(provider=PROVIDER)
        waits.append(refused.value.retry_after_s)
        passed_s += refused.value.retry_after_s + 1
        world.shift_clock(f"{passed_s} seconds")
        assert passes()
        fail()
    for wait_s, longest_s in zip(waits, (10, 20, 40, 80, 160, 300, 300), strict=True):
        assert longest_s * 0.8 < wait_s <= longest_s
    assert circuit().opens == 8


def test_providers_that_broke_together_are_not_probed_in_one_moment_but_each_always_after_the_same_wait(
    world: World,
) -> None:
    owner = world.superuser()
    spans = [
        owner.execute("SELECT core_circuit_span(%s, 1, '10 s', '300 s')", [name]).fetchone()[0].total_seconds()
        for name in ("plaza", "anthropic", "google", "plaza")
    ]
    assert spans[0] == spans[3]
    assert len(set(spans)) == 3
    assert all(9 <= span <= 10 for span in spans)


def test_of_twenty_callers_at_once_one_probes(world: World) -> None:
    fail(5)
    world.shift_clock("1 minute")
    start = threading.Barrier(20)
    through: list[bool] = []

    def ask(name: str, session: psycopg.Connection) -> None:
        start.wait()
        row = session.execute(PASS, [PROVIDER, name]).fetchone()
        through.append(row is not None and row[0] == name)

    threads = [threading.Thread(target=ask, args=(f"caller-{n}", world.connect())) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(through), sum(through)) == (20, 1)
    assert circuit().status == "HALF_OPEN"
    assert not passes()  # nor does the twenty-first


def test_of_eight_threads_of_one_process_one_probes_and_a_probe_that_succeeds_closes(world: World) -> None:
    fail(5)
    world.shift_clock("1 minute")
    circuits.forget()
    start, done = threading.Barrier(8), []

    def call() -> None:
        start.wait()
        try:
            with circuits.through(provider=PROVIDER):
                time.sleep(0.2)
            done.append("answered")
        except CircuitOpen as refused:
            done.append(f"wait {refused.retry_after_s:.0f}")
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["answered", *["wait 2"] * 7]
    after = circuit()
    assert (after.status, after.opens, after.failed_at, after.wait_until, after.probe_by) == ("CLOSED", 0, [], None, "")
    assert passes()


def test_a_prober_that_died_is_followed_by_another_when_its_lease_ends(
    world: World, eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(5)
    world.shift_clock("1 minute")
    as_somebody_else(monkeypatch, "dead-1.1.1")
    assert passes()
    as_somebody_else(monkeypatch, "next-2.2.2")
    assert not passes()
    world.shift_clock("1 minute 50 seconds")
    assert not passes()
    world.shift_clock("2 minutes 1 second")
    assert passes()
    as_somebody_else(monkeypatch, "dead-1.1.1")  # it was only slow, and reports as the prober that it no longer is
    fail()
    assert (circuit().status, circuit().probe_by) == ("HALF_OPEN", "next-2.2.2")
    as_somebody_else(monkeypatch, "next-2.2.2")
    assert passes()  # still: the prober may ask twice for one call
    circuits.report(provider=PROVIDER, failed=False)
    assert circuit().status == "CLOSED"


def test_answers_to_calls_from_before_the_outage_neither_close_nor_prolong_it(
    world: World, eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(5)
    before = circuit()
    fail()
    circuits.report(provider=PROVIDER, failed=False)
    with world.connect() as other:
        other.execute("SELECT core_circuit_report(%s, 'late', false, '', 5, '30 s', '10 s', '300 s')", [PROVIDER])
        other.execute("SELECT core_circuit_report(%s, 'late', true, '', 5, '30 s', '10 s', '300 s')", [PROVIDER])
    now = circuit()
    assert (now.status, now.state_version, now.wait_until) == ("OPEN", before.state_version, before.wait_until)


def test_only_an_outage_counts(world: World) -> None:
    recorder = Recorder()

    def call(error: Exception | None) -> None:
        def act() -> dict:
            if error is not None:
                raise error
            return {"refused": "the text is too long"}

        recorder.tool(seat="publish", provider=PROVIDER, model="x", request={}, call=act)

    for _ in range(6):
        call(None)
        for no in (Denied("A rule said no."), ValueError("a mistake of ours")):
            with pytest.raises(type(no)):
                call(no)
    assert not Circuit.objects.exists()
    for _ in range(5):
        with pytest.raises(Unavailable) as seen:
            call(Unavailable("Timed out after 10 s."))
        assert seen.value.provider == PROVIDER
    with pytest.raises(CircuitOpen):
        call(None)
    assert len(recorder.calls) == 6 * 3 + 5  # what was not called is not kept
    outage = circuits.outage(error=seen.value)
    assert outage is not None
    left_s = (Circuit.objects.get().wait_until - clock.now()).total_seconds()
    assert left_s <= outage.retry_after_s <= 10
    assert circuits.outage(error=Unavailable("of somebody else")) is None
    assert circuits.outage(error=ValueError("a mistake")) is None


def test_a_probe_that_was_not_made_is_left_to_the_next(
    world: World, eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(5)
    world.shift_clock("1 minute")
    as_somebody_else(monkeypatch, "first-1.1.1")
    with pytest.raises(Denied), circuits.through(provider=PROVIDER):
        raise Denied("A control is in force.")
    assert circuit().status == "HALF_OPEN"
    as_somebody_else(monkeypatch, "second-2.2.2")
    assert passes()


def test_a_provider_that_works_costs_two_reads_a_second_and_no_write(
    world: World, django_assert_max_num_queries
) -> None:
    begun = time.monotonic()
    with django_assert_max_num_queries(3) as queries:
        for _ in range(200):
            with circuits.through(provider=PROVIDER):
                pass
    if time.monotonic() - begun < 0.5:
        assert len(queries) == 1
    assert all("core_circuit_pass" in query["sql"] for query in queries)
    assert not Circuit.objects.exists()


def test_no_connection_is_held_while_the_provider_is_waited_for(world: World) -> None:
    recorder, held = Recorder(), []

    def act() -> dict:
        held.append(connection.connection is not None)
        raise Unavailable("No answer.")

    with outside.waiting():
        with pytest.raises(Unavailable):
            recorder.tool(seat="publish", provider=PROVIDER, model="x", request={}, call=act)
        held.append(connection.connection is not None)
    assert held == [False, False]
    assert len(circuit().failed_at) == 1


def test_without_a_database_calls_go_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    with circuits.through(provider=PROVIDER):
        pass
    with pytest.raises(Unavailable, match="really"), circuits.through(provider=PROVIDER):
        raise Unavailable("really")


def test_a_worker_cannot_move_a_circuit_by_hand_and_every_move_is_on_the_record(world: World, eager: None) -> None:
    fail(5)
    world.shift_clock("1 minute")
    with circuits.through(provider=PROVIDER):
        pass
    for role in ("app", "operator"):
        with world.connect(role) as hand, pytest.raises(psycopg.errors.InsufficientPrivilege):
            hand.execute("UPDATE core_circuit SET status = 'CLOSED'")
    owner = world.superuser()
    owner.execute("SET app.actor = 'test:owner'")
    with pytest.raises(psycopg.DatabaseError, match="may not go from CLOSED to HALF_OPEN"):
        owner.execute("UPDATE core_circuit SET status = 'HALF_OPEN', state_version = state_version + 1")
    with world.role("operator"), tenancy.all_brands(actor="test:look"):
        moves = AuditEvent.objects.filter(subject=f"core.circuit:{circuit().pk}").order_by("id")
        assert [(one.from_status, one.to_status) for one in moves] == [
            ("", "CLOSED"),
            ("CLOSED", "OPEN"),
            ("OPEN", "HALF_OPEN"),
            ("HALF_OPEN", "CLOSED"),
        ]
        assert {one.actor for one in moves} == {f"circuit:{node.thread()}"}


def test_the_command_shows_what_is_left_alone_and_why(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("circuits")
    assert "every circuit is closed" in capsys.readouterr().out
    circuits.report(provider=PROVIDER, failed=True, note="[red]No[/red] answer.")
    fail(4)
    call_command("circuits")
    assert "harbour" in (shown := capsys.readouterr().out)
    assert "open" in shown
    call_command("circuits", "--json")
    assert '"state": "OPEN"' in (line := capsys.readouterr().out)
    assert '"retry_in_s": 9' in line or '"retry_in_s": 10' in line
