"""Reading the queue."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from governance.reviews.models import ReviewItem, ReviewKind
from governance.reviews.states import ReviewStatus


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A review that has an answer which nobody has acted on yet."""

    id: int
    brand_id: int
    about: str


def pending() -> QuerySet[ReviewItem]:
    """What waits for a human in this brand (at the desk: in all), most urgent first. For a sample nothing waits."""
    cards = ReviewItem.objects.filter(status=ReviewStatus.PENDING).exclude(kind=ReviewKind.SAMPLE)
    return cards.order_by("deadline", "id")


def answered(*, prefix: str, count_max: int) -> list[Answered]:
    """Answers over all brands for subjects that start with `prefix`, oldest first: ids, never content."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, brand_id, about FROM governance_answered_reviews(%s, %s)", [prefix, count_max])
        return [Answered(id=r[0], brand_id=r[1], about=r[2]) for r in cursor.fetchall()]
