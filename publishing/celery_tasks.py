"""Doors for Celery: load, call once, return."""

from typing import Any

from celery import shared_task
from django.conf import settings

from chimera.core import lanes, ticks, wake
from publishing.media import tending
from publishing.media.making import working
from publishing.metrics import services as metrics
from publishing.moderation import hiding
from publishing.posts import services as posts
from publishing.reversals import taking_down
from publishing.trends import services as trends


@shared_task(name="publishing.publish")
def publish(*_: Any, queue: str = "publish", **__: Any) -> None:
    """What is due is taken down, or goes out."""
    wake.taken(queue=queue)
    with lanes.lane(queue=queue, count_max=settings.PUBLISHERS_MAX) as free:
        if free:
            taking_down.drain()  # before what is to go out
            posts.drain()
            hiding.drain(seconds=settings.DRAIN_S)


@shared_task(name="publishing.scan")
def scan(*_: Any, **__: Any) -> None:
    """Scheduled: feeds are read once for the fleet, and every brand's trends refreshed; once per tick."""
    if ticks.first(name="publishing.scan", every_s=900):
        trends.scan_all()


@shared_task(name="publishing.figures")
def figures(*_: Any, **__: Any) -> None:
    """Scheduled: how posts do is read where a step of their age is due, once in METRICS_EVERY_S for the fleet."""
    if settings.METRICS_EVERY_S and ticks.first(name="publishing.figures", every_s=settings.METRICS_EVERY_S):
        metrics.collect_all()


@shared_task(name="publishing.tend_assets")
def tend_assets(*_: Any, **__: Any) -> None:
    """Scheduled: bytes are laid nearer or farther once an hour for the fleet; what nothing needs goes once a day."""
    if ticks.first(name="publishing.tend_assets", every_s=3600):
        daily = ticks.first(name="publishing.collect_assets", every_s=86_400)
        tending.run(seconds=settings.MEDIA_TEND_S, collects=daily)


@shared_task(name="publishing.make")
def make(*_: Any, **__: Any) -> None:
    """Scheduled, and nudged: images and clips that are asked for are begun, and those that run are looked at."""
    with lanes.lane(queue="make", count_max=settings.MAKERS_MAX, tell=again) as free:
        if free:
            working.drain()


def again(_: str) -> None:
    """Somebody was sent away while all were busy: another look."""
    wake.nudge(name="publishing.make", queue="render")
