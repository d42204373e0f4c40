"""People who speak to accounts of ours, as a connector would report them."""

import itertools
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from chimera.core import clock
from chimera.core.taint import Tainted
from publishing.connectors.base import Connector, Heard, Hearing, Limits, Receipt

HANDLE = "bea_unscrews"
_numbers = itertools.count(1)


def heard(text: str, *, author: str = "ada", to: Collection[str] = (HANDLE,), **more: Any) -> Heard:
    """Somebody says something to an account, a moment ago."""
    number = next(_numbers)
    said: dict[str, Any] = {
        "platform_id": f"m{number}",
        "accounts": tuple(to),
        "author_id": author,
        "author_handle": author,
        "is_machine": False,
        "text": Tainted(text, "a person on plaza"),
        "in_reply_to": "",
        "conversation": f"m{number}",
        "said_at": clock.now() - timedelta(seconds=3),
    }
    return Heard(**{**said, **more})


class Square(Connector):
    """A platform on which people have said these things; pages hold two."""

    platform = "plaza"
    effect_class = "A"
    limits = Limits(text_max=280, images_max=1, image_bytes_max=1_000)
    label_field = "ai_generated"
    can_hear = True

    def __init__(self, *said: Heard, page: int = 2) -> None:
        self.said, self.page = list(said), page
        self.asked_after: list[str] = []
        self.fails: BaseException | None = None

    def publish(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, timeout_s: float) -> Receipt:
        return Receipt(platform_id=f"p-{idempotency_key}", url="http://127.0.0.1/p/1", raw_status="ok")

    def hear(self, *, account_handles: Collection[str], after: str, timeout_s: float) -> Hearing:
        self.asked_after.append(after)
        if self.fails is not None:
            raise self.fails
        start = int(after or 0)
        found = self.said[start : start + self.page]
        end = start + len(found)
        return Hearing(mentions=tuple(found), position=str(end), is_whole=end >= len(self.said))
