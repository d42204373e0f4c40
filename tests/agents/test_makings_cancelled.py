"""What a provider makes for a task is stopped when the task is. GEN-3."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from agents import pipeline
from agents.goals.models import Goal
from agents.tasks import services as tasks
from agents.tasks.models import Task
from chimera.core import tenancy
from publishing.media.making import services as makings
from publishing.media.making import working
from publishing.media.making.base import ClipRequest
from publishing.media.making.models import Making
from tests import people
from tests.agents.fakes import desk
from tests.conftest import ALPHA, World
from tests.publishing.studio_world import face, providers, serving

pytestmark = pytest.mark.spec("GEN-3")


@pytest.mark.parametrize("how", ["by a worker", "by a human"])
def test_a_goal_that_is_cancelled_stops_its_clip_at_the_provider(world: World, tmp_path: Path, how: str) -> None:
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
        goal = people.goal(agent=agent)
    pipeline.drain(queue="think", stages=["plan"], seconds=30)
    with providers(tmp_path / "media") as found, serving(found, tmp_path):
        found.studio.says("runway", "never")
        with tenancy.brand(ALPHA, actor="test:asks"):
            task = Task.objects.filter(goal_id=goal.pk).order_by("-pk")[0]
            request = ClipRequest(image_sha256=face(), prompt="x")
            asked = {"brand_id": ALPHA, "about": task.subject, "scopes": task.scopes, "maker": "runway"}
            makings.ask(key="clip", request=request, **asked)
        working.drain(seconds=20)
        if how == "by a worker":
            with tenancy.brand(ALPHA, actor="test:cancels"):
                tasks.cancel(goal_id=goal.pk, note="A drill.")
        else:
            with world.role("operator"):
                call_command("cancel", f"goal:{goal.pk}", "--reason", "a drill", stdout=StringIO())
        working.drain(seconds=20)
        assert [one.state for one in found.studio.tasks.values()] == ["cancelled"]
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Goal.objects.get(pk=goal.pk).status == "CANCELLED"
        assert Making.objects.get().status == "CANCELLED"
