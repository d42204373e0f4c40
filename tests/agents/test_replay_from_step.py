"""A goal that failed runs again from one of its steps: what was paid for is taken over, the rest is ordinary work."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from agents import sweeper
from agents.goals.models import Goal, Plan
from agents.personas import services as personas
from agents.personas import soul
from agents.personas.models import Agent
from agents.personas.states import TrustRung
from agents.planner import recipes
from agents.replay import services, shadow
from agents.replay.services import CannotRerun, ChangedMeanwhile
from agents.tasks.graph import Step
from agents.tasks.models import Artifact, Task, Verdict
from chimera.core.calls.models import CallRecord
from governance.models import Attempt, AuditEvent, Hold, ReviewItem
from governance.reviews import services as reviews
from publishing.models import Post
from tests import people
from tests.agents.fakes import desk, drain, looking
from tests.conftest import ALPHA, World

pytestmark = pytest.mark.spec("PLN-7")
COST = 31_415
REUSED = ["plan", "research", "draft", "image"]


@pytest.fixture
def failed(world: World, tmp_path: Any, settings: Any) -> World:
    """A goal whose post was refused for good by a human, after its draft had cost money."""
    settings.MEDIA_ROOT = tmp_path / "media"
    with desk(world):
        agent = people.agent(brand_id=ALPHA, rung=TrustRung.PROBATION)
        people.trend(brand_id=ALPHA)
        people.goal(agent=agent)
    drain()
    refuse_for_good(world)
    with world.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("UPDATE core_callrecord SET cost_usd_micros = %s", [COST])
    return world


def refuse_for_good(world: World) -> None:
    with desk(world, actor="user:ada"):
        reviews.reject(item=ReviewItem.objects.get(status="PENDING"), code="unwanted", reason="not this")
    sweeper.sweep(queues=[])


def run(world: World, *words: str) -> str:
    out = StringIO()
    with world.role("operator"):
        call_command("replay", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def refusal(world: World, *words: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(world, *words)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def named(kind: str = "publish") -> str:
    """The task of the first run."""
    with looking():
        return Task.objects.filter(kind=kind).order_by("pk")[0].subject


def again(world: World, step: str, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(world, named(), "--from-step", step, "--yes", "--json", *words))
    return found


def kinds(goal_id: int) -> dict[str, Task]:
    with looking():
        return {task.kind: task for task in Task.objects.filter(goal_id=goal_id)}


@pytest.mark.parametrize("step", ["publish", "4"])
def test_what_stands_before_the_step_is_taken_over_and_costs_nothing(failed: World, step: str) -> None:
    said = again(failed, step)
    assert ([one["key"] for one in said["reused"]], said["runs"]) == (REUSED, ["publish"])
    assert said["saved_usd_micros"] == COST
    made = kinds(said["new_goal"])
    assert {kind: task.status for kind, task in made.items()} == {**dict.fromkeys(REUSED, "DONE"), "publish": "READY"}
    with looking():
        goal = Goal.objects.get(pk=said["new_goal"])
        assert (goal.status, goal.cause) == ("ACTIVE", f"replay:{said['goal']}:1")
        for one in said["reused"]:
            copy, origin = Artifact.objects.get(task=made[one["key"]]), Artifact.objects.get(pk=one["artifact"])
            assert (copy.content_hash, copy.payload) == (origin.content_hash, origin.payload)
            assert copy.inputs == {"reused": origin.pk}
            subject = made[one["key"]].subject
            assert not CallRecord.objects.filter(subject=subject).exists()
            assert not Hold.objects.filter(about=subject).exists()
            assert not Attempt.objects.filter(subject=subject).exists()
        estimates = Plan.objects.order_by("pk").values_list("estimate_usd_micros", flat=True)
        assert list(estimates) == [15_000, 15_000]
        assert Post.objects.count() == 0


def test_the_rest_goes_to_the_judge_and_to_a_human_as_any_other_work(failed: World) -> None:
    said = again(failed, "publish")
    drain()
    publish = kinds(said["new_goal"])["publish"]
    assert publish.status == "HELD"  # the agent is on probation
    with looking():
        assert Verdict.objects.filter(task=publish).exists()
        review = ReviewItem.objects.get(status="PENDING")
        assert review.about == publish.subject
        events = AuditEvent.objects.filter(subject=kinds(said["new_goal"])["draft"].subject).order_by("id")
        assert [(event.from_status, event.to_status) for event in events] == [
            ("", "BLOCKED"), ("BLOCKED", "READY"), ("READY", "DONE"),
        ]  # fmt: skip
        assert {event.actor.split(":")[0] for event in events} == {"cli"}
    with desk(failed, actor="user:ada"):
        reviews.approve(item=ReviewItem.objects.get(status="PENDING"))
    sweeper.sweep(queues=[])
    drain()
    with looking():
        assert Post.objects.get().task == publish.subject
        assert Goal.objects.get(pk=said["new_goal"]).status == "DONE"


def test_a_result_that_was_taken_over_is_replayed_where_it_was_made(failed: World) -> None:
    said = again(failed, "publish")
    draft = kinds(said["new_goal"])["draft"]
    with desk(failed):
        found = shadow.replay(task=draft)
    assert found is not None
    assert (found.outcome, found.origin, found.calls) == ("same", named("draft"), 1)


def test_steps_from_the_middle_are_made_anew_with_the_newest_soul(failed: World) -> None:
    edited = (people.SOULS / "bea_unscrews.md").read_bytes() + b"\nShe has a new workbench.\n"
    with desk(failed):
        personas.write_soul(agent=Agent.objects.get(), soul=soul.parse(edited, origin="edited"))
    with desk(failed):
        kept = services.prepare(task=Task.objects.get(kind="publish"), from_step="draft", same_soul=True)
    assert (kept.soul_version, kept.reused_soul_version) == (1, 1)
    text = run(failed, named(), "--from-step", "draft", "--yes")
    assert "Reused results were made with soul version 1; what runs uses 2" in text
    assert "This saves $0.00." in text
    drain()
    with looking():
        goal = Goal.objects.get(cause__startswith="replay:")
        made = kinds(goal.pk)
        first, second = Artifact.objects.filter(task__kind="draft").order_by("pk")
        assert (goal.soul.version, second.inputs["soul"]) == (2, 2)
        assert second.inputs["upstream"] == {"research": Artifact.objects.get(task=made["research"]).pk}
        assert (first.payload["text"] != second.payload["text"], made["publish"].status) == (True, "HELD")


class Terminal(StringIO):
    """A person at a terminal who types this."""

    def isatty(self) -> bool:
        return True


def test_it_is_shown_first_and_begun_only_after_a_yes(failed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("y\n"))
    assert "only after a yes; pass --yes." in refusal(failed, named(), "--from-step", "publish")
    monkeypatch.setattr("sys.stdin", Terminal("\n"))
    assert "there was no yes." in refusal(failed, named(), "--from-step", "publish")
    with looking():
        assert Goal.objects.count() == 1
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    shown = run(failed, named(), "--from-step", "publish")
    assert f"reused    draft ({named('draft')}), had cost $0.031415" in shown
    assert "runs      publish" in shown
    assert "This saves $0.031415." in shown


def test_what_may_not_be_run_again_is_refused_in_a_sentence(failed: World) -> None:
    assert "its steps are: 1 research, 2 draft, 3 image, 4 publish." in refusal(failed, named(), "--from-step", "5")
    goal = again(failed, "image")["new_goal"]
    assert f"is run again already, as goal {goal} (ACTIVE)." in refusal(failed, named(), "--from-step", "1", "--yes")
    fresh = kinds(goal)["image"].subject
    assert f"Goal {goal} is still going (ACTIVE)" in refusal(failed, fresh, "--from-step", "1", "--yes")
    drain()
    refuse_for_good(failed)
    assert again(failed, "publish")["new_goal"] != goal  # the second run failed too
    with looking():
        assert Goal.objects.filter(cause__startswith="replay:").count() == 2


def test_a_step_without_a_finished_result_cannot_be_taken_over(world: World) -> None:
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
        people.goal(agent=agent)
    assert "still going (PROPOSED)" in refusal(world, named("plan"), "--from-step", "1")
    with looking():
        Goal.objects.update(status="CANCELLED", state_version=2)
    assert "has no plan" in refusal(world, named("plan"), "--from-step", "1")


def test_what_went_out_does_not_go_out_twice(world: World, tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA, story=("A kettle hums", people.STORY[1]))
        people.goal(agent=agent)
    drain()
    with desk(world, actor="user:ada"):
        for review in ReviewItem.objects.filter(status="PENDING"):
            reviews.approve(item=review)
    sweeper.sweep(queues=[])
    drain()
    assert "what is out is out" in refusal(world, named(), "--from-step", "1", "--yes")
    with looking():
        post = Post.objects.get()
        Post.objects.filter(pk=post.pk).update(status="FAILED", state_version=post.state_version + 1)
    assert again(world, "publish")["runs"] == ["publish"]  # nothing went out after all


def test_of_two_posts_only_the_one_that_did_not_go_out_is_made_again(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    steps = [*recipes.post(), Step(key="reminder", kind="publish", needs=("draft", "image"))]
    monkeypatch.setattr(recipes, "post", lambda: steps)
    with desk(world):
        agent = people.agent(brand_id=ALPHA, rung=TrustRung.PROBATION)
        people.trend(brand_id=ALPHA)
        people.goal(agent=agent)
    drain()
    with desk(world, actor="user:ada"):
        first, second = ReviewItem.objects.filter(status="PENDING").order_by("about")
        reviews.approve(item=first)
        reviews.reject(item=second, code="unwanted", reason="once is enough")
    sweeper.sweep(queues=[])
    drain()
    said = again(world, "reminder")
    assert (said["left_out"], said["runs"]) == (["publish"], ["reminder"])
    with looking():
        plan = Plan.objects.get(goal_id=said["new_goal"])
        assert [step["key"] for step in plan.steps] == ["research", "draft", "image", "reminder"]
        assert Task.objects.filter(goal_id=said["new_goal"], outward=True).count() == 1
        assert Post.objects.count() == 1


def test_a_yes_is_for_what_was_shown(failed: World) -> None:
    with desk(failed):
        task = Task.objects.get(kind="publish")
        shown = services.prepare(task=task, from_step="publish")
    with looking():
        draft = Artifact.objects.get(task__kind="draft")
        Artifact.objects.create(
            brand_id=ALPHA, task=draft.task, fence=99, payload={"text": "?"}, content_hash="0" * 64, inputs={}
        )
    with pytest.raises(ChangedMeanwhile), desk(failed):
        services.begin(rerun=shown)
    with desk(failed), pytest.raises(CannotRerun, match="No step from draft on"):
        Task.objects.filter(pk=task.pk).update(outward=False)
        services.prepare(task=task, from_step="draft")
    with looking():
        assert Goal.objects.count() == 1


@pytest.mark.parametrize("wrong", ["no origin", "unknown origin", "other content", "other kind", "outward"])
def test_the_desk_writes_no_result_but_a_true_copy(failed: World, wrong: str) -> None:
    with looking():
        source = Artifact.objects.get(task__kind="publish" if wrong == "outward" else "draft")
        target = Task.objects.get(kind="image" if wrong == "other kind" else source.task.kind)
    origin = {"no origin": {}, "unknown origin": {"reused": 10**9}}.get(wrong, {"reused": source.pk})
    payload = {**source.payload, "text": "Buy now."} if wrong == "other content" else source.payload
    with desk(failed), pytest.raises(DatabaseError, match=r"no results|may take over"), transaction.atomic():
        Artifact.objects.create(
            brand_id=ALPHA, task=target, fence=77, payload=payload, content_hash=source.content_hash, inputs=origin
        )
