"""Making accounts known."""

from django.db import IntegrityError, transaction

from chimera.core import taint
from chimera.core.errors import Denied
from publishing.accounts.models import Account


class HandleTaken(Denied):
    """The platform knows this handle already: another brand's, so nothing more can be said of it."""


def register(*, brand_id: int, belongs_to: str, platform: str, handle: str, display_name: str) -> Account:
    """The account of one persona on one platform; made once. Raises HandleTaken, TaintedSink."""
    taint.refuse([belongs_to, platform, handle, display_name], sink="An account")
    try:
        with transaction.atomic():
            account, _ = Account.objects.get_or_create(
                brand_id=brand_id,
                belongs_to=belongs_to,
                platform=platform,
                defaults={"handle": handle, "display_name": display_name},
            )
    except IntegrityError as error:
        raise HandleTaken(f"@{handle} is taken on {platform}; choose another handle.") from error
    return account
