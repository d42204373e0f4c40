"""Hiding what others said, as a worker has it done: one tool, on every platform that lets an account. ENG-1, PUB-3."""

from typing import Any, ClassVar

from publishing.connectors.answers import receipt_of
from publishing.connectors.base import Receipt
from publishing.connectors.speaking import Speaking

TOOL = "hide_comment"


class Hides(Speaking):
    """A platform on which accounts hide what others said to them; its connector has the tool `hide_comment`."""

    can_hide: ClassVar[bool] = True

    def hide(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, timeout_s: float) -> Receipt:
        """See `Connector.hide`."""
        arguments = {"payload": payload, "grant": grant, "idempotency_key": idempotency_key}
        return receipt_of(self.asked(TOOL, arguments, timeout_s, done="hidden"), self.title, done="hidden")
