"""Ready-made rows for tests: an agent with a soul, feeds in bytes, a goal with its plan."""

from datetime import timedelta
from pathlib import Path

from agents.goals.models import Goal
from agents.personas import services as personas
from agents.personas import soul
from agents.personas.models import Agent
from agents.personas.states import TrustRung
from agents.planner import services as planner
from chimera.core import clock
from chimera.core.embeddings import embed
from publishing.trends.models import Feed, FeedItem, Trend

SOULS = Path(__file__).resolve().parent.parent / "demo" / "souls"

STORY = (
    "Repair café in Orlowe mends its 1,000th toaster",
    "The repair café in Orlowe has mended its 1,000th toaster since it opened in 2019. "
    "“Most of them only needed a new fuse,” said volunteer Hettie Lamb. "
    "The café opens every Saturday in the old tram depot and has 42 volunteers.",
)


def agent(
    *,
    brand_id: int,
    rung: TrustRung = TrustRung.AUTONOMOUS,
    soul_file: str = "bea_unscrews",
    platform: str = "plaza",
    video: int = 0,
) -> Agent:
    """A launched agent on a rung; as the operator (launching sets budget limits). `video`: see `soul.Formats`."""
    source = (SOULS / f"{soul_file}.md").read_bytes().replace(b"  video: 3\n", b"  video: %d\n" % video)
    parsed = soul.parse(source, origin=soul_file)
    made = personas.launch(brand_id=brand_id, soul=parsed, platform=platform)
    if rung != TrustRung.PROBATION:
        personas.promote(agent=made, to=rung, reason="a test trusts it")
    return made


def trend(*, brand_id: int, story: tuple[str, str] = STORY, key: str = "story-1") -> Trend:
    """A live trend of one item."""
    title, summary = story
    feed, _ = Feed.objects.get_or_create(url="http://127.0.0.1/feed.xml", defaults={"title": "Harbour Post"})
    at = clock.now()
    vector = embed([f"{title}. {summary}"])[0].tolist()
    item = FeedItem.objects.create(
        feed=feed, guid=key, title=title, summary=summary, origin="feed", published_at=at, vector=vector
    )
    return Trend.objects.create(
        brand_id=brand_id,
        fingerprint=key,
        title=title,
        origin="feeds",
        items=[item.pk],
        sources=["Harbour Post"],
        vector=vector,
        score_bp=5000,
        velocity_bp=5000,
        diversity_bp=5000,
        freshness_bp=5000,
        first_seen=at,
        expires_at=at + timedelta(hours=20),
    )


def goal(*, agent: Agent) -> Goal:
    """The agent's first goal from the brand's trends."""
    return planner.set_goals(agent_id=agent.pk)[0]
