"""Reading notices, subscriptions and letters, as the operator."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from chimera.core.brands.models import Brand
from chimera.core.errors import Denied
from governance.notices.models import Letter, Notice, NoticeSeen, Subscription
from governance.notices.states import LetterStatus

UNREAD_MAX = 99
RETRY_MAX = 500


class Unknown(Denied):
    """There is no such subscription, letter or brand: says what there is."""


def unread(*, reader: str) -> int:
    """How many notices somebody has not looked at, counted up to UNREAD_MAX + 1."""
    seen = NoticeSeen.objects.filter(reader=reader).values_list("up_to", flat=True).first() or 0
    return len(Notice.objects.filter(pk__gt=seen).values_list("pk", flat=True)[: UNREAD_MAX + 1])


def newest() -> int:
    """The newest notice's number; 0 when there is none."""
    return Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def subscription(*, named: str) -> Subscription:
    """A live subscription by its number, its address or its name. Raises Unknown, naming what there is."""
    live = Subscription.objects.filter(is_live=True).order_by("pk")
    found = live.filter(Q(pk=int(named)) if named.isdigit() and len(named) < 18 else Q(address=named) | Q(name=named))
    one = found.first()
    if one is None:
        there = ", ".join(f"{pk} {name}" for pk, name in live.values_list("pk", "name")[:20]) or "nobody"
        raise Unknown(f"Nobody is told by the name or address {named[:80]!r}; there is {there}.")
    return one


def brand_ids(*, slugs: Sequence[str]) -> list[int]:
    """Brands by their slugs. Raises Unknown."""
    there = dict(Brand.objects.filter(slug__in=slugs).values_list("slug", "pk"))
    if missing := [slug for slug in slugs if slug not in there]:
        raise Unknown(f"There is no brand {missing[0][:60]!r}; write slugs separated by commas.")
    return [there[slug] for slug in slugs]


def given_up(*, ids: Sequence[int] | None) -> list[Letter]:
    """Letters by number, or all that were given up and whose subscription still lives. Raises Unknown."""
    if ids is None:
        gone = Letter.objects.filter(status=LetterStatus.GIVEN_UP, subscription__is_live=True)
        return list(gone.order_by("pk")[:RETRY_MAX])
    found = {letter.pk: letter for letter in Letter.objects.filter(pk__in=list(ids)[:RETRY_MAX])}
    if missing := [number for number in ids if number not in found]:
        raise Unknown(f"There is no letter {missing[0]}; `manage.py notices list` shows those that are not sent.")
    return [found[number] for number in ids]


def says(subscription: Subscription) -> str:
    """What a subscription asks for, in words."""
    kinds = ", ".join(subscription.kinds) or "everything"
    parts = ["nothing but the digest" if subscription.digest_only else kinds]
    if subscription.brands:
        parts.append(f"of brands {', '.join(map(str, subscription.brands))}")
    if subscription.quiet_from is not None:
        parts.append(f"not from {subscription.quiet_from}:00 to {subscription.quiet_to}:00")
    if subscription.digest_hour is not None:
        parts.append(f"a digest at {subscription.digest_hour}:00")
    return f"{'; '.join(parts)} ({subscription.time_zone})"


def overview(*, count_max: int) -> dict[str, Any]:
    """The newest notices, who is told, and the newest letters that are not sent."""
    open_letters = Letter.objects.exclude(status=LetterStatus.SENT).select_related("subscription").order_by("-pk")
    return {
        "notices": [
            {"id": one.pk, "at": one.made_at, "kind": one.kind, "scope": one.scope, "sentence": one.sentence}
            for one in Notice.objects.order_by("-pk")[:count_max]
        ],
        "subscriptions": [
            {"id": one.pk, "name": one.name, "channel": one.channel, "address": one.address, "says": says(one)}
            for one in Subscription.objects.filter(is_live=True).order_by("pk")
        ],
        "letters": [
            {
                "id": one.pk,
                "to": one.subscription.name,
                "kind": one.kind,
                "count": one.count,
                "state": one.status.lower().replace("_", " "),
                "attempts": one.attempts,
                "note": one.note,
            }
            for one in open_letters[:count_max]
        ],
    }
