"""Storing tokens, and handing out one that is valid: refreshed once, by one process, stored before it is used.

With the connector's own database login. Requirements: PUB-1, PUB-4.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, connection

from chimera.core import clock, outside, tenancy
from chimera.core.clock import Now
from chimera.core.errors import Denied, Unavailable
from publishing.credentials import sealing
from publishing.credentials.models import Credential

log = logging.getLogger("chimera.credentials")

SPARE = timedelta(seconds=120)  # a token that ends sooner is refreshed before it is used


class NoSuchAccount(Denied):
    """Nobody has made this account known; says how to."""


class NotConnected(Denied):
    """Nobody has connected this account to its platform, or it has to be connected anew; says why and how."""


class WrongAccount(Denied):
    """Whoever said yes was signed in as somebody else; nothing was stored."""


class RefreshRefused(Denied):
    """The platform does not take the refresh token any more: only a human can connect the account again."""


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What a platform hands out. `lasts_s` is the life of the access token."""

    access: str
    refresh: str
    lasts_s: float
    scopes: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Tokens({len(self.scopes)} scopes, {self.lasts_s:g} s)"


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """What a call is made with. `user_id` is the platform's id of the account, `access` a token that is valid now."""

    user_id: str
    access: str

    def __repr__(self) -> str:
        return f"SignIn(user {self.user_id})"


def connect(*, platform: str, handle: str, user_id: str, name: str, tokens: Tokens) -> Credential:
    """Store what a human has just consented to, in place of what was there. Raises NoSuchAccount, WrongAccount.

    `user_id` and `name` are whose tokens they are, as the platform says.
    """
    if name.lower() != handle.lower() or not user_id:
        raise WrongAccount(f"The browser was signed in as @{name}, not as @{handle}; sign in as @{handle} and again.")
    brand_id, account_id = _whose(platform, handle)
    with tenancy.brand(brand_id, actor=_actor(platform)):
        row, _ = Credential.objects.update_or_create(
            brand_id=brand_id,
            account_id=account_id,
            defaults={**_columns(tokens, clock.now()), "platform_user_id": user_id, "connected_at": Now()},
        )
    return row


def sign_in(
    *,
    platform: str,
    handle: str,
    refresh: Callable[[str], Tokens],
    refused: str = "",
    scope: str = "",
    spare: timedelta = SPARE,
) -> SignIn:
    """A token of this account that is valid now; `refresh(token)` is asked for a new one when the old one ends.

    `refused` is an access token that the platform did not take: unless another is there by now, it is refreshed.
    `spare` is how long before its end a token is renewed: one that renewing failed for is used as long as it is good.
    `scope` is what the account must have been allowed. Whoever has to refresh locks the account, and others who have to
    wait meanwhile: a refresh token is used once. Raises NoSuchAccount, NotConnected, and what `refresh` raises but
    RefreshRefused.
    """
    name = handle.removeprefix("@")
    try:
        found = _stored(platform, name, refused, scope, spare) or _locked(
            platform, name, refresh, refused, scope, spare
        )
    except DatabaseError as error:
        log.warning("the tokens of @%s on %s could not be read: %s", handle, platform, error)
        raise Unavailable("The tokens of the account could not be read; is the database up?") from error
    finally:
        outside.give_back()  # it goes on with a call to the platform, which may take its time
    # The commit is behind us: what was handed out before it could be lost with this process.
    if isinstance(found, str):
        raise NotConnected(_anew(platform, handle, found))
    return found


def _stored(platform: str, handle: str, refused: str, scope: str, spare: timedelta) -> SignIn | None:
    """The sign-in that is there, when nothing has to be done about it: one statement, which locks nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT *, chimera_now() FROM publishing_stored(%s, %s)", [platform, handle])
        row = cursor.fetchone()
    if row is None:
        return None
    user_id, sealed, scopes, expires_at, reconnect_why, now = row
    if reconnect_why or (scope and scope not in scopes) or expires_at - spare <= now:
        return None
    access = sealing.opened(sealed)["access"]
    return SignIn(user_id=user_id, access=access) if access != refused else None


def _locked(
    platform: str, handle: str, refresh: Callable[[str], Tokens], refused: str, scope: str, spare: timedelta
) -> SignIn | str:
    """The sign-in, or why it has to be connected anew; in a transaction that ends with this."""
    brand_id, account_id = _whose(platform, handle)
    with tenancy.brand(brand_id, actor=_actor(platform)):
        row = Credential.objects.select_for_update().filter(account_id=account_id).first()
        if row is None:
            raise NotConnected(f"@{handle} is not connected to {platform}; run manage.py connect {platform} @{handle}.")
        if row.reconnect_why:
            return row.reconnect_why
        if scope and scope not in row.scopes:
            return f"It was not allowed {scope}."
        kept, now = sealing.opened(row.sealed), clock.now()
        there = SignIn(user_id=row.platform_user_id, access=kept["access"])
        if row.expires_at - spare > now and there.access != refused:
            return there
        mine = Credential.objects.filter(pk=row.pk)
        try:
            tokens = refresh(kept["refresh"])
        except RefreshRefused as error:
            why = str(error)[:300] or "Its refresh token is not taken any more."
            mine.update(reconnect_why=why)
            log.warning("%s does not take the refresh token of @%s any more", platform, handle)
            return why
        except Unavailable:
            if row.expires_at - SPARE <= now or there.access == refused:
                raise
            return there  # it is still good, and asked for again next time
        mine.update(**_columns(tokens, now), renewals=row.renewals + 1)
        return SignIn(user_id=row.platform_user_id, access=tokens.access)


def _columns(tokens: Tokens, now: datetime) -> dict[str, object]:
    return {
        "sealed": sealing.seal({"access": tokens.access, "refresh": tokens.refresh}),
        "scopes": list(tokens.scopes),
        "expires_at": now + timedelta(seconds=tokens.lasts_s),
        "refreshed_at": now,
        "reconnect_why": "",
    }


def _whose(platform: str, handle: str) -> tuple[int, int]:
    """Brand and account of a handle."""
    name = handle.removeprefix("@")
    with connection.cursor() as cursor:
        cursor.execute("SELECT brand_id, account_id FROM publishing_whose(%s, %s)", [platform, name])
        row = cursor.fetchone()
    if row is None:
        raise NoSuchAccount(f"No account @{name} on {platform} is known; register it first.")
    return int(row[0]), int(row[1])


def _anew(platform: str, handle: str, why: str) -> str:
    handle = handle.removeprefix("@")
    return f"@{handle} has to be connected to {platform} anew: {why} Run manage.py connect {platform} @{handle}."


def _actor(platform: str) -> str:
    return f"connector:{platform}"
