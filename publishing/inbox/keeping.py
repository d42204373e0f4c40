"""What the inbox forgets: texts and names, in time or when a person asks. That something was said stays. SAF-2."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import QuerySet

from chimera.core import clock
from chimera.core.pii.base import Keeper
from publishing.inbox.models import Mention

GONE = {"text": "", "author": "", "author_names": []}


class Mentions(Keeper):
    """Mentions lose text and author; the row stays, so that nothing is answered twice."""

    name = "mentions"

    def forget_author(self, *, names: Sequence[str]) -> int:
        """Every mention under one of these hashes. A block stays: who asks to be forgotten is not to be answered."""
        return _forget(Mention.objects.filter(author_names__overlap=list(names)))

    def expire(self, *, keep_days: int, count_max: int) -> int:
        """Mentions that were heard before that."""
        old = clock.now() - timedelta(days=max(1, keep_days))
        found = Mention.objects.exclude(author="").filter(heard_at__lte=old).order_by("heard_at")
        return _forget(Mention.objects.filter(pk__in=list(found.values_list("pk", flat=True)[:count_max])))


def _forget(rows: QuerySet[Mention]) -> int:
    return rows.update(**GONE)
