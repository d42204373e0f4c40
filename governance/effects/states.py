"""An effect is intended, sent, and then known or in doubt."""

from django.db.models import TextChoices


class EffectStatus(TextChoices):
    """What is known of an act outside."""

    INTENDED = "INTENDED"
    SENT = "SENT"
    CONFIRMED = "CONFIRMED"
    REFUTED = "REFUTED"
    IN_DOUBT = "IN_DOUBT"


MACHINE = "governance.effect"
INITIAL = frozenset({EffectStatus.INTENDED})
TRANSITIONS: dict[str, frozenset[str]] = {
    EffectStatus.INTENDED: frozenset({EffectStatus.SENT, EffectStatus.REFUTED}),
    EffectStatus.SENT: frozenset({EffectStatus.CONFIRMED, EffectStatus.REFUTED, EffectStatus.IN_DOUBT}),
    EffectStatus.IN_DOUBT: frozenset({EffectStatus.CONFIRMED, EffectStatus.REFUTED}),
    EffectStatus.CONFIRMED: frozenset(),
    EffectStatus.REFUTED: frozenset(),
}
