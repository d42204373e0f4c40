"""A review is answered once, or expires.

An answer can be taken back for a few seconds, while nobody has acted on it (`final_at`); within them it is also
withdrawn when its content is gone.
"""

from django.db.models import TextChoices


class ReviewStatus(TextChoices):
    """What became of a card."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"


MACHINE = "governance.reviewitem"
INITIAL = frozenset({ReviewStatus.PENDING})
TRANSITIONS: dict[str, frozenset[str]] = {
    ReviewStatus.PENDING: frozenset(
        {ReviewStatus.APPROVED, ReviewStatus.REJECTED, ReviewStatus.EXPIRED, ReviewStatus.WITHDRAWN}
    ),
    ReviewStatus.APPROVED: frozenset({ReviewStatus.PENDING, ReviewStatus.WITHDRAWN}),
    ReviewStatus.REJECTED: frozenset({ReviewStatus.PENDING, ReviewStatus.WITHDRAWN}),
    ReviewStatus.EXPIRED: frozenset(),
    ReviewStatus.WITHDRAWN: frozenset(),
}
