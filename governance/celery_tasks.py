"""Doors for Celery: load, call once, return."""

import logging
from typing import Any

from celery import shared_task
from django.conf import settings

from chimera.core import tenancy, ticks
from chimera.core.errors import ChimeraError
from governance.audit import services as record
from governance.grants import rotation
from governance.inspection import services as inspection

ACTOR = "beat:governance"

log = logging.getLogger("chimera.record")


@shared_task(name="governance.rotate_checkpoint_key")
def rotate_checkpoint_key(*_: Any, **__: Any) -> None:
    """Scheduled: a checkpoint key that has signed long enough is followed by another."""
    if ticks.first(name="governance.rotate_checkpoint_key", every_s=3600):
        with tenancy.acting(ACTOR):
            record.rotate_when_due()


@shared_task(name="governance.put_away")
def put_away(*_: Any, **__: Any) -> None:
    """Scheduled: events past their time are put away, once a day for the fleet; never while the setting is 0."""
    days = settings.RETENTION_AUDIT_DAYS
    if days and ticks.first(name="governance.put_away", every_s=86400):
        try:
            inspection.run(days=days, actor=ACTOR, seconds=settings.RETENTION_AUDIT_RUN_S)
        except ChimeraError as error:
            log.error("%s", error)  # the record is not whole: an operator runs verify_audit


@shared_task(name="governance.rotate_grant_key")
def rotate_grant_key(*_: Any, **__: Any) -> None:
    """Scheduled, on the queue `publish`, whose workers alone hold keys: who has signed long enough gives way."""
    rotation.rotate_when_due()
