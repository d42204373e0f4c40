"""A batch's time runs from its first goal to its last post, and stands while a human has all that is left of it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from agents import sweeper
from agents.archive import services as archive
from agents.batches import clocks, selectors
from agents.batches.clocks import Moment, Times
from agents.goals.models import Goal
from agents.personas.models import Agent
from agents.personas.states import TrustRung
from agents.planner import services as planner
from chimera.core import clock, tenancy
from governance.reviews import services as reviews
from governance.reviews.models import ReviewItem
from publishing.posts import services as posts
from tests import people
from tests.agents.fakes import desk, drain, looking, on_switchboard
from tests.conftest import ALPHA, World
from tests.publishing.test_posts import FakePlaza

pytestmark = pytest.mark.spec("PLN-11")
START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
OTHER_STORY = (
    "Tram depot in Orlowe repairs 30 sewing machines in a day",
    "Volunteers in Orlowe repaired 30 sewing machines on Sunday. The oldest was built in 1911 and ran again by noon.",
)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def at(minute: float, goal: int, kind: str, moves: str, about: str = "") -> Moment:
    """One line of a made-up record: at(5, 1, "task", "JUDGING HELD")."""
    name = {"goal": "agents.goal", "task": "agents.task", "post": "publishing.post", "card": "governance.reviewitem"}
    start, end = (["", *moves.split(" ")])[-2:]
    return Moment(
        at=START + minutes(minute),
        goal=goal,
        subject=f"{name[kind]}:{goal}",
        from_status=start,
        to_status=end,
        about=f"{name[about]}:{goal}" if about else "",
    )


def read(*moments: Moment, until: float = 600) -> Times:
    return clocks.times(moments=moments, until=START + minutes(until))


def published(goal: int, minute: float) -> list[Moment]:
    return [
        at(minute - 1, goal, "post", "SCHEDULED"),
        at(minute - 1, goal, "goal", "ACTIVE DONE"),
        at(minute, goal, "post", "SCHEDULED PUBLISHED"),
    ]


def test_without_a_human_the_whole_way_counts() -> None:
    got = read(at(0, 1, "goal", "PROPOSED"), at(1, 1, "goal", "PROPOSED ACTIVE"), *published(1, 12))
    assert got == Times(
        first=START, last=START + minutes(12), posts=1, running=minutes(12), waiting=minutes(0), is_open=False
    )


def test_the_clock_stands_from_the_card_to_the_answer_not_until_the_answer_is_taken_up() -> None:
    got = read(
        at(0, 1, "goal", "PROPOSED"),
        at(5, 1, "task", "JUDGING HELD"),
        at(5, 1, "card", "PENDING", about="task"),
        at(65, 1, "card", "PENDING APPROVED", about="task"),
        at(68, 1, "card", "APPROVED APPROVED", about="task"),
        at(68, 1, "task", "HELD ACCEPTED"),
        *published(1, 70),
    )
    assert (got.running, got.waiting) == (minutes(10), minutes(60))


def test_the_clock_runs_while_another_goal_of_the_batch_waits_for_nobody() -> None:
    got = read(
        at(0, 1, "goal", "PROPOSED"),
        at(0, 2, "goal", "PROPOSED"),
        at(5, 1, "task", "JUDGING HELD"),
        *published(2, 20),  # from here on all that is left waits
        at(80, 1, "card", "PENDING APPROVED", about="task"),
        at(80, 1, "task", "HELD ACCEPTED"),
        *published(1, 90),
    )
    assert (got.posts, got.running, got.waiting) == (2, minutes(20 + 10), minutes(60))


def test_a_post_on_its_way_keeps_its_goal_open_and_one_that_is_held_waits() -> None:
    got = read(
        at(0, 1, "goal", "PROPOSED"),
        at(9, 1, "post", "SCHEDULED"),
        at(9, 1, "goal", "ACTIVE DONE"),
        at(19, 1, "post", "SCHEDULED HELD"),
        at(49, 1, "card", "PENDING APPROVED", about="post"),
        at(50, 1, "post", "HELD SCHEDULED"),
        at(55, 1, "post", "SCHEDULED PUBLISHED"),
    )
    assert (got.running, got.waiting) == (minutes(19 + 6), minutes(30))


def test_an_open_batch_is_read_now_and_an_ended_one_at_its_last_post() -> None:
    begun = [at(0, 1, "goal", "PROPOSED"), at(0, 2, "goal", "PROPOSED"), *published(1, 10)]
    still = read(*begun, until=30)
    assert (still.is_open, still.running, still.last) == (True, minutes(30), START + minutes(10))
    given_up = read(*begun, at(40, 2, "goal", "ACTIVE FAILED"), at(9000, 1, "goal", "DONE "), until=99_999)
    assert (given_up.is_open, given_up.running) == (False, minutes(10))
    nothing = read(at(0, 1, "goal", "PROPOSED"), at(7, 1, "goal", "PROPOSED CANCELLED"))
    assert (nothing.posts, nothing.last, nothing.running, nothing.is_open) == (0, None, minutes(7), False)
    assert read() == Times(first=None, last=None, posts=0, running=minutes(0), waiting=minutes(0), is_open=False)


def test_a_task_that_is_cancelled_under_its_card_waits_no_longer() -> None:
    got = read(
        at(0, 1, "goal", "PROPOSED"),
        at(0, 2, "goal", "PROPOSED"),
        at(5, 1, "task", "JUDGING HELD"),
        at(5, 2, "task", "JUDGING HELD"),
        at(25, 1, "task", "HELD CANCELLED"),
        at(25, 1, "goal", "ACTIVE CANCELLED"),
        at(35, 2, "task", "HELD ACCEPTED"),
        *published(2, 40),
    )
    assert (got.running, got.waiting) == (minutes(5 + 5), minutes(30))


@pytest.mark.parametrize(
    ("posts_out", "running", "is_open", "within"),
    [
        (1, 3600, False, True),
        (1, 3601, False, False),
        (1, 10, True, None),
        (0, 3601, True, False),
        (0, 3601, False, None),
        (0, 10, False, None),
    ],
)
def test_the_level_is_judged_when_it_can_be(posts_out: int, running: int, is_open: bool, within: bool | None) -> None:
    times = Times(
        first=START,
        last=None,
        posts=posts_out,
        running=timedelta(seconds=running),
        waiting=timedelta(days=1),
        is_open=is_open,
    )
    with override_settings(BATCH_SERVICE_LEVEL_S=3600):
        assert selectors.Batch(name="b", agent_id=1, handle="x", goals=(1,), times=times).within is within


def batch_of_two(world: World, rung: TrustRung) -> None:
    with desk(world):
        agent = people.agent(brand_id=ALPHA, rung=rung)
        people.trend(brand_id=ALPHA)
        people.trend(brand_id=ALPHA, story=OTHER_STORY, key="story-2")
        assert len(people.planner.set_goals(agent_id=agent.pk)) == 2


def listed(world: World, *arguments: str) -> dict[str, object]:
    import io

    out = io.StringIO()
    with world.role("operator"):
        call_command("batches", "--json", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_the_real_line_is_measured_and_the_archive_changes_nothing_about_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_switchboard(monkeypatch, CONNECTORS__plaza=FakePlaza())
    batch_of_two(world, TrustRung.PROBATION)
    drain()
    for hours in (3, 4):
        world.shift_clock(f"{hours} hours")
        with world.role("operator"), tenancy.all_brands(actor="user:ada"):
            reviews.approve(item=ReviewItem.objects.filter(status="PENDING").first())
    world.shift_clock("4 hours 20 minutes")  # both are answered, and nobody takes the answers up
    sweeper.sweep(queues=[])
    drain()
    while posts.drain(seconds=30):
        pass
    found = listed(world)
    (one,) = found["list"]
    assert (one["goals"], one["posts"], one["open"]) == (2, 2, False)
    assert 0 <= one["waiting_for_human_s"] - 3 * 3600 < 180  # until the first was answered
    assert 0 <= one["running_s"] - 80 * 60 < 180  # from then on it was ours to go on with
    assert (one["within"], found["share_within"]) == (False, 0.0)
    with override_settings(BATCH_SERVICE_LEVEL_S=90 * 60):
        found = listed(world)
        (one,) = found["list"]
        assert (one["within"], found["share_within"]) == (True, 1.0)
    took = datetime.fromisoformat(one["last"]) - datetime.fromisoformat(one["first"])
    assert abs(took.total_seconds() - one["running_s"] - one["waiting_for_human_s"]) < 0.5
    world.shift_clock("40 days")
    assert archive.run(batch=10).goals == 2
    one["within"] = False
    assert listed(world, "--since", "50d", "--agent", "bea_unscrews")["list"] == [one]
    assert listed(world)["list"] == []


def test_each_round_is_a_batch_of_its_own_and_older_goals_stand_alone(world: World) -> None:
    batch_of_two(world, TrustRung.AUTONOMOUS)
    with desk(world):
        agent = Agent.objects.get()
        assert planner.set_goals(agent_id=agent.pk) == []
        people.trend(brand_id=ALPHA, story=(OTHER_STORY[0].replace("30", "31"), OTHER_STORY[1]), key="story-3")
        (third,) = planner.set_goals(agent_id=agent.pk)
    with looking():
        rounds = set(Goal.objects.values_list("batch", flat=True))
        assert len(rounds) == 2 and all(name.startswith(f"agent:{agent.pk}/20") for name in rounds)
        Goal.objects.exclude(pk=third.pk).update(batch="")
        found = selectors.since(start=clock.now() - timedelta(hours=1))
    assert sorted(len(batch.goals) for batch in found) == [1, 1, 1]
    assert all(batch.times.is_open for batch in found)


def test_the_command_speaks_in_sentences(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    with world.role("operator"):
        call_command("batches")
        assert "No batches in this time" in capsys.readouterr().out
        with pytest.raises(CommandError, match="90m, 24h or 7d"):
            call_command("batches", "--since", "soon")
    batch_of_two(world, TrustRung.AUTONOMOUS)
    with world.role("operator"):
        call_command("batches")
        said = capsys.readouterr().out
    assert "@bea_unscrews" in said and "1 batches, 0 judged, 0 in time: none can be judged yet." in said
