"""Reading one card, whole: the frozen snapshot, and beside it what the rows say now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.cards import alike, by_hand, doubt, history, marking, money, post, sources
from agents.cards.alike import Alike
from agents.cards.by_hand import ByHand
from agents.cards.doubt import Doubt
from agents.cards.history import History
from agents.cards.marking import Mark, Piece
from agents.cards.money import Cost
from agents.cards.post import Shown
from agents.cards.sources import Sources
from agents.tasks.models import Task
from governance.reviews.models import ANSWERS, ReviewItem, ReviewKind

_OBJECTS = ("ESCALATE", "BLOCK")


@dataclass(frozen=True, kw_only=True)
class Note:
    """What one rule said. `number` is that of the mark in the text, 0 when its words do not stand there."""

    policy: str
    outcome: str
    reason: str
    span: str
    score: str
    number: int

    @property
    def objects(self) -> bool:
        """Whether it asks for a human, or for another text."""
        return self.outcome in _OBJECTS


@dataclass(frozen=True, kw_only=True)
class Score:
    """The composite as it was made, and what it was held against. Shares from 0 to 1, None where nobody said."""

    composite: float | None
    parts: tuple[tuple[str, float], ...]
    act_above: float | None
    retry_below: float | None
    worker: float | None
    is_offline: bool
    offline_may_act: bool | None


@dataclass(frozen=True, kw_only=True)
class Trend:
    """What it is about. The title is text from outside."""

    pieces: tuple[Piece, ...]
    sources: tuple[str, ...]
    expires_at: datetime | None
    relevance_bp: int | None


@dataclass(frozen=True, kw_only=True)
class Card:
    """Everything that a reviewer sees of one review. Of a sample, nothing that gives the judge's opinion away."""

    item: ReviewItem
    is_sample: bool
    is_doubt: bool
    by_hand: ByHand | None
    agent: Mapping[str, Any]
    agent_id: int | None
    soul: Mapping[str, Any]
    shown: Shown
    notes: tuple[Note, ...]
    score: Score | None
    trend: Trend | None
    sources: Sources
    cost: Cost | None
    alike: tuple[Alike, ...]
    history: History | None
    doubt: Doubt | None

    @property
    def objections(self) -> list[Note]:
        """What asks for a human."""
        return [note for note in self.notes if note.objects]


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What of a review is looked at beside others of its group: from its snapshot alone."""

    item: ReviewItem
    agent: Mapping[str, Any]
    shown: Shown
    objections: tuple[Note, ...]
    score: Score | None

    @property
    def may_decide(self) -> bool:
        """Whether a plain yes or no is an answer to it."""
        return self.item.kind not in ANSWERS


def brief(*, item: ReviewItem, at: datetime) -> Brief:
    """A review in short, without a query: what nothing says, its trend, cost and history are on its own card."""
    notes, marks = _notes(item.snapshot)
    return Brief(
        item=item,
        agent={"name": "", "handle": item.agent, **item.snapshot.get("agent", {})},
        shown=post.of(snapshot=item.snapshot, marks=marks, at=at),
        objections=tuple(note for note in notes if note.objects),
        score=_score(item.snapshot),
    )


def of(*, item: ReviewItem, at: datetime) -> Card:
    """The card of a review as it stands `at` now, in a constant number of queries."""
    snapshot = _asked(item)
    is_sample = item.kind == ReviewKind.SAMPLE
    tasks = _tasks(item)
    rests_on = sources.of(snapshot, compare=not is_sample)
    notes, marks = _notes(snapshot)
    outward = next((task for task in tasks if task.subject == item.task), None)
    return Card(
        item=item,
        is_sample=is_sample,
        is_doubt=item.kind == ReviewKind.IN_DOUBT,
        by_hand=by_hand.of(item=item) if item.kind == ReviewKind.BY_HAND else None,
        agent={"name": "", "handle": item.agent, **snapshot.get("agent", {})},
        agent_id=outward.agent_id if outward else None,
        soul=snapshot.get("soul", {}),
        shown=post.of(snapshot=snapshot, marks=[*marks, *rests_on.marks], at=at),
        notes=tuple(notes),
        score=_score(snapshot),
        trend=_trend(snapshot),
        sources=rests_on,
        cost=None if is_sample else money.of(brand_id=item.brand_id, tasks=tasks, payload=snapshot["payload"], at=at),
        alike=alike.of(snapshot=snapshot, brand_id=item.brand_id),
        history=None if is_sample else history.of(brand_id=item.brand_id, task=item.task, tasks=tasks),
        doubt=doubt.of(item=item) if snapshot.get("effect") else None,
    )


def _asked(item: ReviewItem) -> Mapping[str, Any]:
    """The snapshot with what is asked now: the first of two people may have mended the text, which was judged anew."""
    if not item.first_edited:
        snapshot: Mapping[str, Any] = item.snapshot
        return snapshot
    judged = {name: item.first_edited[name] for name in ("findings", "composite_bp")}
    verdict = {**item.snapshot["verdict"], **judged} if "verdict" in item.snapshot else {}
    return {**item.snapshot, "payload": item.asked_payload, **({"verdict": verdict} if verdict else {})}


def _tasks(item: ReviewItem) -> list[Task]:
    """The tasks of the goal that the review is about, by number; none when they are in the archive. One query."""
    name, _, number = item.task.rpartition(":")
    if name != Task.SUBJECT or not number.isdigit():
        return []
    goal = Task.objects.filter(brand_id=item.brand_id, pk=int(number)).values("goal_id")
    return list(Task.objects.filter(brand_id=item.brand_id, goal_id__in=goal).order_by("pk"))


def _notes(snapshot: Mapping[str, Any]) -> tuple[list[Note], list[Mark]]:
    """What the rules said, objections first, and the marks of their words in the text."""
    text = str(snapshot["payload"].get("text") or "")
    findings = snapshot.get("verdict", {}).get("findings", [])
    notes: list[Note] = []
    marks: list[Mark] = []
    number = 0
    for finding in sorted(findings, key=lambda one: one["outcome"] not in _OBJECTS):
        found = marking.places(text, finding["span"]) if finding["outcome"] in _OBJECTS else []
        if found:
            number += 1
            marks += [Mark(start=start, end=end, kind="objection", number=number) for start, end in found]
        scored = finding.get("score_bp")
        notes.append(
            Note(
                policy=finding["policy"],
                outcome=finding["outcome"],
                reason=finding["reason"],
                span="" if found else finding["span"],
                score="" if scored is None else f"{scored / 10_000:.2f}",
                number=number if found else 0,
            )
        )
    return notes, marks


def _share(bp: int | None) -> float | None:
    return None if bp is None else bp / 10_000


def _score(snapshot: Mapping[str, Any]) -> Score | None:
    verdict, routing = snapshot.get("verdict"), snapshot.get("routing", {})
    if not verdict:
        return None
    return Score(
        composite=_share(verdict.get("composite_bp")),
        parts=tuple((name, bp / 10_000) for name, bp in verdict.get("parts", {}).items()),
        act_above=_share(routing.get("act_above_bp")),
        retry_below=_share(routing.get("retry_below_bp")),
        worker=_share(routing.get("worker_bp")),
        is_offline=bool(snapshot.get("judged_offline")),
        offline_may_act=routing.get("offline_may_act"),
    )


def _trend(snapshot: Mapping[str, Any]) -> Trend | None:
    trend = snapshot.get("trend", {})
    if not trend.get("title"):
        return None
    expires = trend.get("expires_at")
    return Trend(
        pieces=tuple(marking.outside(str(trend["title"]))),
        sources=tuple(trend.get("sources", [])),
        expires_at=datetime.fromisoformat(expires) if expires else None,
        relevance_bp=trend.get("relevance_bp"),
    )
