"""Advice is taken or declined by a human, or overtaken by newer figures."""

from django.db.models import TextChoices


class AdviceStatus(TextChoices):
    """What became of it."""

    OPEN = "OPEN"
    TAKEN = "TAKEN"
    DECLINED = "DECLINED"
    OVERTAKEN = "OVERTAKEN"


MACHINE = "agents.advice"
INITIAL = frozenset({AdviceStatus.OPEN})
TRANSITIONS: dict[str, frozenset[str]] = {
    AdviceStatus.OPEN: frozenset({AdviceStatus.TAKEN, AdviceStatus.DECLINED, AdviceStatus.OVERTAKEN}),
    AdviceStatus.TAKEN: frozenset(),
    AdviceStatus.DECLINED: frozenset(),
    AdviceStatus.OVERTAKEN: frozenset(),
}
