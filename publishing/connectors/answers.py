"""What connector processes answer, as values of ours: receipts, refusals, posts, mentions. PUB-1, PUB-4, ENG-1."""

import json
from datetime import datetime
from typing import Any

from chimera.core.errors import Denied, Stopped, Unavailable
from chimera.core.taint import Tainted
from publishing.connectors.base import Heard, Listed, NotSent, Receipt, Rejected, Unknown

# What a platform may have when nobody knows, by the word for what was asked of it.
MAY_HAVE = {"published": "the post", "deleted": "deleted it", "hidden": "hidden it"}


def may_be(done: str) -> str:
    """What may be so when nobody knows whether it was `done`."""
    return "the post may be live" if done == "published" else f"it may be {done}"


def said_by(text: str) -> dict[str, Any]:
    """What the server said in its own words; {} when it did not."""
    try:
        told = json.loads(text[text.index("{") :])
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def as_error(text: str, title: str, done: str = "published") -> Denied | Unavailable:
    """The server's refusal as a value of ours. A text that is not in its own words may hide anything: Unknown."""
    told = said_by(text)
    try:
        code, sentence, kind = str(told["code"]), str(told["message"]), told["class"]
    except KeyError:
        return Unknown(f"The connector of {title} failed in words of its own; {may_be(done)}. {text[:300]}")
    if kind == "rejected":
        return Rejected(f"Not {done} on {title}: {sentence}", code=code)
    if kind == "not_sent" and code == "stopped":
        return Stopped(f"Not {done} on {title}: {sentence}")
    if kind == "not_sent":
        return NotSent(
            f"Not {done} on {title}: {sentence}",
            until=_moment(told.get("until")),
            whole_app=told.get("whole_app") is True,
            asked=told.get("asked") is True,
        )
    return Unknown(f"{title} may have {MAY_HAVE[done]}: {sentence}")


def _moment(value: Any) -> datetime | None:
    """A moment with its zone that the connector named; None for anything else."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else None


def receipt_of(answer: dict[str, Any], title: str, done: str = "published") -> Receipt:
    """What a connector answered, as a receipt. Raises Unknown for one without an id."""
    platform_id, url = str(answer.get("platform_id") or ""), str(answer.get("url") or "")
    if not platform_id:
        raise Unknown(f"The connector of {title} answered without an id; {may_be(done)}.")
    return Receipt(platform_id=platform_id, url=address(url), raw_status=str(answer.get("status") or ""))


def address(url: str) -> str:
    """It comes from outside and ends up in a link: anything but a web address is dropped."""
    return url if url.startswith(("http://", "https://")) else ""


def listed_of(post: dict[str, Any]) -> Listed:
    """A post as a connector tells it. Raises KeyError, TypeError or ValueError."""
    return Listed(
        platform_id=str(post["platform_id"]),
        url=address(str(post["url"])),
        text=str(post["text"]),
        media=tuple(str(one) for one in post["media"]),
        reply_to=str(post["reply_to"]),
        made_at=datetime.fromisoformat(post["made_at"]),
        labelled=_flag(post.get("labelled")),
        paid=_flag(post.get("paid")),
    )


def _flag(said: object) -> bool | None:
    return said if isinstance(said, bool) else None


def heard_of(one: dict[str, Any], platform: str) -> Heard:
    """A mention as a connector tells it. Raises KeyError, TypeError or ValueError."""
    return Heard(
        platform_id=str(one["platform_id"]),
        accounts=tuple(str(handle) for handle in one["accounts"]),
        author_id=str(one["author_id"]),
        author_handle=str(one["author_handle"]),
        is_machine=one["ai_generated"] is True,
        text=Tainted(str(one["text"]), f"a person on {platform}"),
        in_reply_to=str(one["reply_to"]),
        conversation=str(one["conversation"]),
        said_at=datetime.fromisoformat(one["made_at"]),
    )
