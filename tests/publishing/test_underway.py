"""A post whose video is still on its way is gone on with: it costs no attempt and is nobody's outage. PUB-4, PUB-6."""

import pytest

from chimera.core import tenancy
from chimera.core.circuits.models import Circuit
from publishing.connectors.base import Underway
from publishing.posts import scheduling
from publishing.posts import services as posts
from tests import people
from tests.conftest import ALPHA, World
from tests.publishing.fakes import FakePlaza, plaza, schedule, state

__all__ = ["plaza"]


@pytest.fixture
def due(world: World) -> World:
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA)
        schedule()
    return world


@pytest.mark.spec("PUB-4", "PUB-6")
@pytest.mark.parametrize("effect_class", ["A", "B"])
def test_what_is_underway_is_gone_on_with_and_counts_no_attempt(
    due: World, plaza: FakePlaza, effect_class: str
) -> None:
    plaza.is_of_class(effect_class)
    tries = scheduling.ATTEMPTS_MAX + 3
    plaza.stages = [("stage", "17.3.1.seal")]
    plaza.answers = [*(Underway("X has 3 of 9 segments.", after_s=2.0) for _ in range(tries)), plaza.answers[0]]
    for number in range(tries):
        posts.drain(seconds=30)
        post, effect, _ = state()
        assert (post.status, post.attempts, post.note) == ("SCHEDULED", 0, "X has 3 of 9 segments.")
        assert effect.stage_ids == {"stage": "17.3.1.seal"} and effect.sends == number + 1
        due.later("3 seconds")
    posts.drain(seconds=30)
    post, effect, _ = state()
    assert (post.status, effect.status) == ("PUBLISHED", "CONFIRMED")
    assert plaza.begun == [{}, *[{"stage": "17.3.1.seal"}] * tries], "each try knows what the one before it noted"
    assert not Circuit.objects.exclude(status="CLOSED").exists(), "a platform that answers is not away"
