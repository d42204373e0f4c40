"""Reading the record."""

from django.db.models import QuerySet

from governance.audit.models import AuditEvent


def story(*, task_id: str) -> QuerySet[AuditEvent]:
    """Every event about a task, in the order in which it was written."""
    return AuditEvent.objects.filter(task_id=task_id).order_by("id")


def of(*, subject: str) -> QuerySet[AuditEvent]:
    """Every event of one row."""
    return AuditEvent.objects.filter(subject=subject).order_by("id")
