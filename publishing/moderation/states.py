"""Hiding is proposed, ordered by a human, and done; or dismissed, or it fails."""

from django.db.models import TextChoices


class HidingStatus(TextChoices):
    """Where it is."""

    PROPOSED = "PROPOSED"
    ORDERED = "ORDERED"
    DONE = "DONE"
    FAILED = "FAILED"
    DISMISSED = "DISMISSED"


MACHINE = "publishing.hiding"
INITIAL = frozenset({HidingStatus.PROPOSED})
TRANSITIONS: dict[str, frozenset[str]] = {
    HidingStatus.PROPOSED: frozenset({HidingStatus.ORDERED, HidingStatus.DISMISSED}),
    HidingStatus.ORDERED: frozenset({HidingStatus.DONE, HidingStatus.FAILED, HidingStatus.DISMISSED}),
    HidingStatus.FAILED: frozenset({HidingStatus.ORDERED}),
    HidingStatus.DISMISSED: frozenset({HidingStatus.ORDERED}),
    HidingStatus.DONE: frozenset(),
}
