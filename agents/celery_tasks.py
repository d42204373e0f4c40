"""Doors for Celery: load, call once, return. Hints carry ids at most and may come twice, late or never."""

import logging
import time
from typing import Any

from billiard import current_process
from celery import shared_task
from django.conf import settings

from agents import pipeline, sweeper, telling
from agents.archive import services as archive
from agents.calibration import services as calibration
from agents.judge import answers
from agents.planner import services as planner
from agents.runs import shadowing
from chimera.core import lanes, ticks, wake

log = logging.getLogger("chimera.runs")


def _drain(link: Any, queue: str, *stages: str) -> None:
    """Do what is due. A drain that ends before its time left nothing: the links after it would look in vain.

    So would they where the lanes are full: whoever leaves one makes up for who was sent away.
    """
    pipeline.serves(queue)
    begun = time.monotonic()
    with lanes.lane(queue=queue) as free:
        if free:
            pipeline.drain(queue=queue, stages=stages)
    if time.monotonic() - begun < settings.DRAIN_S:
        link.request.chain = None


@shared_task(name="agents.plan", bind=True)
def plan(self: Any, /, *_: Any, queue: str = "think", **__: Any) -> None:
    """Planner: goals become tasks. First of the chain, so it says that somebody is looking.

    Every link does its stage and those after it; what is due together is claimed together, the oldest first.
    """
    wake.taken(queue=queue)
    _drain(self, queue, *pipeline.STAGES)
    answers.act_on_answers()  # after what is due: what an answer makes due is hinted


@shared_task(name="agents.work", bind=True)
def work(self: Any, /, *_: Any, queue: str = "think", **__: Any) -> None:
    """Worker: tasks are proposed; what this queue may go on with stays in hand, stage by stage."""
    if queue == "render":
        wake.taken(queue=queue)
    _drain(self, queue, "work", "judge", "commit")


@shared_task(name="agents.judge", bind=True)
def judge_due(self: Any, /, *_: Any, queue: str = "think", **__: Any) -> None:
    """Judge: what was proposed outward and waits gets a verdict and a route."""
    _drain(self, queue, "judge", "commit")


@shared_task(name="agents.commit", bind=True)
def commit(self: Any, /, *_: Any, queue: str = "think", **__: Any) -> None:
    """What was accepted becomes a post."""
    _drain(self, queue, "commit")


@shared_task(name="agents.set_goals")
def set_goals(*_: Any, **__: Any) -> None:
    """Scheduled: fresh trends become goals, once per tick however many schedulers run."""
    if ticks.first(name="agents.set_goals", every_s=60):
        planner.set_for_all_brands()


@shared_task(name="agents.sweep")
def sweep(*_: Any, **__: Any) -> None:
    """Scheduled: what nobody does is done here."""
    sweeper.sweep()


@shared_task(name="agents.archive")
def archive_finished(*_: Any, **__: Any) -> None:
    """Scheduled: finished work is put away and what is past its time forgotten, once an hour for the fleet."""
    if ticks.first(name="agents.archive", every_s=3600):
        archive.run(batch=settings.ARCHIVE_BATCH, seconds=settings.ARCHIVE_RUN_S)


@shared_task(name="agents.calibrate")
def calibrate(*_: Any, **__: Any) -> None:
    """Scheduled: what humans decided becomes advice, and voices that drifted lose a rung; hourly."""
    if ticks.first(name="agents.calibrate", every_s=3600):
        calibration.run()


@shared_task(name="agents.tell")
def tell(*_: Any, **__: Any) -> None:
    """Scheduled: people are told what there is to tell."""
    telling.tell()


@shared_task(name="agents.shadow")
def shadow_due(*_: Any, **__: Any) -> None:
    """Replays that were asked for at the desk: only in a process that does nothing else meanwhile."""
    if current_process().name == "MainProcess":  # of Celery's own pool: a child has a name of its own
        log.warning("replays in the background wait for a worker with processes (--pool prefork) on the queue render")
        return
    shadowing.make_due()
