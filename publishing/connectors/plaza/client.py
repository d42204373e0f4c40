"""Plaza as a publish worker sees it. Requirements: PUB-1, PUB-2, PUB-4, MCP-1, ENG-1."""

from typing import ClassVar
from urllib.parse import quote

from governance.policies.moving import VideoLimits
from publishing.connectors.base import WEB, Limits
from publishing.connectors.speaking import Speaking

VIDEO = VideoLimits(
    bytes_max=50_000_000,
    duration_ms_min=500,
    duration_ms_max=180_000,
    fps_min=1,
    fps_max=60,
    ratio_min=(1, 3),
    ratio_max=(3, 1),
)


class PlazaConnector(Speaking):
    """Keeps idempotency keys, lists what an account posted, and reads mentions of many accounts at once."""

    platform: ClassVar[str] = "plaza"
    title: ClassVar[str] = "Plaza"
    effect_class: ClassVar[str] = "A"
    limits: ClassVar[Limits] = Limits(text_max=280, images_max=1, image_bytes_max=5_000_000, video=VIDEO)
    label_field: ClassVar[str] = "ai_generated"
    measures: ClassVar[int] = 100
    hears_accounts: ClassVar[int] = 500
    post_path: ClassVar[str] = r"/p/(?P<id>[0-9a-f]{16})/?"
    id_pattern: ClassVar[str] = r"[0-9a-f]{16}"

    def account_page(self, *, account_handle: str) -> str:
        """See `Connector.account_page`."""
        return f"{self.home}/@{quote(account_handle)}" if self.home.startswith(WEB) else ""
