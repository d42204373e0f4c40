"""Issuing (in publish workers), checking and consuming (in connectors)."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from chimera.core import canonical
from chimera.core.errors import Denied, Stopped
from governance.grants.models import GrantUsed

ISSUER = "chimera"
TYPE = "publish-grant+jwt"
LIFE_S = 60
LEEWAY_S = 5


class Refused(Denied):
    """The grant does not allow this act."""


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What a grant says, after its signature was checked."""

    jti: str
    subject: str  # "publishing.post:42"
    task: str
    brand_id: int
    fence: int
    account_handle: str
    effect_key: str
    payload_hash: str


def new_jti() -> str:
    """A fresh grant id."""
    return uuid.uuid4().hex


def key_id(public_pem: str) -> str:
    """The name of a key: the start of the SHA-256 of its raw public bytes."""
    import hashlib

    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    raw = load_pem_public_key(public_pem.encode()).public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def issue(*, claims: Claims, audience: str) -> str:
    """Sign a grant for one connector. Raises Refused in a process that does not hold the key."""
    if not settings.GRANT_PRIVATE_KEY:
        raise Refused("This process holds no signing key; only workers of the queues publish and pay may issue grants.")
    at = int(time.time())
    body = {
        "iss": ISSUER,
        "aud": audience,
        "sub": claims.subject,
        "jti": claims.jti,
        "iat": at,
        "nbf": at,
        "exp": at + LIFE_S,
        "task": claims.task,
        "brand": claims.brand_id,
        "fence": claims.fence,
        "account": claims.account_handle,
        "effect": claims.effect_key,
        "payload": claims.payload_hash,
    }
    headers = {"typ": TYPE, "kid": key_id(settings.GRANT_PUBLIC_KEY)}
    return jwt.encode(body, settings.GRANT_PRIVATE_KEY, algorithm="EdDSA", headers=headers)


def check(*, grant: str, payload: Mapping[str, Any], audience: str) -> Claims:
    """Signature, type, issuer, audience, time and payload hash. Raises Refused with a sentence; consumes nothing."""
    try:
        header = jwt.get_unverified_header(grant)
        if header.get("typ") != TYPE or header.get("kid") != key_id(settings.GRANT_PUBLIC_KEY):
            raise Refused("The grant is not a publish grant of a known key; ask for a new one.")
        body = jwt.decode(
            grant,
            settings.GRANT_PUBLIC_KEY,
            algorithms=["EdDSA"],
            audience=audience,
            issuer=ISSUER,
            leeway=LEEWAY_S,
            options={"require": ["exp", "nbf", "iat", "jti", "sub", "aud", "iss"]},
        )
        claims = Claims(
            jti=body["jti"],
            subject=body["sub"],
            task=body["task"],
            brand_id=body["brand"],
            fence=body["fence"],
            account_handle=body["account"],
            effect_key=body["effect"],
            payload_hash=body["payload"],
        )
    except (jwt.PyJWTError, KeyError) as error:
        raise Refused(f"The grant is not valid for {audience}: {error}. Ask for a new one.") from error
    if canonical.digest(dict(payload)) != claims.payload_hash:
        raise Refused("The grant is for other content than the one that was sent; nothing was published.")
    return claims


def consume(*, claims: Claims) -> None:
    """Use the grant up, right before the platform is called. Raises Refused when it was used, burned or replaced.

    Raises Stopped under a control, with the grant unused. Who was let through calls within `looking.LOOK_LASTS_S` from
    before this, or not at all: a stop has returned by then.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            act = (claims.brand_id, claims.effect_key)
            GrantUsed.objects.create(jti=claims.jti, effect_key=claims.effect_key)
            cursor.execute(
                "SELECT governance_grant_stop(%s, %s), governance_grant_stands(%s, %s, %s, %s, %s)",
                [*act, *act, claims.jti, claims.fence, claims.payload_hash],
            )
            stop, stands = cursor.fetchone()
            if stop:
                raise Stopped(f"{stop} Nothing was published.")
            if not stands:
                raise Refused(f"The grant for {claims.subject} was replaced by a later one; nothing was published.")
    except IntegrityError as error:
        if (stop := _stop_on(claims)) is not None:  # it has burned the grant
            raise Stopped(f"{stop} Nothing was published.") from error
        raise Refused(f"The grant for {claims.subject} was used before, or burned; nothing was published.") from error


def _stop_on(claims: Claims) -> str | None:
    """The sentence of the control that keeps this act back, if any does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT governance_grant_stop(%s, %s)", [claims.brand_id, claims.effect_key])
        found: str | None = cursor.fetchone()[0]
    return found


def revoke(*, scope: str) -> int:
    """Burn every unused grant of what was sent in this scope, which is stopped; at the desk. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT governance_revoke_grants(%s)", [scope])
        count: int = cursor.fetchone()[0]
    return count
