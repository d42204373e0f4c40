"""Webhooks signed after Standard Webhooks 1.0: id, moment and body under HMAC-SHA256, by every secret that is live.

A secret is not stored: it is made of the installation's key, the subscription and a number. So a new number is a new
secret, and a key that is being replaced (`SECRET_KEY_FALLBACKS`) signs beside the new one. Touches no database.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from chimera.core.errors import Denied
from governance.notices.models import Channel, Subscription

PREFIX = "whsec_"


def secret(*, subscription_id: int, number: int, installation_key: str) -> str:
    """What the receiver is given: "whsec_" and 32 bytes."""
    said = f"chimera webhook {subscription_id} {number}".encode()
    made = hmac.new(installation_key.encode(), said, hashlib.sha256).digest()
    return PREFIX + base64.b64encode(made).decode()


def secrets(*, subscription_id: int, number: int, former: bool) -> list[str]:
    """Every secret that signs now, the newest first; `former`: the number before counts too."""
    numbers = [number, *([number - 1] if former and number > 1 else [])]
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [
        secret(subscription_id=subscription_id, number=one, installation_key=key) for key in keys for one in numbers
    ]


def current(*, subscription: Subscription) -> str:
    """The newest secret of a webhook, for whoever sets the receiver up. Raises Denied for mail."""
    if subscription.channel != Channel.WEBHOOK:
        raise Denied("Only a webhook has a secret; mail is not signed.")
    number = subscription.secret_number
    return secret(subscription_id=subscription.pk, number=number, installation_key=settings.SECRET_KEY)


def headers(*, by: Sequence[str], message_id: str, at: datetime, body: str) -> dict[str, str]:
    """The three headers of one try; signatures of all live secrets stand side by side. `at`: now, in UTC."""
    from standardwebhooks.webhooks import Webhook

    signed = [Webhook(one).sign(msg_id=message_id, timestamp=at, data=body) for one in by]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
    }
