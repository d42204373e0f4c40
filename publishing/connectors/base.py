"""The socket for platforms, and the values that go through it on the caller's side.

A publish has four ends and no more: a receipt, `Rejected` (surely not published, and asking again changes nothing),
`NotSent` (surely not published, ask again later) and `Unknown` (nobody knows; never repeat it blindly).

Requirements: PUB-1, PUB-2, PUB-4, PUB-6.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from chimera.core.errors import Denied, Unavailable


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the platform answered. `platform_id` names the post there, `url` shows it, `raw_status` is its own word."""

    platform_id: str
    url: str
    raw_status: str


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one post may hold: `text_max` characters, `images_max` images of at most `image_bytes_max` bytes each."""

    text_max: int
    images_max: int
    image_bytes_max: int


class Rejected(Denied):
    """Surely not published: the platform, the gate or the allow-list said no. `code` is their word for why."""

    def __init__(self, sentence: str, *, code: str) -> None:
        super().__init__(sentence)
        self.code = code


class Unknown(Unavailable):
    """Nobody knows whether the platform accepted it. Look it up, or send the same key again where the class allows."""


class NotSent(Unavailable):
    """Surely not published, and nothing was decided: the same payload may be sent later, with a new grant."""


class Connector(ABC):
    """A platform as seen by a publish worker.

    `effect_class` says how doubt is resolved: "A" the same idempotency key again, "B" look it up, "C" ask a human.
    `label_field` is the payload's (and the platform's) field for the AI label; a payload without it is refused.
    """

    platform: ClassVar[str]
    effect_class: ClassVar[str]
    limits: ClassVar[Limits]
    label_field: ClassVar[str]

    @abstractmethod
    def publish(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, timeout_s: float) -> Receipt:
        """Publish `payload` under `grant`, once; takes `timeout_s` seconds at most.

        The payload: `account_handle` str, `text` str, `ai_generated` True, and optionally `media`, a list of
        `{"sha256": str, "alt": str}`, and `reply_to`, a platform id. Raises Rejected, NotSent or Unknown.
        """
