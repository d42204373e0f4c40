"""Which key signs, and how one gives way to the next: by time, by command, by revocation.

Two keys are live: CURRENT signs, NEXT waits and is known to every connector before it signs. What the table says and
what the ring holds are brought into line by `_mend`, one process at a time. Requirements: PUB-3.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection

from chimera.core import tenancy
from chimera.core.clock import Now
from chimera.core.errors import Denied
from governance import transitions
from governance.grants import selectors, trust
from governance.grants.models import GrantKey, GrantRevocation
from governance.grants.ring import Ring
from governance.grants.states import GrantKeyStatus
from governance.grants.trust import Refused, Signer
from governance.leases import services as leases

log = logging.getLogger("chimera.grants")

NO_KEY = "This process holds no signing key; only workers of the queues publish and pay may issue grants."
SEEN_S = 1.0  # how long an issuer believes which key is the current one; a retired key verifies for longer
_seen: dict[str, tuple[float, str]] = {}  # by database: when, and which key


class NoSuchKey(Denied):
    """There is no key of this name."""


class NoReason(Denied):
    """Who revokes says why."""


class IsRoot(Denied):
    """Revoking it ends all publishing, and was not said to be meant."""


def may_issue() -> bool:
    """Whether this process was given anything to sign with."""
    return bool(settings.GRANT_PRIVATE_KEY or settings.GRANT_KEY_RING)


def signer() -> Signer:
    """The key to sign with now. Makes the first ones, and new ones in place of lost ones, where a root is at hand.

    Without a ring the root signs itself. Raises Refused in a process that holds no key.
    """
    ring = Ring.from_settings()
    if ring is None:
        root = trust.root()
        if root is None:
            raise Refused(NO_KEY)
        return root
    for find in (_current, lambda: _mended(ring)):
        kid = find()
        private = ring.key(kid) if kid else None
        if private is not None:
            return Signer(kid=kid, private=private)
    raise Refused(f"No grant can be signed: the ring has no live key, and none can be made here. {NO_KEY}")


def forget() -> None:
    """Ask the database again which key is current, whatever was seen of it."""
    _seen.clear()


def _current() -> str:
    """The live key that signs, as seen at most `SEEN_S` ago; "" when there is none."""
    database = str(connection.settings_dict["NAME"])
    at, kid = _seen.get(database, (0.0, ""))
    if not kid or time.monotonic() - at > SEEN_S:
        kid = next((key.kid for key in selectors.live() if key.state == GrantKeyStatus.CURRENT), "")
        _seen[database] = (time.monotonic(), kid)
    return kid


@dataclass(frozen=True, kw_only=True)
class Rotated:
    """What signs now, what comes after it, and what was signing when this was asked for ("" when nothing was)."""

    former: str
    current: str
    next: str


def rotate(*, actor: str = "") -> Rotated:
    """Let the next key sign, and make another one that waits; grants of the former verify until the last has expired.

    Of several that rotate at once one does and the others find it done. Raises Refused without ring or root.
    """
    ring = Ring.from_settings()
    if ring is None or trust.root() is None:
        raise Refused(
            "Keys can be rotated only where the root and the ring of grant keys are (GRANT_PRIVATE_KEY and "
            "GRANT_KEY_RING): in a worker of publish, or in a shell with both."
        )
    forget()
    former = _current()
    with _alone(actor):
        row = GrantKey.objects.filter(kid=former, status=GrantKeyStatus.CURRENT).first()
        if row is not None:  # else somebody was first, and the key that signs now is as fresh as ours would be
            transitions.move(row=row, to=GrantKeyStatus.RETIRED)
        made = _mend(ring)
    ring.drop([former])
    return Rotated(former=former, current=made[GrantKeyStatus.CURRENT], next=made.get(GrantKeyStatus.NEXT, ""))


def rotate_when_due() -> bool:
    """Rotate when the current key has signed for `GRANT_KEY_ROTATE_S`; else see that two keys are there.

    Returns whether it rotated. Where no key can be made nothing happens, which is no failure.
    """
    ring = Ring.from_settings()
    if ring is None or trust.root() is None:
        log.info("grant keys are not looked after here: this process lacks the root or the ring")
        return False
    old = Now() - timedelta(seconds=settings.GRANT_KEY_ROTATE_S)
    if GrantKey.objects.filter(status=GrantKeyStatus.CURRENT, since__lte=old).exists():
        rotate()
        return True
    _mended(ring)
    return False


@contextmanager
def _alone(actor: str = "") -> Iterator[None]:
    """One transaction that no other of its kind runs beside."""
    with tenancy.acting(actor or f"{leases.owner()} stage:keys"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('chimera grant keys'))")
        yield


def _mended(ring: Ring) -> str:
    """The current key once table and ring agree; "" when there is none and none can be made."""
    with _alone():
        kid = _mend(ring).get(GrantKeyStatus.CURRENT, "")
    forget()
    return kid


def _mend(ring: Ring) -> dict[str, str]:
    """Retire what cannot sign, promote the next, make what is missing; inside `_alone`. State -> kid of what is live.

    A file is written before its row commits, so a key in the table is in the ring; files without a row are of somebody
    who died in between.
    """
    usable = {key.kid for key in selectors.live() if ring.key(key.kid) is not None}
    found = list(GrantKey.objects.exclude(status=GrantKeyStatus.RETIRED).order_by("id"))
    ring.drop(ring.others([row.kid for row in found]))  # none that this transaction retires: it may be rolled back
    rows: dict[str, GrantKey] = {}
    for row in found:
        if row.kid in usable:
            rows[row.status] = row
        else:
            log.warning("grant key %s (%s) cannot sign here and is retired", row.kid, row.status)
            transitions.move(row=row, to=GrantKeyStatus.RETIRED)
    if GrantKeyStatus.CURRENT not in rows and GrantKeyStatus.NEXT in rows:
        rows[GrantKeyStatus.CURRENT] = transitions.move(row=rows.pop(GrantKeyStatus.NEXT), to=GrantKeyStatus.CURRENT)
    root = _good_root()
    if root is not None:
        for state in (GrantKeyStatus.CURRENT, GrantKeyStatus.NEXT):
            if state not in rows:
                rows[state] = _made(ring, root, state)
    return {state: row.kid for state, row in rows.items()}


def _good_root() -> Signer | None:
    """The root at hand, unless it is revoked: what it vouches for counts no more."""
    root = trust.root()
    if root is None or GrantRevocation.objects.filter(kid=root.kid).exists():
        return None
    return root


def _made(ring: Ring, root: Signer, state: GrantKeyStatus) -> GrantKey:
    private = Ed25519PrivateKey.generate()
    public = private.public_key()
    ring.add(private)
    return GrantKey.objects.create(
        kid=trust.raw_kid(public), x=trust.to_x(public), voucher=trust.vouch(by=root, public=public), status=state
    )


@dataclass(frozen=True, kw_only=True)
class Revoked:
    """What signs now; "" when the next worker that publishes must make a key, or when the root is gone."""

    current: str
    again: bool = False


def revoke_key(*, kid: str, reason: str, even_the_root: bool = False) -> Revoked:
    """No connector accepts a grant of this key from the next use on; the next key signs. At the desk, on the record.

    Inside an acting context. Twice is once. Raises NoReason, NoSuchKey, or IsRoot: everything rests on a root.
    """
    if not reason.strip():
        raise NoReason(f"Say why grant key {kid} is revoked; the reason is kept with it.")
    is_root = kid in trust.roots()
    with _alone(tenancy.current_actor()):
        row = GrantKey.objects.filter(kid=kid).first()
        if row is None and not is_root:
            raise NoSuchKey(f"There is no grant key {kid}; manage.py grant_keys lists them.")
        if is_root and not even_the_root:
            raise IsRoot(
                f"{kid} is a root: revoking it ends all publishing until connectors and publish workers have another "
                "one in their settings. Say --root when that is meant."
            )
        _, made = GrantRevocation.objects.get_or_create(kid=kid, defaults={"reason": reason})
        rows = {row.status: row for row in GrantKey.objects.exclude(status=GrantKeyStatus.RETIRED)}
        for state, one in list(rows.items()):
            if kid in (one.kid, trust.vouched_by(kid=one.kid, x=one.x, voucher=one.voucher)):
                transitions.move(row=rows.pop(state), to=GrantKeyStatus.RETIRED)
        if GrantKeyStatus.CURRENT not in rows and GrantKeyStatus.NEXT in rows:
            moved = transitions.move(row=rows.pop(GrantKeyStatus.NEXT), to=GrantKeyStatus.CURRENT)
            rows[GrantKeyStatus.CURRENT] = moved
        current = rows.get(GrantKeyStatus.CURRENT)
    forget()
    return Revoked(current=current.kid if current else "", again=not made)
