"""Reading what is hidden, what is proposed to be, and whose yes waits for another's."""

from collections.abc import Collection

from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat

from governance.reviews.models import ReviewItem
from governance.reviews.states import ReviewStatus
from publishing.moderation.models import Hiding


def of(*, mention_ids: Collection[int]) -> dict[int, Hiding]:
    """The hiding of each of these mentions that has one, with who said the first yes of two; in one query."""
    about = Concat(Value(f"{Hiding.SUBJECT}:"), Cast(OuterRef("pk"), CharField()))
    cards = ReviewItem.objects.filter(brand_id=OuterRef("brand_id"), about=about, status=ReviewStatus.PENDING)
    first = Coalesce(Subquery(cards.values("first_by")[:1]), Value(""))
    rows = Hiding.objects.filter(mention_id__in=list(mention_ids)).annotate(first_by=first)
    return {one.mention_id: one for one in rows}
