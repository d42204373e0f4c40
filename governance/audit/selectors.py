"""Reading the record."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from governance.audit.models import Anchoring, AuditEvent, Checkpoint

_UNSEALED = """
SELECT count(*), coalesce(extract(epoch FROM chimera_now() - min(e.at)), 0)::float
  FROM governance_sealing p JOIN governance_auditevent e ON (e.xid, e.id) > (p.from_xid, p.from_id)
 WHERE NOT EXISTS (SELECT 1 FROM governance_sealedevent s WHERE s.event_id = e.id)
"""


@dataclass(frozen=True, kw_only=True)
class Lag:
    """What is not sealed yet, and whether the newest checkpoint stands outside (by the names of the anchors)."""

    unsealed: int
    oldest_s: float
    size: int
    behind: list[str]


def story(*, task_id: str) -> QuerySet[AuditEvent]:
    """Every event about a task, in the order in which it was written."""
    return AuditEvent.objects.filter(task_id=task_id).order_by("id")


def of(*, subject: str) -> QuerySet[AuditEvent]:
    """Every event of one row."""
    return AuditEvent.objects.filter(subject=subject).order_by("id")


def lag() -> Lag:
    """How far the seal is behind the record. As the operator, over all brands."""
    newest = Checkpoint.objects.order_by("-generation", "-size").first()
    anchored = list(Anchoring.objects.order_by("anchor"))
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED)
        unsealed, oldest_s = cursor.fetchone()
    behind = [
        one.anchor for one in anchored if newest and (one.generation, one.size) < (newest.generation, newest.size)
    ]
    return Lag(unsealed=unsealed, oldest_s=oldest_s, size=newest.size if newest else 0, behind=behind)
