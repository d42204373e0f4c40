"""Plaza as platforms of other classes: for the protocol of doubt, not on the usual switchboard.

Their simulators run with `manage.py simulator --class B` and `--class C`. Requirements: PUB-1, PUB-4.
"""

from typing import ClassVar

from publishing.connectors.base import Connector
from publishing.connectors.plaza.client import PlazaConnector


class LookedUpPlaza(PlazaConnector):
    """Knows no idempotency keys; what an account has posted can be listed."""

    platform: ClassVar[str] = "plaza-b"
    effect_class: ClassVar[str] = "B"


class BlindPlaza(PlazaConnector):
    """Knows no idempotency keys and lists nothing: only a human can look."""

    platform: ClassVar[str] = "plaza-c"
    effect_class: ClassVar[str] = "C"
    can_look_up: ClassVar[bool] = False
    can_hear: ClassVar[bool] = False
    measures: ClassVar[int] = 0
    look_up = Connector.look_up
    list_posts = Connector.list_posts
    hear = Connector.hear
    measure = Connector.measure
