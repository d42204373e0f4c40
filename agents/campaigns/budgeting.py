"""What a campaign may spend, told to the budgets: a limit a day, and one in all. GOV-2."""

from agents.campaigns.models import Campaign
from governance.budgets import services as budgets
from governance.budgets.models import Window


def tell(*, campaign: Campaign) -> None:
    """Set both limits of the campaign's scope. Raises InUse where more is spent or set aside already."""
    limits = {Window.DAY: campaign.day_usd_micros, Window.TOTAL: campaign.total_usd_micros}
    for window, limit_usd_micros in limits.items():
        budgets.set_limit(
            brand_id=campaign.brand_id, scope=campaign.scope, limit_usd_micros=limit_usd_micros, window=window
        )
