"""The trust ladder: one rung up at a time, down to any lower one."""

from django.db.models import TextChoices


class TrustRung(TextChoices):
    """How much an agent may do by itself."""

    PROBATION = "PROBATION"
    SUPERVISED = "SUPERVISED"
    AUTONOMOUS = "AUTONOMOUS"


MACHINE = "agents.agent"
INITIAL = frozenset({TrustRung.PROBATION})
TRANSITIONS: dict[str, frozenset[str]] = {
    TrustRung.PROBATION: frozenset({TrustRung.SUPERVISED}),
    TrustRung.SUPERVISED: frozenset({TrustRung.AUTONOMOUS, TrustRung.PROBATION}),
    TrustRung.AUTONOMOUS: frozenset({TrustRung.SUPERVISED, TrustRung.PROBATION}),
}
