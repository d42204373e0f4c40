"""What a platform asks for taking a post down. GOV-1."""

from chimera.core.prices import selectors as prices
from publishing.posts.fees import Fee
from publishing.reversals.models import Reversal


def fee_of(*, reversal: Reversal) -> Fee:
    """At the price that held when it was asked for, so that what is settled is what was set aside. UnknownPrice."""
    item = f"platform:{reversal.platform}:{reversal.way}"
    return Fee(item=item, usd_micros=prices.cost_usd_micros(item=item, at=reversal.asked_at))
