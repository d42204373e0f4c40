"""A review is answered once, or expires."""

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
    ReviewStatus.APPROVED: frozenset(),
    ReviewStatus.REJECTED: frozenset(),
    ReviewStatus.EXPIRED: frozenset(),
    ReviewStatus.WITHDRAWN: frozenset(),
}
