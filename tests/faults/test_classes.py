"""Platforms that lose answers and know no keys, with real processes: found and confirmed, opened again, or in doubt."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agents import sweeper
from agents.goals.models import Goal
from agents.personas.states import TrustRung
from agents.tasks import services as tasks
from chimera.core import registry, tenancy
from chimera.core.mcp import client
from governance.effects import services as effects
from governance.models import Effect, Hold, ReviewItem
from governance.reviews import services as reviews
from governance.reviews.models import DoubtAnswer
from publishing.models import Post
from publishing.posts import services as posts
from tests import people
from tests.conftest import ALPHA, World
from tests.faults.stage import Stage

pytestmark = [pytest.mark.timeout(240), pytest.mark.spec("PUB-1", "PUB-4", "PLN-5")]


@pytest.fixture
def stage(
    world: World, tmp_path: Path, request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    made = Stage(world, tmp_path, platform=request.param)
    made.start_connector()
    # The first round is a worker process; this one takes over from it, on the same connector and platform.
    settings.SWITCHBOARD = "tests.faults.boards"
    chosen = {**settings.CONNECTORS[made.platform], "url": f"http://127.0.0.1:{made.connector_port}/mcp"}
    settings.CONNECTORS = {**settings.CONNECTORS, made.platform: chosen}
    registry._made.cache_clear()
    wish(world, request.param)
    yield made
    registry._made.cache_clear()
    client.close_all()
    made.close()


def wish(world: World, platform: str) -> None:
    """A goal for one post on this platform, begun."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        agent = people.agent(brand_id=ALPHA, rung=TrustRung.AUTONOMOUS, platform=platform)
        trend = people.trend(brand_id=ALPHA)
        goal = Goal.objects.create(
            brand_id=ALPHA,
            agent=agent,
            soul=agent.soul,
            trend=trend,
            cause="test:one",
            wish=trend.title,
            relevance_bp=9900,
            similarity_bp=4000,
            deadline=trend.expires_at,
            status="PROPOSED",
        )
        tasks.begin(goal=goal, scopes=agent.scopes)


def works(stage: Stage, *, fault: str = "") -> int:
    return stage.worker(fault=fault, seconds=20).wait(60)


def takes_over() -> None:
    """What is due is done, and answers are acted upon, until nothing moves."""
    while sweeper.sweep(queues=[]) + posts.drain(seconds=20):
        pass


def state(stage: Stage) -> tuple[str, str, int, int]:
    """Status of post and effect, sends, and how many posts the platform has."""
    with tenancy.brand(ALPHA, actor="test:look"):
        post, effect = Post.objects.get(), Effect.objects.get()
        assert post.payload["platform"] == stage.platform
        return post.status, effect.status, effect.sends, len(stage.posts())


def paid() -> list[tuple[str, int]]:
    with tenancy.brand(ALPHA, actor="test:look"):
        return list(Hold.objects.values_list("status", "settled_usd_micros"))


@pytest.mark.parametrize("stage", ["plaza-b"], indirect=True)
@pytest.mark.parametrize("fault", ["accept_then_drop", "error_500_after_accept", "duplicate_answer", "late"])
def test_what_was_accepted_without_an_answer_is_found_and_confirmed_once(stage: Stage, fault: str) -> None:
    stage.faults.append(fault)
    assert works(stage) == 0, stage.log()
    if fault != "late":  # that one is only slow
        assert state(stage) == ("SCHEDULED", "SENT", 1, 1), stage.log()
        stage.world.shift_clock("20 seconds")
        takes_over()
    assert state(stage) == ("PUBLISHED", "CONFIRMED", 1, 1), stage.log()
    assert paid() == [("SETTLED", 15_000)]


@pytest.mark.parametrize("stage", ["plaza-b"], indirect=True)
def test_what_was_never_accepted_is_opened_again_after_three_absences_and_published_once(stage: Stage) -> None:
    stage.faults.append("drop_before_accept")
    assert works(stage) == 0, stage.log()
    for seconds in (20, 85, 150):
        assert state(stage) == ("SCHEDULED", "SENT", 1, 0), stage.log()
        stage.world.shift_clock(f"{seconds} seconds")
        takes_over()
    assert state(stage) == ("PUBLISHED", "CONFIRMED", 2, 1), stage.log()
    with tenancy.brand(ALPHA, actor="test:look"):
        effect = Effect.objects.get()
        assert [entry["result"] for entry in effect.lookups] == ["absent"] * 3
        assert effect.reopened_by == "look-up"
    assert paid() == [("SETTLED", 15_000)]


@pytest.mark.parametrize("stage", ["plaza-b", "plaza-c"], indirect=True)
@pytest.mark.parametrize("point", ["after_sent", "after_call", "before_confirm"])
def test_a_worker_killed_around_its_call_doubles_nothing_and_needs_no_human(stage: Stage, point: str) -> None:
    """Whoever takes over burns the grant that nobody used, or reads what the connector wrote down: no waiting, once."""
    assert works(stage, fault=f"{point}:kill") == -signal.SIGKILL, stage.log()
    live = int(point != "after_sent")
    assert state(stage) == ("SCHEDULED", "SENT", 1, live), stage.log()
    stage.world.shift_clock("60 seconds")  # past the dead worker's lease
    takes_over()
    assert state(stage) == ("PUBLISHED", "CONFIRMED", 2 - live, 1), stage.log()
    assert paid() == [("SETTLED", 15_000)]
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Effect.objects.get().reopened_by == ("" if live else "grant burned")
        assert not ReviewItem.objects.filter(kind="in_doubt").exists()


@pytest.mark.parametrize("stage", ["plaza-b", "plaza-c"], indirect=True)
def test_a_worker_that_froze_before_its_call_wakes_with_a_burned_grant(stage: Stage) -> None:
    frozen = stage.worker(fault="after_sent:freeze", seconds=20)
    assert stage.frozen(frozen), stage.log()
    stage.world.shift_clock("60 seconds")
    takes_over()
    assert state(stage) == ("PUBLISHED", "CONFIRMED", 2, 1), stage.log()
    frozen.send_signal(signal.SIGCONT)
    assert frozen.wait(60) == 0, stage.log()
    takes_over()
    assert state(stage) == ("PUBLISHED", "CONFIRMED", 2, 1), stage.log()
    assert paid() == [("SETTLED", 15_000)]


@pytest.mark.parametrize("stage", ["plaza-c"], indirect=True)
def test_a_connector_killed_in_its_call_to_a_blind_platform_is_a_doubt_and_never_sent_again(stage: Stage) -> None:
    stage.faults.append("late")  # the platform takes a second to accept: time to die in
    worker = stage.worker(seconds=20)
    used = stage.world.superuser()
    ends = time.monotonic() + 40
    while time.monotonic() < ends and not used.execute("SELECT 1 FROM governance_grantused").fetchone():
        time.sleep(0.01)
    time.sleep(0.1)
    stage.kill_connector()
    assert worker.wait(60) == 0, stage.log()
    stage.start_connector()
    for seconds in (60, 3600):
        stage.world.shift_clock(f"{seconds} seconds")
        takes_over()
    status = state(stage)
    assert status[:3] == ("HELD", "IN_DOUBT", 1) and status[3] <= 1, stage.log()
    assert paid() == [("HELD", 0)]
    with tenancy.brand(ALPHA, actor="test:look"):
        assert ReviewItem.objects.filter(kind="in_doubt", status="PENDING").count() == 1


@pytest.mark.parametrize("stage", ["plaza-c"], indirect=True)
@pytest.mark.parametrize("fault", ["accept_then_drop", "drop_before_accept"])
def test_on_a_blind_platform_a_lost_answer_is_a_card_and_never_sent_again_by_itself(stage: Stage, fault: str) -> None:
    stage.faults.append(fault)
    live = int(fault == "accept_then_drop")
    assert works(stage) == 0, stage.log()
    for seconds in (20, 3600):
        stage.world.shift_clock(f"{seconds} seconds")
        takes_over()
    assert state(stage) == ("HELD", "IN_DOUBT", 1, live), stage.log()
    with stage.world.role("operator"), tenancy.all_brands(actor="user:ada"):
        card = ReviewItem.objects.get(status="PENDING", kind="in_doubt")
        if live:
            found = stage.store.posts()[0]["id"]
            reviews.resolve(item=card, answer=DoubtAnswer.FOUND_LIVE, evidence=f"http://plaza/p/{found}")
        else:
            reviews.resolve(item=card, answer=DoubtAnswer.RETRY)
    takes_over()
    assert state(stage) == ("PUBLISHED", "CONFIRMED", 2 - live, 1), stage.log()
    assert paid() == [("SETTLED", 15_000)]


@pytest.mark.spec("OPS-9")
@pytest.mark.parametrize("stage", ["plaza-b"], indirect=True)
def test_what_a_restored_database_forgot_is_found_before_anything_goes_out_again(stage: Stage) -> None:
    """The post is live; the restored database remembers neither its effect nor that it went out."""
    assert works(stage) == 0, stage.log()
    owner = stage.world.superuser()
    owner.execute("SET session_replication_role = replica")
    owner.execute("DELETE FROM governance_effect")
    owner.execute("DELETE FROM governance_hold")
    owner.execute("DELETE FROM governance_entry")
    owner.execute("DELETE FROM governance_fleetreturn")
    owner.execute(
        "UPDATE publishing_post"
        " SET status = 'SCHEDULED', platform_id = '', url = '', published_at = NULL, due_at = now()"
    )
    with stage.world.role("operator"), tenancy.all_brands(actor="cli:ada"):
        assert effects.quarantine(reason="restored") == 2
    takes_over()
    assert len(stage.posts()) == 1, "nothing is sent under the quarantine"
    told = stage.command("reconcile", "--since", "2h", "--open", "--json")
    assert [entry["subject"] for entry in told["confirmed"]] == ["publishing.post:1"], told
    assert (told["incarnation"], told["clean"], told["opened"], told["quarantined"]) == (2, True, True, False), told
    assert state(stage) == ("PUBLISHED", "CONFIRMED", 0, 1)
    assert paid() == [("SETTLED", 15_000)]
    takes_over()
    assert len(stage.posts()) == 1


@pytest.mark.parametrize("stage", ["plaza-b"], indirect=True)
def test_a_platform_that_lies_is_seen_by_comparing_what_it_shows(stage: Stage) -> None:
    stage.faults.append("lie_ok")
    assert works(stage) == 0, stage.log()
    assert state(stage) == ("PUBLISHED", "CONFIRMED", 1, 0)
    stage.world.shift_clock("10 minutes")
    told = stage.command("reconcile", "--since", "1h", "--json")
    assert [entry["subject"] for entry in told["not_live"]] == ["publishing.post:1"], json.dumps(told)
    assert not told["clean"]
