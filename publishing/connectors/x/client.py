"""X as a publish worker sees it. Requirements: PUB-1, PUB-2, PUB-4, MCP-1, ENG-1."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from chimera.core.errors import Denied, Unavailable
from chimera.core.mcp.client import ToolRefused
from governance.policies.moving import VideoLimits
from publishing.connectors.answers import said_by
from publishing.connectors.base import WEB, CannotRead, Limits, Listed, Used
from publishing.connectors.hiding import Hides
from publishing.connectors.staged import Staged

VIDEO = VideoLimits(
    bytes_max=512_000_000,
    duration_ms_min=500,
    duration_ms_max=140_000,
    fps_min=1,
    fps_max=60,
    ratio_min=(1, 3),
    ratio_max=(3, 1),
)

USAGE = "read_usage"

# X makes links of bare domains and tells them with a scheme.
_SCHEME = re.compile(r"https?://", re.IGNORECASE)


def _bare(text: str) -> str:
    return " ".join(_SCHEME.sub("", text).split())


class XConnector(Hides, Staged):
    """Knows no idempotency keys: a doubt is resolved by reading what the account has posted.

    The label is the post's `made_with_ai`, which X shows to people and never to software: that it was set is known from
    the request alone. Paid work is `paid_partnership`.
    """

    platform: ClassVar[str] = "x"
    title: ClassVar[str] = "X"
    effect_class: ClassVar[str] = "B"
    needs_consent: ClassVar[bool] = True
    limits: ClassVar[Limits] = Limits(text_max=280, images_max=4, image_bytes_max=5_000_000, video=VIDEO)
    label_field: ClassVar[str] = "ai_generated"
    measures: ClassVar[int] = 100
    tells_usage: ClassVar[bool] = True
    sponsor_field: ClassVar[str] = "paid_partnership"
    hears_every_s: ClassVar[float] = 60.0  # a row that is read costs; deliveries ring before
    post_path: ClassVar[str] = r"/[A-Za-z0-9_]{1,15}/status/(?P<id>\d{1,20})/?"
    id_pattern: ClassVar[str] = r"\d{1,20}"

    def has_stages(self, payload: Mapping[str, Any]) -> bool:
        """Pictures are brought within the call that publishes; a video takes as many calls as it needs."""
        return any(item.get("kind") == "video" for item in payload.get("media") or [])

    def is_the_same(self, post: Listed, payload: Mapping[str, Any]) -> bool:
        """X names pictures by ids of its own: the same text, as many pictures, the same post that it answers."""
        told = (_bare(post.text), len(post.media), post.reply_to)
        wanted = (_bare(str(payload.get("text"))), len(payload.get("media") or []), str(payload.get("reply_to") or ""))
        return told == wanted

    def may_hide(self, *, platform_id: str, conversation: str) -> bool:
        """See `Connector.may_hide`: X hides replies alone, and what begins a conversation is none."""
        return self.can_hide and platform_id != conversation

    def usage(self, *, timeout_s: float) -> Used:
        """See `Connector.usage`."""
        try:
            told = self.called(USAGE, {}, timeout_s)
            return Used(used=int(told["used"]), cap=int(told["cap"]))
        except ToolRefused as error:
            said = said_by(str(error))
            kind = CannotRead if said.get("class") == "rejected" else Unavailable
            raise kind(str(said.get("message") or error)) from error
        except (Denied, Unavailable, KeyError, TypeError, ValueError) as error:
            raise Unavailable(f"X's connector could not be asked: {error}") from error

    def account_page(self, *, account_handle: str) -> str:
        """See `Connector.account_page`."""
        return f"{self.home}/{quote(account_handle)}" if self.home.startswith(WEB) else ""
