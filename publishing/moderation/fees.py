"""What a platform asks for hiding a comment. GOV-1."""

from chimera.core.prices import selectors as prices
from publishing.moderation.models import Hiding
from publishing.posts.fees import Fee


def fee_of(*, row: Hiding) -> Fee:
    """At the price that held when the row was made, so that what is settled is what was set aside. UnknownPrice."""
    item = f"platform:{row.payload['platform']}:hide"
    return Fee(item=item, usd_micros=prices.cost_usd_micros(item=item, at=row.made_at))
