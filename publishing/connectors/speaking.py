"""A platform as a publish worker sees it: one MCP tool that publishes, two that read, their answers as values of ours.

What differs between platforms are class attributes: see `publishing.connectors.base.Connector`.

Requirements: PUB-1, PUB-2, PUB-4, MCP-1, ENG-1.
"""

import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self

from chimera.core.errors import Denied, Stopped, Unavailable
from chimera.core.mcp.client import Client, NoAnswer, NotAllowed, ToolRefused, Unauthorized
from chimera.core.mcp.tools import Pins
from governance.servers.listed import Reviewed
from publishing.connectors import measuring, reversing
from publishing.connectors.answers import address, as_error, heard_of, listed_of, may_be, receipt_of, said_by
from publishing.connectors.base import (
    Absent,
    CannotRead,
    Connector,
    Found,
    Hearing,
    Listed,
    Listing,
    NotSent,
    Receipt,
    Rejected,
    Unknown,
)
from publishing.connectors.reversing import DELETE, Removed
from publishing.connectors.values import CLOCKS_DIFFER

TOOL = "publish_post"
LISTING = "list_posts"
MENTIONS = "list_mentions"
FIGURES = "read_figures"
LOOK_BACK_POSTS_MAX = 1_000


class Speaking(Connector):
    """Publishes through the platform's connector process. Cheap to make; the session behind it is shared."""

    title: ClassVar[str]  # the platform in sentences
    can_look_up: ClassVar[bool] = True
    can_hear: ClassVar[bool] = True
    spends_grants: ClassVar[bool] = True
    reverses: ClassVar[frozenset[str]] = frozenset({DELETE})

    def __init__(
        self,
        *,
        url: str,
        service_token: str,
        is_allowed: Callable[[str], bool] | None = None,
        pins: Pins | None = None,
        home: str = "",
    ) -> None:
        """`url` is the connector's MCP endpoint, `home` where people see the platform.

        Without `is_allowed` and `pins` that one URL is allowed, whatever it lists.
        """
        if is_allowed is None and pins is None:
            is_allowed = url.__eq__
        self.home = home.rstrip("/")
        self._client = Client(url, bearer=service_token, is_allowed=is_allowed, pins=pins)

    @classmethod
    def from_settings(cls, *, is_allowed: Callable[[str], bool] | None = None) -> Self:
        """Made from `settings.CONNECTORS[platform]`: `{"url": str, "service_token": str, "platform_url": str}`.

        Without `is_allowed` the allow-list is asked, and the tools are pinned as it says.
        """
        from django.conf import settings

        chosen = settings.CONNECTORS[cls.platform]
        pins = Reviewed(cls.platform) if is_allowed is None else None
        return cls(
            url=chosen["url"],
            service_token=chosen["service_token"],
            is_allowed=is_allowed,
            pins=pins,
            home=chosen.get("platform_url", ""),
        )

    def publish(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, timeout_s: float) -> Receipt:
        """See `Connector.publish`."""
        self.require_label(payload)
        arguments = {"payload": payload, "grant": grant, "idempotency_key": idempotency_key}
        return receipt_of(self.asked(TOOL, arguments, timeout_s), self.title)

    def take_down(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, timeout_s: float) -> Removed:
        """See `Connector.take_down`."""
        arguments = {"payload": payload, "grant": grant, "idempotency_key": idempotency_key}
        answer = self.asked(reversing.TOOL, arguments, timeout_s, done="deleted")
        found = reversing.removed_of(answer, platform_id=str(payload["platform_id"]))
        if found is None:
            raise Unknown(f"The connector of {self.title} answered without saying what became of the post.")
        return found

    def require_label(self, payload: Mapping[str, Any]) -> None:
        """Nothing without a label gets as far as the connector. Raises Rejected."""
        if payload.get(self.label_field) is not True:
            sentence = f"Not published on {self.title}: the payload carries no AI label. Set it and judge anew."
            raise Rejected(sentence, code="no_label")

    def called(self, tool: str, arguments: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        """What a tool answers. Raises Denied or Unavailable."""
        return self._client.call(tool=tool, arguments=arguments, timeout_s=timeout_s)

    def asked(
        self, tool: str, arguments: dict[str, Any], timeout_s: float, *, publishes: bool = True, done: str = "published"
    ) -> dict[str, Any]:
        """What a tool of a publish answers. Raises Rejected, NotSent, Stopped or Unknown.

        A tool that `publishes` nothing leaves nothing unknown. `done` is the word for what did not happen.
        """
        try:
            return self.called(tool, arguments, timeout_s)
        except NotAllowed as error:
            raise Rejected(f"Not {done} on {self.title}: {error}", code="not_allowed") from error
        except Stopped as error:
            raise Stopped(f"Not {done} on {self.title}: {error}", scope=error.scope) from error
        except Unauthorized as error:
            sentence = f"Not {done} on {self.title}: {error} Check the connector's service token."
            raise NotSent(sentence) from error
        except NoAnswer as error:
            if error.maybe_sent and publishes:
                sentence = f"The connector of {self.title} did not answer; {may_be(done)}. {error}"
                raise Unknown(sentence) from error
            raise NotSent(f"Not {done} on {self.title}: {error}") from error
        except ToolRefused as error:
            said = as_error(str(error), self.title, done)
            raise said if publishes or not isinstance(said, Unknown) else NotSent(str(said)) from error
        except Unavailable as error:  # the allow-list could not be read
            raise NotSent(f"Not {done} on {self.title}: {error}") from error

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
        """See `Connector.look_up`: by account, text, images and what it replies to; of several the oldest."""
        handle = payload["account_handle"]
        listing = self.list_posts(account_handle=handle, count_max=LOOK_BACK_POSTS_MAX, timeout_s=timeout_s)
        begun = since - CLOCKS_DIFFER
        for post in reversed(listing.posts):
            if post.made_at >= begun and post.platform_id not in but and self.is_the_same(post, payload):
                return Found(receipt=Receipt(platform_id=post.platform_id, url=address(post.url), raw_status="listed"))
        if not listing.is_whole and listing.posts[-1].made_at >= begun:
            raise Unavailable(
                f"@{handle} has too many posts on {self.title} to be sure that this one is not among them."
            )
        return Absent()

    def list_posts(self, *, account_handle: str, count_max: int, timeout_s: float) -> Listing:
        """See `Connector.list_posts`."""
        ends = time.monotonic() + timeout_s
        found: list[Listed] = []
        before = 0
        while True:
            arguments = {"account": account_handle, "before": before}
            try:
                page = self._client.call(tool=LISTING, arguments=arguments, timeout_s=max(0.1, ends - time.monotonic()))
                found += [listed_of(post) for post in page["posts"]]
                before = int(page["next"])
            except (Denied, Unavailable, KeyError, TypeError, ValueError) as error:
                raise Unavailable(
                    f"The posts of @{account_handle} on {self.title} could not be read: {error}"
                ) from error
            if not before or len(found) >= count_max:
                return Listing(posts=tuple(found), is_whole=not before)

    def hear(self, *, account_handles: Collection[str], after: str, timeout_s: float) -> Hearing:
        """See `Connector.hear`: one page."""
        arguments = {"accounts": sorted(account_handles), "after": int(after) if after.isdigit() else 0}
        try:
            page = self._client.call(tool=MENTIONS, arguments=arguments, timeout_s=timeout_s)
            found = tuple(heard_of(one, self.platform) for one in page["mentions"])
            return Hearing(mentions=found, position=str(int(page["next"])), is_whole=not page["more"])
        except ToolRefused as error:
            kind = CannotRead if said_by(str(error)).get("class") == "rejected" else Unavailable
            raise kind(f"The mentions on {self.title} could not be read: {error}") from error
        except (Unavailable, KeyError, TypeError, ValueError) as error:
            raise Unavailable(f"The mentions on {self.title} could not be read: {error}") from error

    def measure(self, *, account_handle: str, platform_ids: Collection[str], timeout_s: float) -> measuring.Measurement:
        """See `Connector.measure`: one call."""
        arguments = {"account": account_handle, "ids": sorted(platform_ids)}
        said = f"The figures of @{account_handle} on {self.title} could not be read"
        try:
            return measuring.measurement(self.called(FIGURES, arguments, timeout_s), asked=platform_ids)
        except ToolRefused as error:
            told = said_by(str(error))
            kind = CannotRead if told.get("class") == "rejected" else Unavailable
            raise kind(f"{said}: {told.get('message') or error}") from error
        except (Unavailable, KeyError, TypeError, ValueError) as error:
            raise Unavailable(f"{said}: {error}") from error

    def is_the_same(self, post: Listed, payload: Mapping[str, Any]) -> bool:
        """Whether what the platform lists is this payload."""
        media = tuple(str(item["sha256"]) for item in payload.get("media") or [])
        told = (post.text, post.media, post.reply_to)
        return told == (payload.get("text"), media, str(payload.get("reply_to") or ""))

    def close(self) -> None:
        """Close the shared session of this process; the next publish opens another."""
        self._client.close()
