"""Who holds a row: claimed by one, renewed, taken over with a higher number, given back. PLN-2, PLN-5, PLN-6."""

import threading
import time
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from chimera.core import clock, tenancy
from chimera.core.clock import Now
from governance import transitions
from governance.controls import services as controls
from governance.controls.models import ControlKind
from governance.leases import services as leases
from governance.leases.services import Claim, Keeper
from governance.models import Attempt, AuditEvent
from governance.transitions import Fenced
from publishing.models import Post
from tests.conftest import ALPHA, BETA, World
from tests.governance import rows
from tests.governance.rows import claim

CLAIM = (
    "SELECT id, brand_id, fence FROM publishing_post_claim('{publish}', '{publish}', %s, %s, interval '8 seconds', 0)"
)
INSTANT = timedelta(milliseconds=500)  # `chimera_now()` may be asked twice in one statement


def held(post: Post) -> Post:
    """The post as the database has it."""
    return Post.objects.get(pk=post.pk)


def row_of(got: Claim) -> Post:
    return Post.objects.get(pk=got.id, fence=got.fence)


@pytest.mark.spec("PLN-2")
def test_a_claim_leases_the_row_notes_an_attempt_and_moves_nothing(alpha: int, settings: Any) -> None:
    post = rows.post()
    events = AuditEvent.objects.count()
    before = clock.now()
    (got,) = claim()
    after = clock.now()
    assert got == Claim(id=post.pk, brand_id=alpha, stage="publish", fence=1)
    row = held(post)
    assert (row.fence, row.attempts, row.lease_owner) == (1, 1, leases.owner())
    assert abs(row.lease_until - row.due_at) < INSTANT, "due again, for anybody, when the lease ends"
    assert before <= row.lease_until - timedelta(seconds=settings.LEASE_S) <= after + INSTANT
    assert (row.status, row.state_version) == ("SCHEDULED", 1)
    assert AuditEvent.objects.count() == events
    attempt = Attempt.objects.get()
    assert (attempt.subject, attempt.fence, attempt.stage, attempt.owner) == (
        post.subject,
        1,
        "publish",
        leases.owner(),
    )
    assert (attempt.outcome, attempt.ended_at) == ("", None)
    assert str(attempt) == f"{post.subject} #1 by {leases.owner()}"
    assert claim() == [], "who holds a row holds it alone"


def test_what_is_not_due_or_not_asked_for_is_not_claimed(alpha: int) -> None:
    later = rows.post()
    Post.objects.filter(pk=later.pk).update(due_at=Now() + timedelta(minutes=1))
    assert claim() == []
    Post.objects.filter(pk=later.pk).update(due_at=None)
    assert claim() == []
    Post.objects.filter(pk=later.pk).update(due_at=Now())
    assert leases.claim(model=Post, queues=["think"], stages=["publish"], count_max=1) == []
    assert leases.claim(model=Post, queues=["publish"], stages=["judge"], count_max=1) == []
    assert [got.id for got in claim()] == [later.pk]


@pytest.mark.spec("PLN-9")
def test_the_most_urgent_goes_first_and_then_the_one_that_waits_longest(alpha: int) -> None:
    for key, priority, age in (("scan", 9, 30), ("new", 5, 10), ("old", 5, 20), ("reply", 1, 1)):
        post = rows.post(key=key, priority=priority)
        Post.objects.filter(pk=post.pk).update(due_at=Now() - timedelta(seconds=age))
    order = [row_of(claim()[0]).task.rpartition(":")[2] for _ in range(4)]
    assert order == ["reply", "old", "new", "scan"]


def test_one_claim_takes_rows_of_one_brand(world: World) -> None:
    for brand_id in (ALPHA, BETA, ALPHA):
        with tenancy.brand(brand_id, actor="test:begin"):
            rows.post(brand_id=brand_id, key=str(clock.now().timestamp()))
    batches = [claim(count_max=10) for _ in range(3)]
    assert [{got.brand_id for got in batch} for batch in batches] == [{ALPHA}, {BETA}, set()]
    assert [len(batch) for batch in batches] == [2, 1, 0]


@pytest.mark.spec("PLN-5")
def test_two_workers_never_get_the_same_row(world: World) -> None:
    for brand_id in (ALPHA, BETA):
        with tenancy.brand(brand_id, actor="test:begin"):
            posts = [rows.post(brand_id=brand_id, key=str(number)).pk for number in range(25)]
            assert len(posts) == 25

    def work(number: int) -> list[int]:
        mine: list[int] = []
        empty = 0
        with world.connect("app", actor="") as connection:
            while empty < 3:
                got = connection.execute(CLAIM, [1 + number % 3, f"worker:{number}"]).fetchall()
                empty = 0 if got else empty + 1
                mine += [pk for pk, _, fence in got if fence == 1]
                assert len(got) == len([pk for pk, _, fence in got if fence == 1]), got
        return mine

    results = rows.together([lambda number=number: work(number) for number in range(6)])
    assert rows.failures(results) == []
    taken = sorted(pk for mine in results for pk in mine)
    owner = world.superuser()
    assert taken == [pk for (pk,) in owner.execute("SELECT id FROM publishing_post ORDER BY id").fetchall()]
    assert owner.execute("SELECT count(*), count(DISTINCT subject) FROM governance_attempt").fetchone() == (50, 50)


@pytest.mark.spec("PLN-5")
def test_a_claim_passes_by_a_row_that_somebody_has_in_hand(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:begin"):
        first, second = rows.post(key="1", priority=1), rows.post(key="2")
    other = world.connect("app", brand=ALPHA)
    mine = world.connect("app", actor="")
    mine.execute("SET lock_timeout = '2s'")
    with other.transaction():
        other.execute("SELECT 1 FROM publishing_post WHERE id = %s FOR UPDATE", [first.pk])
        assert [pk for pk, _, _ in mine.execute(CLAIM, [9, "worker:1"]).fetchall()] == [second.pk]
        assert mine.execute(CLAIM, [9, "worker:1"]).fetchall() == []
    assert [pk for pk, _, _ in mine.execute(CLAIM, [9, "worker:1"]).fetchall()] == [first.pk]


@pytest.mark.spec("PLN-5", "PLN-2")
def test_the_row_of_a_dead_worker_is_taken_over_and_its_late_finish_is_fenced(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:begin"):
        rows.post()
    (first,) = claim()
    with tenancy.brand(ALPHA, actor="worker:1"):
        old = row_of(first)
    world.shift_clock("7 seconds")
    assert claim() == []
    world.shift_clock("9 seconds")
    (second,) = claim()
    assert (second.id, second.fence) == (first.id, first.fence + 1)
    with tenancy.brand(ALPHA, actor="worker:1"):
        for late in (
            lambda: transitions.move(row=old, to="FAILED", fence=old.fence, **leases.free()),
            lambda: leases.give_back(row=old, after_s=0, note="late"),
            lambda: leases.extend(row=old, seconds=60),
            lambda: leases.require_held(row=old, longer_than_s=1),
        ):
            with pytest.raises(Fenced):
                late()
    with tenancy.brand(ALPHA, actor="worker:2"):
        row = row_of(second)
        assert (row.status, row.attempts, row.note) == ("SCHEDULED", 2, "")
        transitions.move(row=row, to="FAILED", fence=row.fence, **leases.free())
        leases.end_attempt(row=row, outcome="failed")
        told = dict(Attempt.objects.values_list("fence", "outcome"))
        assert told == {1: "", 2: "failed"}
        row = held(row)
        assert (row.lease_until, row.lease_owner, row.due_at) == (None, "", None)
    assert claim() == []


@pytest.mark.spec("OPS-4", "PLN-6")
def test_what_is_stopped_is_not_claimed_and_goes_on_by_itself_when_it_is_lifted(world: World) -> None:
    for brand_id in (ALPHA, BETA):
        with tenancy.brand(brand_id, actor="test:begin"):
            rows.post(brand_id=brand_id)
    waiting = "SELECT queue, stage, rows FROM publishing_post_waiting(interval '0')"
    psql = world.connect("app")
    with world.role("operator"), tenancy.acting("user:ada"):
        controls.impose(scope=f"brand:{ALPHA}", kind=ControlKind.PAUSE, reason="a")
    assert psql.execute(waiting).fetchall() == [("publish", "publish", 1)]
    assert [got.brand_id for got in claim(count_max=9)] == [BETA]
    assert claim() == []
    with world.role("operator"), tenancy.acting("user:ada"):
        controls.impose(scope="fleet", kind=ControlKind.STOP, reason="b")
        controls.lift(scope=f"brand:{ALPHA}", reason="It is over.")
    assert claim() == []
    assert psql.execute(waiting).fetchall() == []
    with world.role("operator"), tenancy.acting("user:ada"):
        controls.lift(scope="fleet", reason="It is over.")
    assert [(got.brand_id, got.fence) for got in claim()] == [(ALPHA, 1)]


@pytest.mark.spec("PLN-6")
def test_a_row_that_is_given_back_waits_and_says_why(alpha: int) -> None:
    post = rows.post()
    row = row_of(claim()[0])
    before = clock.now()
    leases.give_back(row=row, after_s=30, note="The platform is away.")
    after = clock.now()
    row = held(post)
    assert (row.lease_until, row.lease_owner, row.note, row.attempts) == (None, "", "The platform is away.", 1)
    assert before <= row.due_at - timedelta(seconds=30) <= after + INSTANT
    assert (row.status, row.state_version) == ("SCHEDULED", 1)
    attempt = Attempt.objects.get()
    assert attempt.outcome == "The platform is away."
    assert attempt.ended_at is not None
    assert claim() == []


def test_a_wait_that_is_no_failure_costs_no_attempt(alpha: int) -> None:
    post = rows.post()
    for fence in (1, 2, 3):
        row = row_of(claim()[0])
        assert (row.fence, row.attempts) == (fence, 1)
        leases.give_back(row=row, after_s=0, note="Stopped.", counts=False)
        assert held(post).attempts == 0


def test_a_row_that_has_moved_on_is_not_given_back(alpha: int) -> None:
    rows.post()
    row = row_of(claim()[0])
    transitions.move(row=Post.objects.get(), to="HELD", fence=row.fence, **leases.free())
    with pytest.raises(Fenced):
        leases.give_back(row=row, after_s=0, note="late")
    assert held(row).due_at is None


def test_a_lease_is_extended_for_a_call_that_takes_longer(alpha: int) -> None:
    rows.post()
    row = row_of(claim()[0])
    with pytest.raises(leases.LeaseTooShort):
        leases.require_held(row=row, longer_than_s=10)
    leases.extend(row=row, seconds=30)
    leases.require_held(row=row, longer_than_s=10)
    assert abs(held(row).due_at - held(row).lease_until) < INSTANT


def test_a_row_that_nobody_holds_is_not_ours_to_extend_or_to_use(alpha: int) -> None:
    row = rows.post()
    with pytest.raises(Fenced):
        leases.extend(row=row, seconds=30)
    with pytest.raises(Fenced):
        leases.require_held(row=row, longer_than_s=1)


@pytest.mark.spec("PLN-6")
def test_pauses_grow_to_a_minute() -> None:
    assert [leases.backoff_s(attempts=number) for number in (0, 1, 2, 3, 6, 7, 50)] == [1, 1, 2, 4, 32, 60, 60]


def test_a_row_is_due_now_or_later_as_it_was_said(alpha: int) -> None:
    post = rows.claimed()
    for after_s in (0, 90):
        before = clock.now()
        transitions.move_many(rows=[held(post)], to="HELD", **leases.due(after_s=after_s))
        row = held(post)
        assert before <= row.due_at - timedelta(seconds=after_s) <= clock.now()
        assert row.lease_until is None
        transitions.move(row=row, to="SCHEDULED")


# The side thread that renews.


@pytest.fixture
def quick(settings: Any) -> None:
    settings.LEASE_S, settings.LEASE_RENEW_S = 1.5, 0.02


def until(condition: Any, *, seconds: float = 60) -> bool:
    """Whether it comes true in time."""
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            return False
        time.sleep(0.01)
    return True


@pytest.mark.spec("PLN-5")
def test_a_row_is_kept_for_as_long_as_its_worker_lives(world: World, quick: None) -> None:
    """About two seconds: a lease must run out when nobody renews it."""
    with tenancy.brand(ALPHA, actor="test:begin"):
        rows.post()
    got = claim()
    keeper = Keeper()
    with keeper.holding(table=Post.CLAIM, claims=got):
        time.sleep(1.8)
        assert claim() == []
        assert not keeper.is_lost(table=Post.CLAIM, claim=got[0])
        thread = keeper.thread
    assert keeper.held == {}
    assert until(lambda: claim() != []), "nobody renews what was let go"
    thread.join(60)
    assert not thread.is_alive(), "a keeper with nothing to keep ends"


@pytest.mark.spec("PLN-5")
def test_a_worker_learns_that_its_row_was_taken_over(world: World, quick: None) -> None:
    with tenancy.brand(ALPHA, actor="test:begin"):
        lost_row, kept_row = rows.post(key="1"), rows.post(key="2")
    claims = {got.id: got for got in claim(count_max=2)}
    keeper = Keeper()
    with keeper.holding(table=Post.CLAIM, claims=list(claims.values())):
        with tenancy.brand(ALPHA, actor="worker:2"):
            rows.taken_over(Post.objects.get(pk=lost_row.pk))
        assert until(lambda: keeper.is_lost(table=Post.CLAIM, claim=claims[lost_row.pk]))
        assert not keeper.is_lost(table=Post.CLAIM, claim=claims[kept_row.pk])
        thread = keeper.thread
        with keeper.holding(table="another", claims=[]):
            assert keeper.thread is thread, "one thread keeps everything of a process"
    assert not keeper.is_lost(table=Post.CLAIM, claim=claims[lost_row.pk])
    thread.join(60)


class Line:
    """A database connection that is watched: its renewals are counted and its closing may be held up."""

    def __init__(self) -> None:
        self.renewals = 0
        self.closing, self.may_close = threading.Event(), threading.Event()

    def cursor(self) -> Any:
        self.renewals += 1
        raise leases.DatabaseError("the line is down")

    def close(self) -> None:
        self.closing.set()
        assert self.may_close.wait(60)


@pytest.mark.spec("PLN-5")
def test_a_row_that_is_held_while_the_keeper_goes_home_is_renewed_all_the_same(
    quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line()
    monkeypatch.setattr(leases, "connection", line)
    keeper = Keeper()
    with keeper.holding(table="any", claims=[]):
        leaving = keeper.thread
    assert line.closing.wait(60), "the first keeper is on its way out, and still alive"
    assert leaving.is_alive()
    with keeper.holding(table="any", claims=[Claim(id=1, brand_id=1, stage="publish", fence=1)]):
        renewed = until(lambda: line.renewals > 0)
        line.may_close.set()
        thread = keeper.thread
    leaving.join(60)
    assert renewed
    thread.join(60)


def test_renewals_go_on_after_the_database_was_away(
    quick: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    line = Line()
    line.may_close.set()
    monkeypatch.setattr(leases, "connection", line)
    keeper = Keeper()
    with keeper.holding(table="any", claims=[Claim(id=1, brand_id=1, stage="publish", fence=1)]):
        assert until(lambda: line.renewals > 2)
        assert not keeper.lost, "not knowing is not losing"
        thread = keeper.thread
    thread.join(60)
    assert "leases of any were not renewed" in caplog.text


# The clock that leases run on.


def test_the_clock_of_a_real_database_cannot_be_shifted(world: World) -> None:
    for role in ("app", "operator", "connector"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            world.connect(role).execute("UPDATE core_clock SET shift = interval '1 hour'")
    owner = world.superuser()
    owner.execute("UPDATE core_clock SET simulated = false")
    for statement in (
        "UPDATE core_clock SET shift = interval '1 hour'",
        "INSERT INTO core_clock (id, shift, simulated) VALUES (2, interval '1 hour', true)",
    ):
        with pytest.raises(psycopg.errors.CheckViolation):
            owner.execute(statement)
    owner.execute("UPDATE core_clock SET simulated = true, shift = interval '1 hour'")
    with pytest.raises(psycopg.errors.CheckViolation, match="clock_shifts_only_in_simulation"):
        owner.execute("UPDATE core_clock SET simulated = false")
    shifted = owner.execute("SELECT chimera_now() - clock_timestamp()").fetchone()[0]
    assert abs(shifted - timedelta(hours=1)) < timedelta(seconds=5)
