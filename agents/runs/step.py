"""Everything about one step: what it made, what was said of it, what it cost, who held it, what it asked, what left.

A constant number of queries, beside those of the run. The story of the record is read apart (`agents.story`).
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agents.runs.values import Node
from agents.tasks.models import Artifact, Verdict
from chimera.core import money
from chimera.core.calls.models import CallRecord
from governance.budgets.models import Hold
from governance.budgets.states import HoldStatus
from governance.leases.models import Attempt
from publishing.posts.models import Post

ROWS_MAX = 50  # of each sort, the newest; the story has them all
CHARS_MAX = 20_000  # of one content as text
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Made:
    """One artifact: as text, and the pictures that it names by their hash."""

    fence: int
    content_hash: str
    confidence: float | None
    text: str
    is_cut: bool
    pictures: tuple[tuple[str, str, bool], ...]  # (hash, what it shows, whether it is a video)
    at: Any


@dataclass(frozen=True, kw_only=True)
class Call:
    """A model or tool call that is kept for replay; request and answer as text."""

    row: CallRecord
    request: str
    answer: str
    cost: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Money of this step: what it was set aside under, what became of it."""

    key: str
    status: str
    held: str
    spent: str
    at: Any


@dataclass(frozen=True, kw_only=True)
class Inside:
    """What the panel shows; newest first."""

    made: tuple[Made, ...]
    verdicts: tuple[Verdict, ...]
    entries: tuple[Entry, ...]
    attempts: tuple[Attempt, ...]
    calls: tuple[Call, ...]
    receipt: str
    tries: int
    spent_usd_micros: int
    held_usd_micros: int


def inside(*, brand_id: int, node: Node) -> Inside:
    """What there is about the task of this node; at the desk."""
    own = {"brand_id": brand_id, "task_id": node.id}
    about = [node.subject, *([f"{Post.SUBJECT}:{node.post['id']}"] if node.post else [])]
    receipt = node.effect["receipt"] if node.effect else None
    holds = list(Hold.objects.filter(brand_id=brand_id, about__in=about).order_by("-id")[:ROWS_MAX])
    attempts = list(Attempt.objects.filter(brand_id=brand_id, subject__in=about).order_by("-id")[:ROWS_MAX])
    calls = CallRecord.objects.filter(brand_id=brand_id, subject__in=about).order_by("-id")[:ROWS_MAX]
    return Inside(
        made=tuple(_made(row) for row in Artifact.objects.filter(**own).order_by("-fence")[:ROWS_MAX]),
        verdicts=tuple(Verdict.objects.filter(**own).defer("snapshot").order_by("-fence")[:ROWS_MAX]),
        entries=tuple(_entry(hold) for hold in holds),
        attempts=tuple(attempts),
        calls=tuple(_call(row) for row in calls),
        receipt=_text(receipt)[0] if receipt is not None else "",
        tries=sum(attempt.subject == node.subject for attempt in attempts),
        spent_usd_micros=sum(hold.settled_usd_micros for hold in holds),
        held_usd_micros=sum(hold.amount_usd_micros for hold in holds if hold.status == HoldStatus.HELD),
    )


def _made(row: Artifact) -> Made:
    text, is_cut = _text(row.payload)
    return Made(
        fence=row.fence,
        content_hash=row.content_hash,
        confidence=None if row.confidence_bp is None else row.confidence_bp / 10_000,
        text=text,
        is_cut=is_cut,
        pictures=tuple(_pictures(row.payload)),
        at=row.made_at,
    )


def _pictures(payload: Any) -> Sequence[tuple[str, str, bool]]:
    """Of an image itself, of the media of a post, and of the renditions of a film."""
    named = payload.get("media", []) if isinstance(payload, dict) else []
    own = [payload] if isinstance(payload, dict) else []
    films = payload.get("renditions", {}) if isinstance(payload, dict) else {}
    moving = [{**one, "alt": payload.get("alt", ""), "kind": "video"} for one in _renditions(films)]
    return [
        (one["sha256"], str(one.get("alt", "")), one.get("kind") == "video")
        for one in [*own, *(named if isinstance(named, list) else []), *moving]
        if isinstance(one, dict) and _HASH.fullmatch(str(one.get("sha256", "")))
    ]


def _renditions(films: Any) -> list[dict[str, Any]]:
    return [one for one in films.values() if isinstance(one, dict)] if isinstance(films, dict) else []


def _text(value: Any) -> tuple[str, bool]:
    said = json.dumps(value, indent=1, ensure_ascii=False)
    return said[:CHARS_MAX], len(said) > CHARS_MAX


def _entry(hold: Hold) -> Entry:
    return Entry(
        key=hold.key,
        status=hold.status.lower(),
        held=money.show(hold.amount_usd_micros),
        spent=money.show(hold.settled_usd_micros),
        at=hold.made_at,
    )


def _call(row: CallRecord) -> Call:
    return Call(
        row=row, request=_text(row.request)[0], answer=_text(row.answer)[0], cost=money.show(row.cost_usd_micros)
    )
