"""How accounts stand: one word, why not, and the next thing to do. Requirements: PUB-6, PUB-7, PUB-2.

`why_not` is what a human has to do something about; nothing is made for an account that has one. `full` opens by
itself: nothing new is made meanwhile, and what was made waits for its slot.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from chimera.core import clock
from publishing.accounts.checking import BIO, LABEL, MEANS, STRIKES
from publishing.accounts.models import Account, AccountCheck
from publishing.credentials import selectors as credentials
from publishing.credentials.selectors import NEVER, Readiness
from publishing.posts.models import Post
from publishing.posts.states import PostStatus
from publishing.quotas import selectors as quotas
from publishing.quotas.selectors import Left

# What people have to see to before anything is made, by platform; the setting that asks for it is X_REQUIRE_CHECKS.
CHECKS = {"x": (LABEL, BIO)}
# Words with which a platform refuses a post for what it is or who sent it, and not for its form.
STRIKE_WORDS = frozenset({"account_suspended", "blocked", "forbidden", "not_summoned", "policy", "spam"})
READY, WAITS, LOOK, NOT_READY = "ready", "waits", "look", "not ready"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One account. `why_not` and `full` are sentences without an end, "" for nothing in the way; `do` is what helps.

    `lacks` are the checks that nobody has confirmed, `strikes` posts refused in the last STRIKES_DAYS, `app` what the
    platform has let the developer app do ("" where nobody said).
    """

    account: Account
    token: Readiness
    why_not: str
    do: str
    full: str
    left: tuple[Left, ...]
    lacks: tuple[str, ...]
    strikes: int
    app: str
    warns: str

    @property
    def word(self) -> str:
        """At a glance: "ready", "waits" (for a slot), "look" (it can, and somebody should look) or "not ready"."""
        if self.why_not:
            return NOT_READY
        return WAITS if self.full else LOOK if self.warns else READY

    @property
    def quota(self) -> str:
        """The window with the least room, as people read it; "" where nothing is counted."""
        own = [one for one in self.left if one.scope == "account"] or list(self.left)
        return min(own, key=lambda one: 1 - one.used / max(one.count_max, 1)).words if own else ""

    @property
    def next(self) -> str:
        """The next thing to do, or what it waits for; "" when there is none."""
        return self.do or self.full or self.warns


def of(*, belongs_to: str, consents: Collection[str]) -> list[Standing]:
    """The accounts of one persona, the first first. In the brand's context."""
    accounts = list(Account.objects.filter(belongs_to=belongs_to).order_by("id"))
    return standings(accounts=accounts, consents=consents)


def able(*, every: Collection[str], consents: Collection[str]) -> dict[str, list[str]]:
    """The platforms on which each of these personas can publish now, its first account first. In the brand's context.

    One that waits for a slot is left out, unless all do.
    """
    accounts = list(Account.objects.filter(belongs_to__in=every).order_by("id"))
    found = [one for one in standings(accounts=accounts, consents=consents) if not one.why_not]
    of_each = {name: [one for one in found if one.account.belongs_to == name] for name in every}
    return {
        name: [one.account.platform for one in mine if not one.full] or [one.account.platform for one in mine]
        for name, mine in of_each.items()
    }


def standings(*, accounts: Sequence[Account], consents: Collection[str]) -> list[Standing]:
    """How these accounts stand, in five queries at most and none where nobody has to connect them.

    `consents`: the platforms on which a human connects each account. In the brand's context, or at the desk.
    """
    asked = [one for one in accounts if one.platform in consents]
    tokens = credentials.standings(accounts=accounts, consents=consents)
    checks = _checks(asked)
    left = quotas.left(accounts=[(one.pk, one.platform) for one in asked])
    strikes = _strikes(asked, checks)
    return [
        _standing(token, checks[token.account.pk], tuple(left.get(token.account.pk, ())), strikes[token.account.pk])
        for token in tokens
    ]


def _standing(token: Readiness, checks: dict[str, AccountCheck], left: tuple[Left, ...], strikes: int) -> Standing:
    account = token.account
    lacks = _lacking(account, checks)
    why_not, do = _why_not(token, checks, lacks, strikes)
    app = settings.APP_STATES.get(account.platform, "")
    warns = []
    if app == "development":
        warns.append(f"The app is in development on {account.platform}: it publishes for its testers only")
    if strikes:
        warns.append(f"{strikes} of its posts were refused within {settings.STRIKES_DAYS} days")
    full = next((one.sentence.rstrip(".") for one in left if one.free_at is not None), "")
    return Standing(
        account=account,
        token=token,
        why_not=why_not,
        do=do,
        full=full,
        left=left,
        lacks=lacks,
        strikes=strikes,
        app=app,
        warns="; ".join(warns),
    )


def _why_not(
    token: Readiness, checks: dict[str, AccountCheck], lacks: tuple[str, ...], strikes: int
) -> tuple[str, str]:
    """The first thing in the way, and what helps."""
    account = token.account
    if token.why_not:
        return token.why_not, f"Connect it with manage.py connect {account.platform} @{account.handle}"
    if lacks:
        names = " ".join(lacks)
        read = [checks[name].lacks for name in lacks if name in checks and checks[name].lacks]
        said = "; ".join(read) or f"nobody has said that {' and that '.join(MEANS[name] for name in lacks)}"
        how = f"manage.py accounts --confirm {account.platform} @{account.handle} {names}"
        return said, f"See to it on {account.platform}, then say so with {how}"
    if settings.STRIKES_MAX and strikes >= settings.STRIKES_MAX:
        how = f"manage.py accounts --confirm {account.platform} @{account.handle} {STRIKES}"
        said = f"{account.platform} refused {strikes} of its posts within {settings.STRIKES_DAYS} days"
        return said, f"Look why, then say so with {how}"
    return "", ""


def _lacking(account: Account, checks: dict[str, AccountCheck]) -> tuple[str, ...]:
    if not settings.X_REQUIRE_CHECKS:
        return ()
    return tuple(name for name in CHECKS.get(account.platform, ()) if not (name in checks and checks[name].holds))


def _checks(accounts: Sequence[Account]) -> dict[int, dict[str, AccountCheck]]:
    found: dict[int, dict[str, AccountCheck]] = defaultdict(dict)
    if accounts:
        for check in AccountCheck.objects.filter(account__in=[one.pk for one in accounts]):
            found[check.account_id][check.name] = check
    return found


def _strikes(accounts: Sequence[Account], checks: dict[int, dict[str, AccountCheck]]) -> dict[int, int]:
    """Posts that were refused lately, since somebody looked into it."""
    found: dict[int, int] = defaultdict(int)
    if not accounts:
        return found
    since = clock.now() - timedelta(days=settings.STRIKES_DAYS)
    refused = Post.objects.filter(
        account__in=[one.pk for one in accounts],
        status=PostStatus.FAILED,
        refused__in=STRIKE_WORDS,
        made_at__gte=since,
    )
    for account_id, made_at in refused.values_list("account_id", "made_at"):
        looked = checks[account_id].get(STRIKES)
        if looked is None or made_at > looked.at:
            found[account_id] += 1
    return found


def blocked(*, platforms: Collection[str]) -> dict[tuple[str, str], Standing]:
    """The accounts on these platforms that cannot publish, by persona and platform; at the desk."""
    accounts = list(Account.objects.filter(platform__in=platforms))
    found = standings(accounts=accounts, consents=platforms)
    return {(one.account.belongs_to, one.account.platform): one for one in found if one.why_not}


__all__ = ["NEVER", "Standing", "blocked", "of", "standings"]
