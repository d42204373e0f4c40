"""Filters of the list of reviews that ask the database nothing to know their choices, and how far it counts. REV-9."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from chimera.core import registry, tenancy
from governance.reviews.filters import AGES_S, Now, is_held
from governance.reviews.models import ReviewItem, ReviewKind
from governance.reviews.states import ReviewStatus


class UpTo(Paginator):  # type: ignore[type-arg]
    """Counts no further than anybody pages: counting a long queue to its end costs more than showing it."""

    @cached_property
    def counted(self) -> int:
        """How many there are, at most one more than are listed."""
        cards: QuerySet[ReviewItem] = self.object_list  # type: ignore[assignment]
        return cards[: settings.REVIEW_QUEUE_COUNT_MAX + 1].count()

    @property
    def count(self) -> int:
        """How many are listed."""
        return min(self.counted, settings.REVIEW_QUEUE_COUNT_MAX)

    @property
    def is_more(self) -> bool:
        """Whether there are more than are listed."""
        return self.counted > self.count


class _Choice(admin.SimpleListFilter):
    """A filter that asks nothing of the database to know its choices."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: QuerySet[ReviewItem]) -> QuerySet[ReviewItem]:
        """Equal to what was chosen."""
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class StateFilter(_Choice):
    """What became of it."""

    title, parameter_name = "state", "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every state."""
        return [(status, status.label) for status in ReviewStatus]


class ReasonFilter(_Choice):
    """Why a human is asked."""

    title, parameter_name = "reason", "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every reason."""
        return list(ReviewKind.choices)


class PlatformFilter(_Choice):
    """Where it would go out."""

    title, parameter_name = "platform", "platform"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What the switchboard names."""
        return [(name, name) for name in sorted(registry.names("CONNECTORS"))]


class AgeFilter(_Choice):
    """How long it has been waiting."""

    title, parameter_name = "waiting for", "age_s"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """A few ages."""
        return [(str(seconds), words) for seconds, words in AGES_S.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ReviewItem]) -> QuerySet[ReviewItem]:
        """At least so long."""
        said = str(self.value() or "")
        return queryset.filter(made_at__lte=Now() - timedelta(seconds=int(said))) if said.isdigit() else queryset


class HandsFilter(_Choice):
    """In whose hands."""

    title, parameter_name = "hands", "hands"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What a reviewer looks for."""
        return [("assigned", "Handed to me"), ("held", "On hold"), ("claimed", "Open at somebody's")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ReviewItem]) -> QuerySet[ReviewItem]:
        """Of what waits."""
        chosen = {
            "assigned": Q(assigned_to=tenancy.current_actor()),
            "held": is_held(),
            "claimed": Q(claimed_by__gt="", claimed_until__gt=Now()),
        }.get(str(self.value()))
        return queryset if chosen is None else queryset.filter(chosen, status=ReviewStatus.PENDING)
