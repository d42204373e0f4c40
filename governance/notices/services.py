"""Noting what there is to tell, saying who is told, and trying again what could not be delivered."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from chimera.core import tenancy
from chimera.core.clock import Now
from chimera.core.errors import Denied
from governance import transitions
from governance.notices.models import Channel, Letter, NoticeKind, Subscription
from governance.notices.states import LetterStatus

# Broken promises of the table as sentences; the constraint's name is the key.
_BROKEN = {
    "subscription_live_once": "There is a live subscription of that name and address already; change that one.",
    "subscription_kinds_are_known": f"Choose kinds among {', '.join(NoticeKind.values)}.",
    "subscription_has_an_address": "Give one mail address, such as ada@example.org, or the whole address of a webhook.",
    "subscription_digest_has_an_hour": "The hour of the digest is a whole number from 0 to 23.",
    "subscription_digest_only_has_an_hour": "Who is told by the digest alone needs an hour for it: choose 0 to 23.",
    "subscription_quiet_has_two_hours": "Quiet hours are two hours from 0 to 23 that differ; give both or none.",
    "subscription_time_zone_is_known": "That time zone is not known; write one such as Europe/Berlin or UTC.",
    "subscription_channel_is_known": "Somebody is told by mail or by webhook.",
}


class BadSubscription(Denied):
    """The subscription cannot be as it was asked for: says what is wrong. Nothing was changed."""


class CannotRetry(Denied):
    """Only what was given up can be tried again."""


def note(
    *, kind: str, scope: str, sentence: str, key: str, subject: str = "", link: str = "", only: int | None = None
) -> bool:
    """Tell whoever subscribed, once for a key; `only` tells one subscription whatever it asked for.

    `scope` is "fleet" or "brand:1", `link` a path at the desk. False when it was told before.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT governance_note(%s, %s, %s, %s, %s, %s, %s, %s)",
            [kind, scope, subject, sentence, link, key, f"{settings.NOTICE_FOLD_S} seconds", only],
        )
        return cursor.fetchone()[0] is not None


def subscribe(*, name: str, channel: str, address: str, **more: Any) -> Subscription:
    """Tell somebody from now on. `more` are the other columns of `Subscription`. Raises BadSubscription."""
    made = Subscription(name=" ".join(name.split()), channel=channel, address=address.strip(), **more)
    return _kept(made)


def revise(*, subscription: Subscription, changes: Mapping[str, Any]) -> Subscription:
    """Change whom, what or when. Raises BadSubscription."""
    for column, value in changes.items():
        setattr(subscription, column, value)
    return _kept(subscription)


def end(*, subscription: Subscription) -> Subscription:
    """Tell them no more; letters that wait are given up by whoever would carry them."""
    return revise(subscription=subscription, changes={"is_live": False})


def rotate_secret(*, subscription: Subscription) -> Subscription:
    """Sign with a new secret; the former one signs beside it for WEBHOOK_OVERLAP_S."""
    if subscription.channel != Channel.WEBHOOK:
        raise BadSubscription("Only a webhook has a secret; mail is not signed.")
    until = Now() + timedelta(seconds=settings.WEBHOOK_OVERLAP_S)
    same = Subscription.objects.filter(pk=subscription.pk, secret_number=subscription.secret_number)
    same.update(secret_number=subscription.secret_number + 1, former_until=until)
    subscription.refresh_from_db()
    return subscription


def test(*, subscription: Subscription) -> None:
    """Send one message to one subscription, at once and whatever its hours. Raises BadSubscription if it has ended."""
    if not subscription.is_live:
        raise BadSubscription(f"{subscription.name} is not told anything any more; take it up again first.")
    by = tenancy.current_actor()
    note(
        kind=NoticeKind.TEST,
        scope="fleet",
        subject=f"governance.subscription:{subscription.pk}",
        sentence=f"This is a test, asked for by {by}. Whoever reads it is told.",
        link="/admin/governance/subscription/",
        key=f"test:{subscription.pk}:{uuid.uuid4()}",
        only=subscription.pk,
    )


def retry(*, letter: Letter) -> Letter:
    """Try a letter again that was given up, under the same name. Raises CannotRetry."""
    if letter.status != LetterStatus.GIVEN_UP:
        raise CannotRetry(
            f"{letter} is {letter.status.lower().replace('_', ' ')}; only what was given up is tried again."
        )
    return transitions.move(row=letter, to=LetterStatus.PENDING, due_at=Now(), ended_at=None, attempts=0)


def see(*, up_to: int) -> None:
    """The running actor has looked at all notices up to this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO governance_noticeseen AS s (reader, up_to) VALUES (%s, %s)"
            " ON CONFLICT (reader) DO UPDATE SET up_to = greatest(s.up_to, excluded.up_to)",
            [tenancy.current_actor(), up_to],
        )


def _kept(subscription: Subscription) -> Subscription:
    if not subscription.name:
        raise BadSubscription("Give it a name, so that people know who is told.")
    if subscription.channel == Channel.WEBHOOK:
        _require_webhook(subscription.address)
    try:
        with transaction.atomic():
            subscription.save()
    except IntegrityError as refused:
        broken = next((said for name, said in _BROKEN.items() if name in str(refused)), None)
        if broken is None:
            raise
        raise BadSubscription(broken) from refused
    subscription.refresh_from_db()
    return subscription


def _require_webhook(address: str) -> None:
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.username or parts.password or parts.fragment:
        raise BadSubscription("The webhook's address holds a password or a fragment; leave it out: calls are signed.")
    if parts.scheme == "http" and not settings.WEBHOOK_PRIVATE_ALLOWED:
        raise BadSubscription("A webhook is called over https://; clear text is for WEBHOOK_PRIVATE_ALLOWED alone.")
