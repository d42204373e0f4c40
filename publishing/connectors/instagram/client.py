"""Instagram as a publish worker sees it. Requirements: PUB-1, PUB-2, PUB-4, MCP-1."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

from chimera.core.errors import Denied, Unavailable
from governance.policies.moving import H264, HEVC, VideoLimits
from publishing.connectors.base import WEB, Absent, Connector, Found, Limits, Listed
from publishing.connectors.staged import Staged

STATUS = "container_status"
CONTAINER = "container"  # the stage id that is noted before anything can go live

REELS = VideoLimits(
    bytes_max=300_000_000,
    duration_ms_min=3_000,
    duration_ms_max=900_000,
    fps_min=23,
    fps_max=60,
    ratio_min=(9, 16),
    ratio_max=(9, 16),
    video_codecs=H264 + HEVC,
    moov_first=True,
)


class InstagramConnector(Staged):
    """Publishes containers: their ids are known before anything shows, so a doubt is resolved by asking for one.

    The label is the container's `is_ai_generated`, which is read back. There is no field for paid work: the words do.
    """

    platform: ClassVar[str] = "instagram"
    title: ClassVar[str] = "Instagram"
    effect_class: ClassVar[str] = "B"
    needs_consent: ClassVar[bool] = True
    limits: ClassVar[Limits] = Limits(text_max=2_200, images_max=10, image_bytes_max=8_000_000, video=REELS)
    label_field: ClassVar[str] = "ai_generated"
    can_hear: ClassVar[bool] = False  # an answer has no field for the label yet: nobody is answered
    hear = Connector.hear
    post_path: ClassVar[str] = r"/(?:[A-Za-z0-9_.]{1,30}/)?(?:p|reel)/(?P<id>[A-Za-z0-9_-]{5,40})/?"
    id_pattern: ClassVar[str] = r"\d{1,25}"

    def ready(self, stage: str, note: Callable[[str, str], None]) -> None:
        """See `Staged.ready`: the container, by which a doubt is resolved."""
        note(CONTAINER, stage.partition(".")[0])

    def look_up(
        self,
        *,
        payload: dict[str, Any],
        idempotency_key: str,
        stage_ids: Mapping[str, str],
        since: datetime,
        but: Collection[str],
        timeout_s: float,
    ) -> Found | Absent:
        """See `Connector.look_up`: the container says whether it was published, the list as what."""
        container = stage_ids.get(CONTAINER, "")
        if container and self._status(payload["account_handle"], container, timeout_s) != "PUBLISHED":
            return Absent()
        found = super().look_up(
            payload=payload,
            idempotency_key=idempotency_key,
            stage_ids=stage_ids,
            since=since,
            but=but,
            timeout_s=timeout_s,
        )
        if container and isinstance(found, Absent):
            raise Unavailable("Instagram says that it was published and does not list it yet.")
        return found

    def _status(self, handle: str, container: str, timeout_s: float) -> str:
        try:
            told = self.called(STATUS, {"account": handle, "container": container}, timeout_s)
        except (Denied, Unavailable) as error:
            raise Unavailable(f"How the container stands on Instagram could not be read: {error}") from error
        return str(told.get("status", ""))

    def is_the_same(self, post: Listed, payload: Mapping[str, Any]) -> bool:
        """Captions are listed as they were written, pictures by no hash."""
        return post.text.split() == str(payload.get("text")).split()

    def account_page(self, *, account_handle: str) -> str:
        """See `Connector.account_page`."""
        return f"{self.home}/{quote(account_handle)}/" if self.home.startswith(WEB) else ""
