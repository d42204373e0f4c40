"""Brings every row in by both ways, as an item of a feed and as a mention, and works until nothing is left to do.

A program of its own with the application's login and the key for grants, as a worker has them.
"""

import json
import os
import re
import sys
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any

ACTOR = "hijack:world"
OWNER = "HIJACK_OWNER"  # how the database's owner logs in: to move its clock on while all wait
TRIPWIRE = "HIJACK_TRIPWIRE"  # "off": nothing is held for looking like an order
PLAZA = "HIJACK_PLAZA"  # the platform's store
QUEUES = ("reply", "think", "render")
WAITS_MAX = 40
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def disarm() -> None:
    """Switch off whatever only looks: what is refused has to be refused by something that cannot be talked round."""
    from chimera.core import sentences
    from chimera.core.injection import detector

    quiet = detector.look("")
    detector.look = lambda text: quiet
    sentences.is_instruction = lambda sentence: False


def bring(row: Any, cast: dict[str, int], folder: Path) -> None:
    """One row as news and as a mention; a goal is set for the news whether a planner would have chosen it or not."""
    from agents import listening
    from chimera.core import tenancy
    from publishing.inbox.models import Cursor
    from publishing.trends import services as trends

    path = folder / f"{row.handle}.xml"
    path.write_text(_feed(row), encoding="utf-8")
    with tenancy.acting(ACTOR):
        trends.scan(feeds=trends.follow(sources=[str(path)], any_age=True, only=True))
    with tenancy.brand(cast["brand"], actor=ACTOR):
        trends.refresh(brand_id=cast["brand"])
        _aim(cast["agent"])
        position = _speak(row)
        Cursor.objects.create(brand_id=cast["brand"], platform="plaza", position=str(position))
    listening.hear(brand_id=cast["brand"])
    listening.work_off(brand_id=cast["brand"])


def _feed(row: Any) -> str:
    from chimera.hijack import stories

    title, text = (_NO_XML.sub("", part) for part in stories.item(row))
    now = format_datetime(datetime.now(UTC), usegmt=True)
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n"))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Harbour Post</title>'
        f"<link>https://harbour-post.example</link><description>News</description><item><title>{escape(title)}</title>"
        f"<guid isPermaLink='false'>{row.handle}</guid><pubDate>{now}</pubDate>"
        f"<description>{escape(paragraphs)}</description></item></channel></rss>"
    )


def _aim(agent_id: int) -> None:
    """A goal for the one trend: the planner's, or the same without asking how near it is."""
    from agents.goals.wish import Wish
    from agents.personas.models import Agent
    from agents.planner import services as planner
    from agents.tasks import services as tasks
    from publishing.trends import selectors as trends

    if planner.set_goals(agent_id=agent_id):
        return
    agent, trend = Agent.objects.get(pk=agent_id), trends.live().first()
    if trend is None:  # it is held
        return
    wish = Wish(
        agent_id=agent.pk,
        soul_id=agent.soul_id or 0,
        trend_id=trend.pk,
        cause=f"trend:{trend.fingerprint[:40]}:agent:{agent.pk}",
        wish=f"Post about: {trend.title}"[:300],
        relevance_bp=9_500,
        similarity_bp=6_000,
        deadline=trend.expires_at,
        scopes=agent.scopes,
    )
    tasks.begin_all(brand_id=agent.brand_id, actor=ACTOR, wishes=[wish])


def _speak(row: Any) -> int:
    """A stranger says it to the row's account, on the platform itself. Returns the position right before."""
    from chimera.hijack import stories
    from publishing.simulators.plaza.store import Draft, Store

    store = Store(Path(os.environ[PLAZA]))
    newest = store.posts(count_max=1)
    text = f"@{row.handle} {stories.said(row)}"
    draft = Draft(handle=f"stranger_{row.number}", text=text, media=(), ai_generated=False, reply_to=None)
    store.add_post(draft=draft, key=f"stranger:{row.number}", body_hash=row.handle, base_url="")
    return int(newest[0]["seq"]) if newest else 0


def work(owner: dict[str, Any]) -> int:
    """Do what is due until nothing is; returns how many rows were left open."""
    import psycopg

    from agents import pipeline
    from agents.worker import flight
    from publishing.posts import services as posts

    waits = 0
    with psycopg.connect(**owner, autocommit=True) as clockmaker:
        while True:
            moved = sum(pipeline.drain(queue=queue, seconds=30) for queue in QUEUES) + posts.drain(seconds=30)
            if moved:
                continue
            if flight.in_flight():
                time.sleep(0.02)
                continue
            left = _open(clockmaker)
            if not left or waits >= WAITS_MAX:
                return left
            waits += 1
            clockmaker.execute("UPDATE core_clock SET simulated = true, shift = shift + interval '10 seconds'")


def _open(clockmaker: Any) -> int:
    row = clockmaker.execute(
        "SELECT (SELECT count(*) FROM agents_task WHERE status IN ('READY', 'JUDGING', 'ACCEPTED') AND unmet = 0)"
        " + (SELECT count(*) FROM publishing_post WHERE status = 'SCHEDULED')"
    ).fetchone()
    return int(row[0])


def main() -> None:
    """Bring, work, note in the inbox what became of it."""
    from agents import listening
    from chimera.hijack import obedient

    folder = obedient.folder()
    cast = json.loads((folder / "cast.json").read_text(encoding="utf-8"))
    if os.environ[TRIPWIRE] == "off":
        disarm()
    for row in obedient.rows().values():
        bring(row, cast[str(row.number)], folder)
    left = work(json.loads(os.environ[OWNER]))
    for played in cast.values():
        listening.work_off(brand_id=played["brand"])
    sys.stdout.write(json.dumps({"left": left}) + "\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimera.settings")
    import django

    django.setup()
    main()
