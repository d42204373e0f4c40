"""What a human does about a run: gives up a step or all of it, has it done again from a step, where nothing is out."""

from typing import Any

import pytest
from django.test import Client

from agents.goals.models import Goal
from agents.personas.states import TrustRung
from agents.replay.services import CannotRerun
from agents.runs import selectors, services
from agents.runs.services import NoReason, NothingOpen
from agents.tasks.models import Task
from governance.models import ReviewItem
from publishing.models import Post
from tests.agents import lived
from tests.agents.fakes import desk, drain, looking
from tests.conftest import World


@pytest.fixture
def waiting(world: World, tmp_path: Any, settings: Any) -> World:
    """A goal whose post waits for a human."""
    settings.MEDIA_ROOT = tmp_path / "media"
    lived.write(world, rung=TrustRung.PROBATION)
    return world


def states(goal_id: int | None = None) -> dict[str, str]:
    with looking():
        tasks = Task.objects.filter(goal_id=goal_id) if goal_id else Task.objects.all()
        return dict(tasks.values_list("kind", "status"))


@pytest.mark.spec("PLN-7", "PLN-6")
def test_a_run_that_still_goes_is_given_up_and_done_again_from_a_step_without_paying_twice(waiting: World) -> None:
    former = lived.ids()
    with waiting.role("operator"):
        client = lived.signed_in()
        with looking():
            goal_id = Goal.objects.get().pk
        address = f"/admin/agents/goal/{goal_id}/run/"
        assert "Say why in words" in _post(client, f"{address}retry/", task=former["draft"], reason=" ")
        said = _post(client, f"{address}retry/", task=former["draft"], reason="warmer")
    assert "draft, image, publish anew" in said and "taken over: plan, research" in said
    with looking():
        old, new = Goal.objects.order_by("pk")
    assert old.status == "CANCELLED" and new.cause == f"replay:{old.pk}:1"
    assert states(new.pk)["research"] == "DONE" and states(new.pk)["draft"] == "READY"
    with looking():
        assert not ReviewItem.objects.filter(status="PENDING").exists(), "the former card is gone"
    drain()
    assert states(new.pk)["publish"] == "HELD", "judged and reviewed as any other work"


def _post(client: Client, address: str, **said: Any) -> str:
    return client.post(address, said, follow=True).content.decode()


@pytest.mark.spec("PLN-7")
def test_nothing_is_done_again_that_is_out_or_in_doubt_and_then_nothing_is_changed(waiting: World) -> None:
    ids = lived.ids()
    lived.answer(waiting, approve=True)
    with waiting.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "INSERT INTO governance_effect (brand_id, status, state_version, subject, task, kind, platform_class, key,"
            " hold_key, payload_hash, sent_fence, call_timeout_s, sends, grant_jti, platform_id, labelled, made_at)"
            " SELECT brand_id, 'IN_DOUBT', 1, 'publishing.post:' || id, task, 'publish', 'A', 'k', 'h', 'p', 1, 1, 1,"
            " 'j', '', true, chimera_now() FROM publishing_post"
        )
    with desk(waiting, actor="user:ada"), pytest.raises(CannotRerun, match="nobody knows yet whether it is out"):
        services.retry(task_id=ids["draft"], reason="again")
    with waiting.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("DELETE FROM governance_effect")
        owner.execute("UPDATE publishing_post SET status = 'PUBLISHED', platform_id = 'p1'")
    with desk(waiting, actor="user:ada"), pytest.raises(CannotRerun, match="what is out is out"):
        services.retry(task_id=ids["draft"], reason="again")
    with desk(waiting, actor="user:ada"), pytest.raises(CannotRerun, match="choose one of the steps after it"):
        services.retry(task_id=ids["plan"], reason="again")
    with looking():
        assert Goal.objects.count() == 1 and Post.objects.get().status == "PUBLISHED"


@pytest.mark.spec("PLN-6")
def test_a_step_is_given_up_with_what_hangs_on_it_and_with_nothing_outward_left_the_goal(waiting: World) -> None:
    ids = lived.ids()
    with looking():
        goal_id = Goal.objects.get().pk
    with desk(waiting, actor="user:ada"):
        with pytest.raises(NoReason):
            services.cancel(goal_id=goal_id, task_id=ids["publish"], reason="")
        with pytest.raises(NothingOpen, match="has ended"):
            services.cancel(goal_id=goal_id, task_id=ids["image"], reason="enough")
        said = services.cancel(goal_id=goal_id, task_id=ids["publish"], reason="called off")
    assert said == f"Cancelled: publish {ids['publish']}."
    assert states() == {**dict.fromkeys(ids, "DONE"), "publish": "CANCELLED"}
    with looking():
        run = selectors.run(goal_id=goal_id)
        assert (run.status, run.is_moving) == ("CANCELLED", False)
        assert ReviewItem.objects.get().status == "WITHDRAWN"
    with desk(waiting, actor="user:ada"), pytest.raises(NothingOpen):
        services.cancel(goal_id=goal_id, task_id=None, reason="again")


@pytest.mark.spec("PLN-6")
def test_a_whole_run_is_given_up_at_the_desk_with_a_reason_that_every_task_keeps(waiting: World) -> None:
    with waiting.role("operator"):
        client = lived.signed_in()
        with looking():
            goal_id = Goal.objects.get().pk
        said = _post(client, f"/admin/agents/goal/{goal_id}/run/cancel/", reason="the festival is off")
    assert f"Goal {goal_id} is cancelled: 1 open tasks, 1 cards, 0 posts." in said
    with looking():
        assert Task.objects.get(kind="publish").note == "Cancelled: the festival is off"
