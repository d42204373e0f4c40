"""The audit event."""

from django.db import models

from chimera.core.brands.models import bound_brand
from chimera.core.clock import Now


class AuditEvent(models.Model):
    """Who moved what from where to where, when. `body` is the canonical text that will be sealed as it stands.

    `brand` is null for acts on the fleet; those rows are the operator's alone. The column `xid` (the transaction,
    for sealing in commit order) is the database's business and not mapped here.
    """

    brand = bound_brand(null=True)
    subject = models.CharField(max_length=80)
    task_id = models.CharField(max_length=80, blank=True)
    actor = models.CharField(max_length=160)
    action = models.CharField(max_length=8)
    from_status = models.CharField(max_length=16, blank=True)
    to_status = models.CharField(max_length=16, blank=True)
    state_version = models.IntegerField()
    body = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["brand", "task_id", "id"], name="audit_by_task"),
            models.Index(fields=["subject", "id"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.from_status} -> {self.to_status} by {self.actor}"
