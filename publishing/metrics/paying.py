"""What reading figures costs: set aside from the brand's budget before the call, settled by what was shown. GOV-1."""

from dataclasses import dataclass

from django.conf import settings

from chimera.core import clock
from chimera.core.errors import Denied, Stopped
from chimera.core.prices import selectors as prices
from governance.budgets import services as budgets
from governance.notices import services as notices
from governance.notices.models import NoticeKind

LASTS_S = 600


@dataclass(frozen=True, kw_only=True)
class Fee:
    """The item of the price table for reading one post, what it costs, and the hold that pays for a call."""

    item: str
    each_usd_micros: int
    key: str


def item(*, platform: str, handle: str) -> str:
    """The item for one post of this account: whoever owns the developer app reads its own for less."""
    owner = settings.X_APP_OWNER.removeprefix("@").lower()
    owned = platform == "x" and owner and handle.lower() == owner
    return f"platform:{platform}:{'owned_read' if owned else 'post_read'}"


def set_aside(*, brand_id: int, platform: str, handle: str, account_id: int, count: int, key: str) -> Fee | None:
    """Money for reading `count` posts of an account, in the brand's context; None where there is none, said once a day.

    What costs nothing is set aside nowhere.
    """
    name = item(platform=platform, handle=handle)
    try:
        each = prices.cost_usd_micros(item=name, at=clock.now())
        if each:
            budgets.reserve(
                key=key,
                about=f"publishing.account:{account_id}",
                scopes=[f"brand:{brand_id}"],
                amount_usd_micros=each * count,
                lasts_s=LASTS_S,
            )
    except Stopped:
        return None  # spending is stopped: people know
    except Denied as refusal:
        notices.note(
            kind=NoticeKind.CAP,
            scope=f"brand:{brand_id}",
            subject=f"publishing.account:{account_id}",
            sentence=f"How posts do on {platform} is not read today: {refusal}"[:500],
            link="/admin/governance/budgetlimit/",
            key=f"figures:money:{brand_id}:{platform}:{clock.now():%Y-%m-%d}",
        )
        return None
    return Fee(item=name, each_usd_micros=each, key=key)


def settle(*, fee: Fee, count: int) -> None:
    """`count` posts were shown; what was set aside for others goes back. In the brand's context."""
    if not fee.each_usd_micros:
        return
    if count:
        budgets.settle(key=fee.key, amount_usd_micros=fee.each_usd_micros * count, debit=fee.item)
    else:
        budgets.void(key=fee.key)
