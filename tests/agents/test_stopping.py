"""A stop as a worker meets it: bodies do not begin, calls do not leave, rows wait and lose nothing. OPS-4, PLN-6."""

import threading
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from agents import fleet, pipeline, stopping, under_way
from agents.personas.models import Agent
from agents.tasks.models import Task
from agents.worker import services as worker
from agents.worker.base import Work
from chimera.core import clock, tenancy
from chimera.core.calls.models import CallRecord
from chimera.core.calls.services import Recorder
from chimera.core.errors import Stopped
from chimera.core.money import Allowance
from governance.controls import looking as look
from governance.controls.models import ControlKind
from governance.grants import story
from governance.grants.models import GrantUsed, Outcome
from governance.leases.services import STOPPED_LOOK_S
from governance.models import Effect, Hold
from publishing.accounts.models import Account
from publishing.models import Post
from publishing.posts import scheduling
from publishing.posts import services as posts
from publishing.trends import services as trends
from publishing.trends.models import Feed
from tests import people
from tests.agents.fakes import FakeKind, desk, looking, on_switchboard, take_one
from tests.conftest import ALPHA, BETA, World
from tests.governance import rows
from tests.publishing.fakes import LIVE, FakePlaza

FACTS: Mapping[str, Any] = {"facts": [], "sources": []}
ADA, BOB = "user:ada", "user:bob"


def stop(world: World, scope: str, *, kind: ControlKind = ControlKind.PAUSE) -> stopping.Stop:
    with world.role("operator"):
        return stopping.stop(scope=scope, kind=kind, reason="a drill", actor=ADA)


def resume(world: World, scope: str) -> None:
    with world.role("operator"):
        assert stopping.resume(scope=scope, reason="it is over", actor=BOB).lifted


@pytest.fixture
def planned(world: World) -> World:
    """A plan whose research is due."""
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
        people.goal(agent=agent)
    assert pipeline.drain(queue="think", stages=["plan"], seconds=30) == 1
    return world


def research() -> Task:
    with looking():
        return Task.objects.get(kind="research")


@pytest.mark.spec("OPS-4", "PLN-6")
def test_no_body_begins_after_a_stop_and_its_row_waits_without_having_tried(
    planned: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = FakeKind(lambda *_: FACTS, worst_case_usd_micros=50_000)
    on_switchboard(monkeypatch, KINDS__research=kind)
    taken = take_one()
    stop(planned, "fleet")
    worker.work(taken=[taken])
    task = research()
    assert kind.calls == 0
    assert (task.status, task.attempts, task.lease_until) == ("READY", 0, None)
    assert "A pause on fleet is in force" in task.note and "a drill" in task.note
    with looking():
        assert set(Hold.objects.values_list("status", "settled_usd_micros")) <= {("SETTLED", 0), ("VOID", 0)}
    resume(planned, "fleet")
    planned.later("2 seconds")
    assert pipeline.drain(queue="think", stages=["work"], seconds=30) >= 1
    assert (kind.calls, research().status) == (1, "DONE")


@pytest.mark.spec("OPS-4")
def test_a_body_that_had_begun_makes_no_further_call(planned: World, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[str] = []

    def call(name: str) -> dict[str, Any]:
        left.append(name)
        return {}

    def body(work: Work, allowance: Allowance, recorder: Recorder) -> Mapping[str, Any]:
        for name in ("first", "second"):
            recorder.tool(seat="s", provider="p", model="m", request={"n": name}, call=partial(call, name))
            if name == "first" and len(left) == 1:
                thread = threading.Thread(target=stop, args=(planned, f"brand:{ALPHA}"))
                thread.start()
                thread.join(20)
        return FACTS

    on_switchboard(monkeypatch, KINDS__research=FakeKind(body))
    assert pipeline.drain(queue="think", stages=["work"], seconds=30) == 1
    task = research()
    assert left == ["first"]
    assert (task.status, task.attempts) == ("READY", 0)
    with looking():
        assert CallRecord.objects.filter(subject=task.subject).count() == 1, "what was asked stays on the record"


@pytest.mark.spec("OPS-4")
def test_a_stop_on_an_agent_or_a_platform_lets_another_body_begin(
    planned: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = FakeKind(lambda *_: FACTS)
    on_switchboard(monkeypatch, KINDS__research=kind)
    for scope in ("platform:plaza", f"brand:{BETA}", "agent:999", "effects"):
        stop(planned, scope)
    assert pipeline.drain(queue="think", stages=["work"], seconds=30) >= 1
    assert kind.calls == 1


@pytest.mark.spec("OPS-4", "GOV-1")
def test_without_spending_paid_work_waits_free_work_goes_on_and_resuming_lets_it_go(
    planned: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = FakeKind(lambda *_: FACTS, worst_case_usd_micros=50_000)
    on_switchboard(monkeypatch, KINDS__research=kind)
    stop(planned, "spending")
    assert pipeline.drain(queue="think", stages=["work"], seconds=30) == 1
    task = research()
    assert (kind.calls, task.status, task.attempts) == (0, "READY", 0)
    assert task.note.startswith("A pause on spending is in force since ")
    assert task.due_at is not None
    assert STOPPED_LOOK_S - 5 < (task.due_at - _now()).total_seconds() <= STOPPED_LOOK_S
    resume(planned, "spending")
    assert pipeline.drain(queue="think", stages=["work"], seconds=30) >= 1
    assert (kind.calls, research().status) == (1, "DONE")


def _now() -> Any:
    with looking():
        return clock.now()


def two_posts(world: World) -> tuple[Agent, Agent]:
    """A due post of an agent of each of two brands."""
    agents = []
    for brand_id, name in ((ALPHA, "bea_unscrews"), (BETA, "zuzka_bubbles")):
        with desk(world, brand_id=brand_id):
            agent = people.agent(brand_id=brand_id, soul_file=name)
            agents.append(agent)
        with tenancy.brand(brand_id, actor="test:fixture"):
            payload = {"platform": "plaza", "account_handle": name, "text": name, "media": [], "ai_generated": True}
            row = scheduling.Scheduled(
                brand_id=brand_id,
                task="agents.task:1",
                account=Account.objects.get(),
                payload=payload,
                scopes=[*agent.scopes, "platform:plaza"],
                approval="judge",
            )
            scheduling.schedule_all(rows=[row])
    return agents[0], agents[1]


@pytest.mark.spec("OPS-4", "PLN-6")
@pytest.mark.parametrize("scope", ["fleet", "platform:plaza", "spending", f"brand:{ALPHA}", "agent"])
def test_each_scope_parks_exactly_its_posts_and_they_go_on_by_themselves(
    world: World, monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    plaza = FakePlaza()
    on_switchboard(monkeypatch, CONNECTORS__plaza=plaza)
    first, _ = two_posts(world)
    stopped = first.scope if scope == "agent" else scope
    stop(world, stopped)
    posts.drain(seconds=20)
    theirs = 0 if scope in ("fleet", "platform:plaza", "spending") else 1
    assert len(plaza.keys) == theirs
    with looking():
        mine = Post.objects.get()
        assert (mine.status, mine.attempts, mine.fence) == ("SCHEDULED", 0, 0), "parked, not tried"
    with world.role("operator"), tenancy.all_brands(actor=ADA):
        held = {line.handle: line.held_back_by for line in fleet.lines()}
    assert held["bea_unscrews"].startswith(f"A pause on {stopped} is in force since ")
    assert (held["zuzka_bubbles"] == "") == bool(theirs)
    resume(world, stopped)
    posts.drain(seconds=20)
    assert len(set(plaza.keys)) == 2
    with looking():
        assert Post.objects.get().status == "PUBLISHED"


@pytest.mark.spec("OPS-4", "PUB-4")
@pytest.mark.parametrize("platform_class", ["A", "B", "C"])
def test_a_connector_that_was_told_of_a_stop_costs_no_attempt_and_opens_no_circuit(
    world: World, monkeypatch: pytest.MonkeyPatch, platform_class: str
) -> None:
    plaza = FakePlaza()
    monkeypatch.setattr(plaza, "effect_class", platform_class, raising=False)
    plaza.answers = [Stopped("Not published on Plaza: a drill."), LIVE]
    on_switchboard(monkeypatch, CONNECTORS__plaza=plaza)
    two_posts(world)
    (claim,) = rows.claim()
    assert claim.brand_id == ALPHA
    posts.publish(claim=claim)
    with looking():
        post = Post.objects.get()
        assert (post.status, post.attempts, post.note) == ("SCHEDULED", 0, "Not published on Plaza: a drill.")
        assert Effect.objects.get().status == ("SENT" if platform_class == "A" else "INTENDED")
    world.later("2 seconds")
    posts.drain(seconds=20)
    with looking():
        assert Post.objects.get().status == "PUBLISHED"


@pytest.mark.spec("OPS-4")
def test_a_stop_revokes_what_was_granted_and_lists_what_had_left(world: World) -> None:
    with tenancy.brand(ALPHA, actor="worker:1"):
        for key in ("1", "2", "3", "4"):
            row = rows.claimed(key=key)
            rows.sent(row=row, jti=f"jti-{key}")
        subject = {post.task[-1]: post.subject for post in Post.objects.all()}
    with world.role("connector"):
        for key in ("2", "3", "4"):
            GrantUsed.objects.create(jti=f"jti-{key}", effect_key="k")
        told = {"platform_id": "p-3", "url": "", "status": "ok"}
        story.write_down(jti="jti-3", outcome=Outcome.PUBLISHED, told=told)
    with world.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("UPDATE governance_effect SET sent_at = sent_at - interval '1 hour' WHERE grant_jti = 'jti-4'")
    begun = time.monotonic()
    found = stop(world, "platform:plaza", kind=ControlKind.STOP)
    assert time.monotonic() - begun >= look.LOOK_LASTS_S, "whoever looked before the stop has left by now"
    assert (found.revoked, found.control.incident) == (1, True)
    assert [(call.subject, call.kind, call.platform) for call in found.under_way.in_flight] == [
        (subject["2"], "publish", "plaza")
    ]
    assert sorted(found.under_way.may_still_land) == sorted([subject["2"], subject["4"]])  # 4: long ago, nobody knows
    told_json = found.as_json()
    assert told_json["may_still_land"] == found.under_way.may_still_land
    assert told_json["in_flight"][0]["until"] > told_json["in_flight"][0]["since"]
    with world.role("operator"), tenancy.all_brands(actor=ADA):
        assert under_way.of(scope=f"brand:{BETA}").as_json() == {"in_flight": [], "may_still_land": []}


@pytest.mark.spec("OPS-4")
def test_tasks_in_a_workers_hands_are_listed_for_the_scopes_that_stop_them(
    planned: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = take_one()
    with planned.role("operator"), tenancy.all_brands(actor=ADA):
        for scope in ("fleet", f"brand:{ALPHA}", f"agent:{taken.agent_id}"):
            (call,) = under_way.of(scope=scope).in_flight
            assert (call.subject, call.kind) == (taken.subject, "think")
        for scope in ("platform:plaza", "effects", "spending", f"brand:{BETA}"):
            assert under_way.of(scope=scope).in_flight == []
    on_switchboard(monkeypatch, KINDS__research=FakeKind(lambda *_: FACTS, worst_case_usd_micros=50_000))
    (job,) = worker.prepare(taken=[taken])
    assert job.allowance.amount_usd_micros == 50_000
    with planned.role("operator"), tenancy.all_brands(actor=ADA):
        (call,) = under_way.of(scope="spending").in_flight
        assert call.subject == taken.subject


@pytest.mark.spec("OPS-4", "TRD-1")
def test_feeds_are_not_read_while_the_fleet_is_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.role("operator"), tenancy.acting(ADA):
        feed = Feed.objects.create(url="http://127.0.0.1:1/feed.xml", loopback_allowed=True)
    stop(world, "fleet")
    assert trends.scan_all() == []

    def may_call() -> None:
        look.require_open(scopes=["fleet"])

    (reading,) = trends.scan(feeds=[feed], may_call=may_call)  # the stop came after the reading had begun
    assert "A pause on fleet is in force" in reading.error
    resume(world, "fleet")
    (reading,) = trends.scan_all()
    assert "A pause" not in reading.error
