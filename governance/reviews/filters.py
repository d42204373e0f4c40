"""What part of the queue somebody wants to see, as a value: from an address, from a saved queue, to a query. REV-6."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from chimera.core import clock, tenancy
from chimera.core.errors import Denied
from governance.reviews.models import ReviewItem, ReviewKind, ReviewSkip
from governance.reviews.states import ReviewStatus

AGE_MAX_S = 366 * 86_400
AGES_S = {900: "15 minutes", 3_600: "an hour", 4 * 3_600: "4 hours", 12 * 3_600: "12 hours"}  # what pages offer


class Now(clock.Now):
    """The moment, asked for once in a statement: in a filter it would be asked for every row that is looked at."""

    template = "(SELECT %(function)s())"


class BadFilter(Denied):
    """A filter that means nothing; says which, and what it may be."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """All must hold; empty: not looked at. `brand` is an id, `agent` a handle, `group` a subject (publishing.trend:7).

    `reason` is a ReviewKind; samples, for which nothing waits, are left out unless asked for. `age_s`: waiting for at
    least so many seconds. `assigned`: handed to whoever asks. `held`: what is on hold instead of what is not.
    """

    brand: int | None = None
    agent: str = ""
    reason: str = ""
    platform: str = ""
    group: str = ""
    age_s: int = 0
    assigned: bool = False
    held: bool = False

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Filters":
        """From a saved queue or the parameters of an address; what is empty is left out. Raises BadFilter."""
        known = {field.name for field in fields(cls)}
        if strange := sorted(set(said) - known):
            raise BadFilter(f"There is no filter {strange[0]!r}; there are {', '.join(sorted(known))}.")
        given = {name: value for name, value in said.items() if value not in ("", None)}
        for name in ("brand", "age_s"):
            if name in given:
                given[name] = _number(name, given[name])
        for name in ("assigned", "held"):
            if name in given:
                given[name] = str(given[name]).lower() in ("1", "true", "on", "yes")
        for name in ("agent", "reason", "platform", "group"):
            if name in given:
                given[name] = str(given[name]).removeprefix("@")
        if given.get("reason", ReviewKind.DOUBT) not in ReviewKind.values:
            raise BadFilter(f"No review is asked for the reason {given['reason']!r}; choose one of {_reasons()}.")
        return cls(**given)

    def as_json(self) -> dict[str, Any]:
        """What is looked at, as it is saved."""
        return {name: value for name, value in asdict(self).items() if value}

    def apply(self, cards: QuerySet[ReviewItem], *, reviewer: str) -> QuerySet[ReviewItem]:
        """The cards that this leaves for a reviewer ("user:ada"); the order is the caller's."""
        found = cards.filter(status=ReviewStatus.PENDING)
        plain = {"brand_id": self.brand, "agent": self.agent, "platform": self.platform, "group": self.group}
        found = found.filter(**{name: value for name, value in plain.items() if value})
        found = found.filter(kind=self.reason) if self.reason else found.exclude(kind=ReviewKind.SAMPLE)
        if self.age_s:
            found = found.filter(made_at__lte=Now() - timedelta(seconds=self.age_s))
        mine = Q(assigned_to=reviewer)
        found = found.filter(mine if self.assigned else mine | Q(assigned_to=""))
        found = found.exclude(first_by=reviewer)  # it waits for somebody else's yes
        if brands := tenancy.current_brands():  # the policies hide the others; this lets an index do it
            found = found.filter(brand_id__in=brands)
        return found.filter(is_held() if self.held else waits_now())


def _number(name: str, said: Any) -> int:
    try:
        number = int(said)
    except (TypeError, ValueError):
        raise BadFilter(f"The filter {name} is a whole number, not {said!r}.") from None
    if not 0 <= number <= (AGE_MAX_S if name == "age_s" else 2**62):
        raise BadFilter(f"The filter {name} cannot be {number}.")
    return number


def _reasons() -> str:
    return ", ".join(ReviewKind.values)


def waits_now() -> Q:
    """Cards that nobody holds back."""
    return Q(held_by="") | Q(held_until__lte=Now())


def is_held() -> Q:
    """Cards that somebody holds back."""
    return Q(held_by__gt="") & (Q(held_until__isnull=True) | Q(held_until__gt=Now()))


def not_skipped(*, reviewer: str) -> Q:
    """For a queryset of cards: those that this reviewer did not skip lately."""
    mine = ReviewSkip.objects.filter(brand_id=OuterRef("brand_id"), item_id=OuterRef("pk"), reviewer=reviewer)
    return ~Q(Exists(mine.filter(until__gt=Now())))


def free(*, reviewer: str) -> Q:
    """Cards that nobody else has open."""
    return Q(claimed_by="") | Q(claimed_by=reviewer) | Q(claimed_until__lte=Now())
