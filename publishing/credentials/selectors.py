"""Whether accounts can sign in, as everybody but the connector may know it. Requirements: PUB-7."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from publishing.accounts.models import Account
from publishing.credentials.models import Credential

NEVER = "nobody has connected it yet"
_SEEN = ("account_id", "scopes", "expires_at", "connected_at", "refreshed_at", "renewals", "reconnect_why")


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """One account: `why_not` is why it cannot publish, "" when it can; without a credential the rest is None or ()."""

    account: Account
    why_not: str
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None
    connected_at: datetime | None = None
    refreshed_at: datetime | None = None
    renewals: int = 0


def standings(*, accounts: Sequence[Account], consents: Collection[str]) -> list[Readiness]:
    """How these accounts stand, in one query at most. `consents`: where a human has to connect an account."""
    asked = [one.pk for one in accounts if one.platform in consents]
    rows = Credential.objects.filter(account__in=asked).values(*_SEEN) if asked else ()
    known = {row["account_id"]: row for row in rows}
    found = []
    for account in accounts:
        row = known.get(account.pk)
        if account.platform not in consents:
            found.append(Readiness(account=account, why_not=""))
        elif row is None:
            found.append(Readiness(account=account, why_not=NEVER))
        else:
            found.append(
                Readiness(
                    account=account,
                    why_not=str(row["reconnect_why"]),
                    scopes=tuple(row["scopes"]),
                    expires_at=row["expires_at"],
                    connected_at=row["connected_at"],
                    refreshed_at=row["refreshed_at"],
                    renewals=row["renewals"],
                )
            )
    return found


def of(*, belongs_to: str, consents: Collection[str]) -> list[Readiness]:
    """The accounts of one persona, the first first. In the brand's context."""
    accounts = list(Account.objects.filter(belongs_to=belongs_to).order_by("id"))
    return standings(accounts=accounts, consents=consents)
