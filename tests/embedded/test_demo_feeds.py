"""Which feeds a demo follows, and which it leaves."""

from pathlib import Path

import pytest

from agents.goals.models import Goal
from agents.personas import selectors as personas
from agents.planner import recipes
from chimera.core import tenancy
from chimera.embedded import demo
from publishing.trends import reading
from publishing.trends import services as trends
from publishing.trends.models import Feed
from tests.conftest import ALPHA, World

FEED = (
    "<rss version='2.0'><channel><title>{0}</title><link>https://example.org</link><description>n</description>"
    "<item><title>Bells of {0} ring again</title><guid>1</guid><description>They rang at noon.</description></item>"
    "</channel></rss>"
)


def active() -> set[str]:
    """The feeds that are followed, by address."""
    return set(Feed.objects.filter(active=True).values_list("url", flat=True))


@pytest.mark.spec("TRD-1")
def test_feeds_that_a_demo_is_given_stand_alone_once_one_of_them_could_be_read(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand, own = tmp_path / "hand.xml", tmp_path / "own.xml"
    by_hand.write_text(FEED.format("Orlowe"))
    own.write_text(FEED.format("Vell"))
    with world.role("operator"):
        with tenancy.acting("test:operator"):
            trends.follow(sources=[str(by_hand)], any_age=True)

        missing = str(tmp_path / "missing.xml")
        monkeypatch.setenv("FEEDS", missing)
        readings, _ = demo.scan(sources=[missing], brand_id=ALPHA)
        assert [bool(one.error) for one in readings] == [True]
        assert reading.address(str(by_hand)) in active()

        monkeypatch.setenv("FEEDS", str(own))
        demo.scan(sources=[str(own)], brand_id=ALPHA)
        assert active() == {reading.address(str(own))}

        monkeypatch.delenv("FEEDS")
        demo.scan(sources=[str(by_hand)], brand_id=ALPHA)  # as the samples are: beside what is followed
        assert active() == {reading.address(str(own)), reading.address(str(by_hand))}


@pytest.mark.spec("PLN-1", "GEN-3")
def test_each_persona_of_the_demo_films_some_of_its_stories_and_not_all(world: World) -> None:
    sources = [str(path) for path in sorted((demo.CHECKOUT / "demo" / "feeds").glob("*.xml"))]
    with world.role("operator"):
        brand_id = demo.seed().brand_id
        demo.scan(sources=sources, brand_id=brand_id)
        demo.set_goals(brand_id=brand_id)
        with tenancy.brand(brand_id, actor="test:look"):
            goals = list(Goal.objects.select_related("agent"))
            souls = personas.souls(ids={goal.soul_id for goal in goals})
    videos: dict[str, list[bool]] = {}
    for goal in goals:
        said = {"cause": goal.cause, "wish": goal.wish}
        videos.setdefault(goal.agent.handle, []).append(recipes.is_video(goal=said, soul=souls[goal.soul_id]))
    assert len(videos) == 3 and all(any(made) and not all(made) for made in videos.values()), videos
