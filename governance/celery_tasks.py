"""Doors for Celery: load, call once, return."""

from typing import Any

from celery import shared_task

from chimera.core import tenancy, ticks
from governance.audit import services as record

ACTOR = "beat:governance"


@shared_task(name="governance.rotate_checkpoint_key")
def rotate_checkpoint_key(*_: Any, **__: Any) -> None:
    """Scheduled: a checkpoint key that has signed long enough is followed by another."""
    if ticks.first(name="governance.rotate_checkpoint_key", every_s=3600):
        with tenancy.acting(ACTOR):
            record.rotate_when_due()
