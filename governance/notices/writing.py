"""A letter as what is sent: a plain text for a mail, a JSON body for a webhook. The same at every try. OPS-8.

Touches no database.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from governance.notices.models import DIGEST, NoticeKind

SHOWN_MAX = 5  # notices of a letter that are written out; the others are counted
SUBJECT_MAX = 140


@dataclass(frozen=True, kw_only=True)
class Carried:
    """A letter in somebody's hands. `notices`: `{"id", "kind", "scope", "subject", "sentence", "link", "at"}`."""

    id: int
    fence: int
    attempts: int
    kind: str
    message_id: str
    count: int
    closed_at: datetime
    day: Any
    facts: dict[str, Any] | None
    subscription: int
    name: str
    channel: str
    address: str
    is_live: bool
    time_zone: str
    secret_number: int
    former_until: datetime | None
    notices: list[dict[str, Any]]

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The notices that are written out."""
        return self.notices[:SHOWN_MAX]

    @property
    def more(self) -> int:
        """How many are only counted."""
        return self.count - len(self.shown)


def subject_of(letter: Carried) -> str:
    """The subject of the mail, on one line."""
    if letter.kind == DIGEST:
        return f"[Chimera] {letter.day}: {(letter.facts or {}).get('headline', 'the day')}"[:SUBJECT_MAX]
    first = letter.shown[0]["sentence"] if letter.shown else NoticeKind(letter.kind).label
    more = f" (and {letter.count - 1} more)" if letter.count > 1 else ""
    room = SUBJECT_MAX - len(more) - len("[Chimera] ")
    return f"[Chimera] {first if len(first) <= room else first[: room - 1] + '…'}{more}"


def text_of(letter: Carried) -> str:
    """The mail, as plain text."""
    if letter.kind == DIGEST:
        lines = [*(letter.facts or {}).get("lines", [])]
    else:
        lines = [NoticeKind(letter.kind).label + ".", ""]
        for one in letter.shown:
            lines += [f"- {one['sentence']}", *([f"  {address(one['link'])}"] if one["link"] else [])]
        if letter.more:
            lines += ["", f"And {letter.more} more of the same kind: {address('/admin/governance/notice/')}"]
    return "\n".join([*lines, "", "-- ", f"Told to “{letter.name}”. {address('/admin/governance/subscription/')}", ""])


def body_of(letter: Carried) -> str:
    """The webhook's body, canonical JSON: `{"type", "timestamp", "data"}` after Standard Webhooks."""
    data: dict[str, Any]
    if letter.kind == DIGEST:
        data = {"day": str(letter.day), **{k: v for k, v in (letter.facts or {}).items() if k != "lines"}}
    else:
        data = {
            "count": letter.count,
            "more": letter.more,
            "notices": [{**one, "link": address(one["link"]) if one["link"] else ""} for one in letter.shown],
        }
    kind = DIGEST if letter.kind == DIGEST else f"notice.{letter.kind}"
    return json.dumps(
        {"type": kind, "timestamp": letter.closed_at.isoformat(), "data": data}, ensure_ascii=False, sort_keys=True
    )


def address(path: str) -> str:
    """Where something is looked at: the whole address where DESK_URL is set, else the path at the desk."""
    return f"{settings.DESK_URL}{path}"
