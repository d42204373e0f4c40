"""Instagram as a publish worker sees it. Requirements: PUB-1, PUB-2, PUB-4, MCP-1."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

from chimera.core.errors import Denied, Unavailable
from governance.policies.moving import H264, HEVC, VideoLimits
from publishing.connectors.answers import heard_of, listed_of
from publishing.connectors.base import (
    WEB,
    Absent,
    Allotted,
    Found,
    Heard,
    Limits,
    Listed,
    Receipt,
    Rejected,
    is_labelled,
)
from publishing.connectors.hiding import Hides
from publishing.connectors.instagram import VISIBLE_LABEL
from publishing.connectors.staged import Staged
from publishing.connectors.values import CLOCKS_DIFFER

STATUS, LIMIT, NAMED, REPLIES = "container_status", "publishing_limit", "show_mentions", "list_replies"
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


class InstagramConnector(Hides, Staged):
    """Publishes containers: their ids are known before anything shows, so a doubt is resolved by asking for one.

    The label is the container's `is_ai_generated`, which is read back. There is no field for paid work: the words do.
    A reply has neither container nor field: its label is in its words; a doubt is resolved by the comment's replies.
    """

    platform: ClassVar[str] = "instagram"
    title: ClassVar[str] = "Instagram"
    effect_class: ClassVar[str] = "B"
    needs_consent: ClassVar[bool] = True
    limits: ClassVar[Limits] = Limits(text_max=2_200, images_max=10, image_bytes_max=8_000_000, video=REELS)
    label_field: ClassVar[str] = "ai_generated"
    measures: ClassVar[int] = 20
    tells_quota: ClassVar[bool] = True
    visible_label: ClassVar[str] = VISIBLE_LABEL
    names_mentions: ClassVar[bool] = True
    lists_replies: ClassVar[bool] = False
    hears_every_s: ClassVar[float] = 60.0  # a reading is a request for each medium; deliveries ring before
    post_path: ClassVar[str] = r"/(?:[A-Za-z0-9_.]{1,30}/)?(?:p|reel)/(?P<id>[A-Za-z0-9_-]{5,40})/?"
    id_pattern: ClassVar[str] = r"\d{1,25}"

    def has_stages(self, payload: Mapping[str, Any]) -> bool:
        """See `Staged.has_stages`: an answer to a comment has no container."""
        return not payload.get("reply_to")

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
        if payload.get("reply_to"):
            return self._answered(payload, since - CLOCKS_DIFFER, but, timeout_s)
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

    def require_label(self, payload: Mapping[str, Any]) -> None:
        """See `Speaking.require_label`: people see the label of a reply in its words, or it does not go out."""
        super().require_label(payload)
        if payload.get("reply_to") and not is_labelled(str(payload.get("text")), label=self.visible_label):
            sentence = f"Not published on Instagram: the reply neither begins nor ends with “{self.visible_label}”."
            raise Rejected(f"{sentence} Put it there and judge anew.", code="no_label")

    def hear_named(self, *, account_handle: str, platform_ids: Collection[str], timeout_s: float) -> tuple[Heard, ...]:
        """See `Connector.hear_named`."""
        try:
            told = self.called(NAMED, {"account": account_handle, "ids": sorted(platform_ids)}, timeout_s)
            return tuple(heard_of(one, self.platform) for one in told["mentions"])
        except (Denied, Unavailable, KeyError, TypeError, ValueError) as error:
            raise Unavailable(f"The comments that were named on Instagram could not be read: {error}") from error

    def _answered(
        self, payload: Mapping[str, Any], begun: datetime, but: Collection[str], timeout_s: float
    ) -> Found | Absent:
        """The oldest answer of the account with these words below the comment."""
        asked = {"account": payload["account_handle"], "comment": str(payload["reply_to"])}
        try:
            told = self.called(REPLIES, asked, timeout_s)
            posts = sorted((listed_of(one) for one in told["posts"]), key=lambda one: one.made_at)
        except (Denied, Unavailable, KeyError, TypeError, ValueError) as error:
            raise Unavailable(f"The replies to the comment on Instagram could not be read: {error}") from error
        for post in posts:
            if post.made_at >= begun and post.platform_id not in but and self.is_the_same(post, payload):
                return Found(receipt=Receipt(platform_id=post.platform_id, url=post.url, raw_status="listed"))
        if not told.get("whole"):
            raise Unavailable("The comment on Instagram has too many replies to be sure that this one is not there.")
        return Absent()

    def quota(self, *, account_handle: str, timeout_s: float) -> Allotted:
        """See `Connector.quota`."""
        try:
            told = self.called(LIMIT, {"account": account_handle}, timeout_s)
            return Allotted(used=int(told["used"]), total=int(told["total"]), span_s=int(told["span_s"]))
        except (Denied, Unavailable, KeyError, TypeError, ValueError) as error:
            raise Unavailable(f"How many posts Instagram takes could not be read: {error}") from error

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
