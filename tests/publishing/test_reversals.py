"""Taking back what is live: asked by a human, once, through the protocol of effects, or by a human's hands. PUB-5."""

import pytest

from chimera.core import tenancy
from governance.models import Effect
from publishing.posts import services as posts
from publishing.posts.models import Post
from publishing.reversals import services as reversals
from publishing.reversals import taking_down
from publishing.reversals.models import Reversal
from tests import people
from tests.conftest import ALPHA, World
from tests.publishing.fakes import FakePlaza, plaza, schedule

__all__ = ["plaza"]
pytestmark = pytest.mark.spec("PUB-5")


def test_smoke(world: World, plaza: FakePlaza) -> None:
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA)
        schedule()
    posts.drain(seconds=30)
    with world.role("operator"), tenancy.brand(ALPHA, actor="cli:ada"):
        asked = reversals.ask(post_id=Post.objects.get().pk, reason="It is wrong.")
        assert asked.outcome == "asked"
    taking_down.drain(seconds=30)
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Post.objects.get().status == "REVERTED"
