"""The post as its platform will show it: the words with their counts, the media, the labels, the account, the time.

Touches no database. Requirements: REV-1, PUB-2, JDG-1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.cards.marking import Mark, Piece, hidden, orders, pieces
from agents.worker import when

VIDEO = ("video/mp4", "video/webm")
_SPONSORS = {
    "own": "Advertising for an own product",
    "paid": "Paid partnership",
    "gifted": "Gifted product",
    "affiliate": "Affiliate link",
}


@dataclass(frozen=True, kw_only=True)
class Medium:
    """An image or a clip of the post, with what is known of it; `size_bytes` 0: not known."""

    sha256: str
    alt: str
    is_video: bool
    size_bytes: int
    bytes_max: int
    width: int
    height: int

    @property
    def is_too_large(self) -> bool:
        """Whether the platform would refuse it."""
        return 0 < self.bytes_max < self.size_bytes


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What will be published. Limits are 0 where the snapshot does not say."""

    account: str
    platform: str
    text: str
    pieces: tuple[Piece, ...]
    text_max: int
    media: tuple[Medium, ...]
    media_max: int
    is_labelled: bool
    sponsorship: str
    reply_to: str
    goes_out: datetime | None
    waits_for: str

    @property
    def text_length(self) -> int:
        """Counted as the rule that checks the limit counts."""
        return len(self.text)

    @property
    def is_overlong(self) -> bool:
        """Whether the platform would refuse the text."""
        return 0 < self.text_max < len(self.text)


def of(*, snapshot: Mapping[str, Any], marks: list[Mark], at: datetime) -> Shown:
    """The post of a snapshot with `marks` in its text; `at` is when it would be ready."""
    payload, limits = snapshot["payload"], snapshot.get("limits", {})
    text, text_max = str(payload.get("text") or ""), int(limits.get("text_max", 0))
    laid = [*marks, *orders(text), *hidden(text)]
    if 0 < text_max < len(text):
        laid.append(Mark(start=text_max, end=len(text), kind="overlong"))
    goes_out, waits_for = _opening(snapshot, at)
    return Shown(
        account=str(payload.get("account_handle") or snapshot.get("agent", {}).get("handle", "")),
        platform=str(payload.get("platform", "")),
        text=text,
        pieces=tuple(pieces(text, laid)),
        text_max=text_max,
        media=tuple(_medium(one, snapshot) for one in payload.get("media", [])),
        media_max=int(limits.get("images_max", 0)),
        is_labelled=bool(payload.get(limits.get("label_field") or "ai_generated")),
        sponsorship=_SPONSORS.get(str(payload.get("sponsorship", "none")), ""),
        reply_to=str(payload.get("reply_to", "")),
        goes_out=goes_out,
        waits_for=waits_for,
    )


def _medium(one: Mapping[str, Any], snapshot: Mapping[str, Any]) -> Medium:
    known = snapshot.get("media", {}).get(one["sha256"], {})
    return Medium(
        sha256=one["sha256"],
        alt=str(one.get("alt", "")),
        is_video=str(one.get("type") or known.get("mime", "")) in VIDEO,
        size_bytes=int(known.get("size_bytes", 0)),
        bytes_max=int(snapshot.get("limits", {}).get("image_bytes_max", 0)),
        width=int(known.get("width") or 0),
        height=int(known.get("height") or 0),
    )


def _opening(snapshot: Mapping[str, Any], at: datetime) -> tuple[datetime | None, str]:
    """When it would go out if it were approved now, and what it waits for; a card that froze no rules says nothing."""
    if "rules" not in snapshot or "soul" not in snapshot:
        return None, ""
    platform = str(snapshot.get("payload", {}).get("platform", ""))
    found = when.opening(at=at, rules=snapshot["rules"], soul=snapshot["soul"], platform=platform)
    return found.at, found.why
