"""Making accounts known."""

from publishing.accounts.models import Account


def register(*, brand_id: int, belongs_to: str, platform: str, handle: str, display_name: str) -> Account:
    """The account of one persona on one platform; made once."""
    account, _ = Account.objects.get_or_create(
        brand_id=brand_id,
        belongs_to=belongs_to,
        platform=platform,
        defaults={"handle": handle, "display_name": display_name},
    )
    return account
