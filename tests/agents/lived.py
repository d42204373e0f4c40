"""A post with a life: rejected once by a human, written again, approved, published on a platform that says yes."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings

from agents import sweeper
from agents.personas.models import Agent
from agents.personas.states import TrustRung
from agents.story import selectors, telling
from agents.story.telling import Story
from agents.tasks.models import Task
from chimera.core import tenancy
from governance.reviews import services as reviews
from governance.reviews.models import RejectReason, ReviewItem
from publishing.posts import services as posts
from publishing.posts.models import Post
from tests import people
from tests.agents.fakes import desk, drain, looking
from tests.conftest import ALPHA, World
from tests.publishing.fakes import FakePlaza, standing_in

WORDS = "Warmer, please. {{constructor}} </td><script>alert(1)</script>"


def write(world: World, *, rung: TrustRung = TrustRung.AUTONOMOUS) -> None:
    """A trend, a goal, and what the workers make of it."""
    with desk(world):
        people.agent(brand_id=ALPHA, rung=rung)
        people.trend(brand_id=ALPHA)
        people.goal(agent=Agent.objects.get())
    drain()


def answer(world: World, *, approve: bool) -> None:
    """What ada says to the card that waits."""
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        item = ReviewItem.objects.get(status="PENDING")
        if approve:
            reviews.approve(item=item)
        else:
            reviews.reject(item=item, code=RejectReason.VOICE, reason=WORDS)
    sweeper.sweep()
    drain()


def publish() -> None:
    """What is scheduled goes out."""
    with pytest.MonkeyPatch.context() as patch:
        standing_in(patch, FakePlaza())
        posts.drain(seconds=30)


def whole(world: World, media: Path) -> None:
    """All of it, once."""
    with override_settings(MEDIA_ROOT=media):
        write(world, rung=TrustRung.PROBATION)
        answer(world, approve=False)
        answer(world, approve=True)
        publish()


def ids() -> dict[str, int]:
    """The tasks by kind."""
    with looking():
        return dict(Task.objects.values_list("kind", "id"))


def post() -> Post:
    """The one that went out."""
    with looking():
        return Post.objects.select_related("account", "brand").get()


def signed_in() -> Client:
    """Somebody at the desk; inside the operator's role."""
    client = Client()
    with tenancy.acting("test:operator"):
        ada = User.objects.filter(username="ada").first() or User.objects.create_superuser("ada")
    client.force_login(ada)
    return client


def told(world: World, task: int) -> Story:
    """The story of a task as the desk has it."""
    with world.role("operator"), tenancy.all_brands(actor="test:look"):
        return telling.tell(found=selectors.gather(task_id=task))
