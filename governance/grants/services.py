"""Issuing (in publish workers), checking and consuming (in connectors)."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from django.db import DatabaseError, IntegrityError, connection

from chimera.core import canonical
from chimera.core.errors import Stopped
from chimera.core.taint import Tainted
from governance.grants import rotation, selectors
from governance.grants.rotation import forget, may_issue
from governance.grants.trust import ALGORITHM, ISSUER, Refused, Signer, key_id

__all__ = [
    "BY_JUDGE",
    "Claims",
    "Refused",
    "Signer",
    "check",
    "consume",
    "forget",
    "issue",
    "key_id",
    "may_issue",
    "new_jti",
    "revoke",
]

TYPE = "publish-grant+jwt"
LIFE_S = 60
LEEWAY_S = 5
PUBLISH, DELETE, HIDE = "publish", "delete", "hide"  # what a grant may allow
DONE = {PUBLISH: "published", DELETE: "deleted", HIDE: "hidden"}
BY_JUDGE = "judge"  # the approval of what no human was asked about: the verdict of its task on this hash
_TEXTS = ("iss", "aud", "sub", "jti", "task", "account", "action", "effect", "payload", "approval")
_NUMBERS = ("iat", "nbf", "exp", "brand", "fence")
_CLAIMS: dict[str, type] = {**dict.fromkeys(_TEXTS, str), **dict.fromkeys(_NUMBERS, int), "disclosure": dict}


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
    approval: str  # "governance.reviewitem:3", or BY_JUDGE; of a deletion the reversal that a human asked for
    is_ad: bool  # what the payload discloses beside AI, which all of it must
    action: str = PUBLISH
    rests_on: tuple[str, ...] = ()  # the key that signed it and its root; written by `check`


def new_jti() -> str:
    """A fresh grant id."""
    return uuid.uuid4().hex


def signer() -> Signer:
    """The key that signs now, to be asked before anything is sent. Raises Refused where none is at hand."""
    return rotation.signer()


def audience(*, connector: str, account: str) -> str:
    """Whom a grant is for: one connector, one account."""
    return f"mcp:{connector}:{account}"


def issue(*, claims: Claims, connector: str, by: Signer | None = None) -> str:
    """Sign a grant for one connector with the key `by` (default: the one that signs now).

    Raises Refused in a process that does not hold the key.
    """
    by = by or signer()
    at = int(time.time())
    body = {
        "iss": ISSUER,
        "aud": audience(connector=connector, account=claims.account_handle),
        "sub": claims.subject,
        "jti": claims.jti,
        "iat": at,
        "nbf": at,
        "exp": at + LIFE_S,
        "task": claims.task,
        "brand": claims.brand_id,
        "fence": claims.fence,
        "account": claims.account_handle,
        "action": claims.action,
        "effect": claims.effect_key,
        "payload": claims.payload_hash,
        "approval": claims.approval,
        "disclosure": {"ai": True, "ad": claims.is_ad},
    }
    return jwt.encode(body, by.private, algorithm=ALGORITHM, headers={"typ": TYPE, "kid": by.kid})


def check(*, grant: Tainted, payload: Mapping[str, Any], connector: str, action: str = PUBLISH) -> Claims:
    """Everything that can be known without using it up. Raises Refused with a sentence, which repeats nothing of it.

    The header (algorithm, type, key), the signature by a key that is live now, issuer, audience, times, what it allows
    (`action`: a grant to publish deletes nothing, and the other way), and that it is for this very payload and what
    that discloses; a deletion discloses nothing. One round trip.
    """
    key = _key_of(grant)
    body = _read(grant, key, audience(connector=connector, account=str(payload.get("account_handle"))))
    if body["exp"] - body["iat"] > LIFE_S:
        raise Refused(f"The grant is valid for longer than {LIFE_S} s, which no grant is; ask for a new one.")
    if body["action"] != action or body["account"] != payload.get("account_handle"):
        raise Refused(
            f"The grant is for another act than to {action} on this account; nothing was {DONE.get(action, 'done')}."
        )
    if (payload.get("action") or PUBLISH) != action:
        raise Refused(f"The payload is not what a grant to {action} is for; nothing was {DONE.get(action, 'done')}.")
    if not _is_hash_of(payload, body["payload"]):
        raise Refused("The grant is for other content than the one that was sent; nothing was published.")
    is_ad = payload.get("sponsorship", "none") != "none"
    says = {"ai": payload.get("ai_generated") if action == PUBLISH else True, "ad": is_ad}
    if body["disclosure"] != says or body["disclosure"]["ai"] is not True:
        raise Refused("The grant discloses something else than the payload; nothing was published.")
    return Claims(
        jti=body["jti"],
        subject=body["sub"],
        task=body["task"],
        brand_id=body["brand"],
        fence=body["fence"],
        account_handle=body["account"],
        effect_key=body["effect"],
        payload_hash=body["payload"],
        approval=body["approval"],
        is_ad=is_ad,
        action=body["action"],
        rests_on=key.rests_on,
    )


def _key_of(grant: Tainted) -> selectors.LiveKey:
    """The live key that the header names; the header must be exactly ours. Raises Refused."""
    try:
        header = jwt.get_unverified_header(grant.text)
    except jwt.PyJWTError:
        raise Refused("The grant is no token that can be read; ask for a new one.") from None
    if header.get("alg") != ALGORITHM:
        raise Refused(f"The grant is signed by another algorithm than {ALGORITHM}, or not at all; ask for a new one.")
    if header.get("typ") != TYPE:
        raise Refused("The token is of another type than a publish grant; ask for a new one.")
    kid = header.get("kid")
    if not isinstance(kid, str) or set(header) != {"alg", "typ", "kid"}:
        raise Refused("The grant does not name its key as grants do; ask for a new one.")
    for key in selectors.live():
        if key.kid == kid:
            return key
    raise Refused(selectors.why_not(kid=kid))


def _read(grant: Tainted, key: selectors.LiveKey, wanted: str) -> dict[str, Any]:
    """The claims under a good signature, all there and of their types. Raises Refused."""
    try:
        body: dict[str, Any] = jwt.decode(
            grant.text,
            key.public,
            algorithms=[ALGORITHM],
            audience=wanted,
            issuer=ISSUER,
            leeway=LEEWAY_S,
            options={"require": list(_CLAIMS), "strict_aud": True},
        )
    except jwt.PyJWTError as error:
        raise Refused(f"{_why(error)} Nothing was published; ask for a new one.") from None
    if any(type(body[name]) is not kind for name, kind in _CLAIMS.items()):
        raise Refused("The grant says something in another form than grants do; ask for a new one.")
    return body


_WHY: tuple[tuple[type[jwt.PyJWTError], str], ...] = (
    (jwt.InvalidSignatureError, "The grant was altered, or signed by another key than the one it names."),
    (jwt.MissingRequiredClaimError, "The grant lacks something that every grant says."),
    (jwt.ExpiredSignatureError, "The grant has expired."),
    (jwt.ImmatureSignatureError, "The grant is not valid yet."),
    (jwt.InvalidAudienceError, "The grant is for another connector or another account."),
    (jwt.InvalidIssuerError, "The grant was issued by somebody else."),
)


def _why(error: jwt.PyJWTError) -> str:
    """A sentence of ours for the library's: its own may repeat what the token said."""
    return next((said for kind, said in _WHY if isinstance(error, kind)), "The grant is not valid.")


def _is_hash_of(payload: Mapping[str, Any], wanted: str) -> bool:
    try:
        return canonical.digest(dict(payload)) == wanted
    except TypeError:  # content that has no canonical form was granted to nobody
        return False


def consume(*, claims: Claims) -> None:
    """Use the grant up, right before the platform is called. Raises Refused when it was used, burned or replaced, when
    its key was revoked since, or when the yes that it names does not cover this content.

    Raises Stopped under a control, with the grant unused. Who was let through calls within `looking.LOOK_LASTS_S` from
    before this, or not at all: a stop has returned by then.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT governance_use_grant(%s, %s, %s, %s, %s, %s, %s)",
                [
                    *(claims.brand_id, claims.effect_key, claims.jti, claims.fence, claims.payload_hash),
                    *(claims.approval, list(claims.rests_on)),
                ],
            )
    except IntegrityError:
        if (stop := _stop_on(claims)) is not None:  # it has burned the grant
            raise Stopped(f"{stop} Nothing was published.") from None
        raise Refused(f"The grant for {claims.subject} was used before, or burned; nothing was published.") from None
    except DatabaseError as error:
        raise _refusal(claims, error) from error


_REFUSED = "CH010"
_REFUSALS = {
    "revoked": "The key of the grant for {} is revoked; nothing was published.",
    "replaced": "The grant for {} was replaced by a later one; nothing was published.",
    "unapproved": "No yes covers what the grant for {} allows; nothing was published.",
}


def _refusal(claims: Claims, error: DatabaseError) -> Exception:
    """The refusal of `governance_use_grant` as an error of ours; whatever else the database said, as it is."""
    told: Any = error.__cause__  # the driver's
    if getattr(told, "sqlstate", "") != _REFUSED:
        return error
    if told.diag.message_primary == "stopped":
        return Stopped(f"{told.diag.message_detail} Nothing was published.")
    return Refused(_REFUSALS[told.diag.message_primary].format(claims.subject))


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
