"""Reading makings."""

from publishing.media.making.models import Making
from publishing.media.making.states import ENDED


def of(*, about: str) -> list[Making]:
    """What is made for a row ("agents.task:42"), the oldest first. In its brand."""
    return list(Making.objects.filter(about=about).order_by("pk"))


def underway(*, count_max: int = 200) -> list[Making]:
    """What has not ended, the oldest first."""
    return list(Making.objects.exclude(status__in=ENDED).order_by("pk")[:count_max])


def spent_usd_micros(*, abouts: list[str]) -> int:
    """What the makings of these rows have cost so far, in micros of a dollar: known when each has ended."""
    return sum(Making.objects.filter(about__in=abouts).values_list("spent_usd_micros", flat=True))
