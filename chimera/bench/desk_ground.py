"""What waits at the desk, made as it is made in earnest: a program in two steps, as the operator and as a worker.

`stories` launches an agent on probation in each brand with a trend and a goal, `line` does what is due.
"""

import os
import sys

ACTOR = "bench:desk"
DRAINS_MAX = 50


def stories() -> None:
    """One agent, one trend and one goal in each brand."""
    from datetime import timedelta

    from agents.personas import services as personas
    from agents.personas import soul
    from agents.planner import services as planner
    from chimera.core import clock, tenancy
    from chimera.core.brands import selectors as brands
    from chimera.core.embeddings import embed
    from chimera.embedded.souls import of_pictures
    from publishing.trends.models import Feed, FeedItem, Trend

    source = of_pictures(name="bea_unscrews")
    for brand_id in brands.ids():
        title = f"Repair café number {brand_id} mends its 1,000th toaster"
        summary = f"{title} since it opened in 2019. It opens every Saturday and has 42 volunteers."
        content = source.replace(b"bea_unscrews", f"desk_{brand_id}".encode())
        with tenancy.brand(brand_id, actor=ACTOR):
            agent = personas.launch(
                brand_id=brand_id, soul=soul.parse(content, origin="bea_unscrews.md"), platform="plaza"
            )
            at, vector = clock.now(), embed([f"{title}. {summary}"])[0].tolist()
            feed, _ = Feed.objects.get_or_create(url="http://127.0.0.1/desk.xml", defaults={"title": "Harbour Post"})
            item = FeedItem.objects.create(
                feed=feed, guid=title, title=title, summary=summary, origin="feed", published_at=at, vector=vector
            )
            Trend.objects.create(
                brand_id=brand_id,
                fingerprint=f"desk-{brand_id}",
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
            planner.set_goals(agent_id=agent.pk)


def line() -> None:
    """Work until everything waits for a human."""
    from agents import pipeline

    for _ in range(DRAINS_MAX):
        if not sum(pipeline.drain(queue=queue, seconds=60) for queue in ("think", "render")):
            return


if __name__ == "__main__":
    os.environ["SWITCHBOARD"] = "chimera.switchboard"  # the real line, not the bench's
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimera.settings")
    import django

    django.setup()
    {"stories": stories, "line": line}[sys.argv[1]]()
    sys.exit(0)
