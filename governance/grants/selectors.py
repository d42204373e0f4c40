"""The keys that count now, as issuers, connectors and people read them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection

from governance.grants import trust
from governance.grants.models import GrantKey, GrantRevocation

ROOT = "ROOT"
REVOKED = "REVOKED"
STRANGE = "NOT VOUCHED FOR"
FALLEN = "ROOT REVOKED"
# One row at least comes back: what is revoked is read in the same statement as the keys, and before every use.
_LIVE = """
SELECT r.gone, k.kid, k.x, k.voucher, k.status, k.since, k.verifies_until
  FROM (SELECT coalesce(array_agg(kid), '{}') AS gone FROM governance_grantrevocation) AS r
  LEFT JOIN governance_grantkey k ON k.status <> 'RETIRED' OR k.verifies_until > chimera_now()
 ORDER BY k.id
"""


@dataclass(frozen=True, kw_only=True)
class LiveKey:
    """A key that verifies grants now. `rests_on`: itself and the root that vouches for it."""

    kid: str
    public: Ed25519PublicKey = field(repr=False)
    state: str
    rests_on: tuple[str, ...]
    since: datetime | None = None
    verifies_until: datetime | None = None

    @property
    def jwk(self) -> dict[str, str]:
        """The public half as a JSON Web Key (RFC 8037)."""
        said = {"kty": "OKP", "crv": "Ed25519", "alg": trust.ALGORITHM, "use": "sig"}
        return {**said, "kid": self.kid, "x": trust.to_x(self.public)}


def live() -> list[LiveKey]:
    """Every key that counts: roots, and what they vouch for, but nothing revoked. One round trip, never remembered."""
    with connection.cursor() as cursor:
        cursor.execute(_LIVE)
        rows = cursor.fetchall()
    gone = set(rows[0][0])
    found = [
        LiveKey(kid=kid, public=public, state=ROOT, rests_on=(kid,))
        for kid, public in trust.roots().items()
        if kid not in gone
    ]
    for _, kid, x, voucher, status, since, verifies_until in rows:
        by = trust.vouched_by(kid=kid, x=x, voucher=voucher) if kid else None
        if by is not None and not {kid, by} & gone:
            found.append(
                LiveKey(
                    kid=kid,
                    public=trust.from_x(x),
                    state=status,
                    rests_on=(kid, by),
                    since=since,
                    verifies_until=verifies_until,
                )
            )
    return found


def jwks() -> dict[str, list[dict[str, str]]]:
    """The same as a JSON Web Key Set (RFC 7517)."""
    return {"keys": [key.jwk for key in live()]}


def why_not(*, kid: str) -> str:
    """Why a key of this name is not live, as a sentence; the name comes from outside and is not repeated."""
    row = GrantKey.objects.filter(kid=kid).first()
    by = trust.vouched_by(kid=kid, x=row.x, voucher=row.voucher) if row else None
    if GrantRevocation.objects.filter(kid__in=[kid, by or kid]).exists():
        return "The key of this grant is revoked; nothing was published. Ask for a grant of another key."
    if row is not None and by is not None:
        return "The key of this grant was retired, and the last grant of it has expired. Ask for a new one."
    return "The grant is not a publish grant of a known key; ask for a new one."


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A key as people see it; `why` for one that is revoked."""

    kid: str
    state: str
    since: datetime | None = None
    verifies_until: datetime | None = None
    why: str = ""


def shown(*, count_max: int = 50) -> list[Shown]:
    """Roots, then keys, the newest first, then revoked names that are neither."""
    gone = {one.kid: one for one in GrantRevocation.objects.order_by("-id")}
    rows = list(GrantKey.objects.order_by("-id")[:count_max])
    found = [_shown(kid, ROOT, None, None, gone) for kid in trust.roots()]
    for row in rows:
        found.append(_shown(row.kid, state_of(row, gone=gone), row.since, row.verifies_until, gone))
    known = {one.kid for one in found}
    return found + [_shown(kid, REVOKED, None, None, gone) for kid in gone if kid not in known]


def state_of(row: GrantKey, *, gone: Collection[str]) -> str:
    """What a row is worth, with these names revoked: its state, or why it is worth nothing."""
    by = trust.vouched_by(kid=row.kid, x=row.x, voucher=row.voucher)
    if row.kid in gone:
        return REVOKED
    return STRANGE if by is None else FALLEN if by in gone else row.status


def _shown(
    kid: str, state: str, since: datetime | None, until: datetime | None, gone: dict[str, GrantRevocation]
) -> Shown:
    end = gone.get(kid)
    if end is None:
        return Shown(kid=kid, state=state, since=since, verifies_until=until)
    return Shown(kid=kid, state=REVOKED, since=end.at, why=f"{end.by}: {end.reason}")
