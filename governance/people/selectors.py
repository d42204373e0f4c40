"""Who there is, with which roles and brands, and when they decided last."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from chimera.core.brands.models import Binding
from governance.people.models import Person
from governance.people.roles import ROLES
from governance.reviews.models import ReviewItem


def everybody() -> QuerySet[Person]:
    """People by name, with `roles` and `brands` (slugs; "" for all) as text and `decided_at`. One query."""
    actor = Concat(Value("user:"), OuterRef("username"), output_field=CharField())
    groups = Person.groups.through.objects.filter(user_id=OuterRef("pk"), group__name__in=list(ROLES))
    bindings = Binding.objects.filter(person=actor)
    decided = ReviewItem.objects.filter(decided_by=actor, decided_by__gt="").order_by("-decided_at")
    found = Person.objects.annotate(
        roles=_listed(groups.values("user_id"), "group__name"),
        brands=_listed(bindings.values("person"), "brand__slug"),
        decided_at=Subquery(decided.values("decided_at")[:1]),
    )
    return cast(QuerySet[Person], found.order_by("username"))


def _listed(rows: QuerySet[Any], name: str) -> Coalesce:
    named = rows.annotate(listed=StringAgg(F(name), ", ", order_by=F(name))).values("listed")
    return Coalesce(Subquery(named), Value(""), output_field=CharField())


def as_json(person: Person) -> dict[str, Any]:
    """One of `everybody`, for machines."""
    found = cast(Any, person)
    decided: datetime | None = found.decided_at
    return {
        "name": person.username,
        "roles": _split(found.roles),
        "brands": _split(found.brands),
        "is_superuser": person.is_superuser,
        "is_active": person.is_active,
        "decided_at": decided.isoformat() if decided else None,
    }


def _split(listed: str) -> list[str]:
    return listed.split(", ") if listed else []


def roles_with(permissions: Collection[str]) -> Sequence[str]:
    """The roles that have all of these permissions, in the order of the table."""
    return [role.name for role in ROLES.values() if role.permissions.issuperset(permissions)]
