"""An effect is intended, sent, and then known or in doubt; with a proof that it is not live it is opened again."""

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
    # CONFIRMED without a send of ours: found live after a restore forgot that it was sent.
    EffectStatus.INTENDED: frozenset({EffectStatus.SENT, EffectStatus.CONFIRMED, EffectStatus.REFUTED}),
    # Back to INTENDED: re-opened, with a proof that it is not live (look-ups, or a human's word).
    EffectStatus.SENT: frozenset(
        {EffectStatus.CONFIRMED, EffectStatus.REFUTED, EffectStatus.IN_DOUBT, EffectStatus.INTENDED}
    ),
    EffectStatus.IN_DOUBT: frozenset({EffectStatus.CONFIRMED, EffectStatus.REFUTED, EffectStatus.INTENDED}),
    EffectStatus.CONFIRMED: frozenset(),
    EffectStatus.REFUTED: frozenset(),
}
