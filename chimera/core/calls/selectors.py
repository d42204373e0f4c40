"""Reading what was asked, by the attempt that asked it."""

from django.db.models import Sum

from chimera.core.calls.models import CallRecord


def of_attempt(*, subject: str, fence: int) -> list[CallRecord]:
    """The calls of one attempt, in the order in which they were made."""
    return list(CallRecord.objects.filter(subject=subject, fence=fence).order_by("id"))


def cost_usd_micros(*, subject: str, fence: int) -> int:
    """What the calls of one attempt cost together."""
    calls = CallRecord.objects.filter(subject=subject, fence=fence)
    return int(calls.aggregate(total=Sum("cost_usd_micros"))["total"] or 0)
