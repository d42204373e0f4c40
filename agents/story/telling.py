"""Telling: from gathered rows to steps with plain words, reasons and money. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from agents.story import words
from agents.story.selectors import Gathered, Row
from chimera.core import money
from governance.policies.base import Outcome
from governance.reviews.models import DoubtAnswer, RejectReason, ReviewKind

REASONS_MAX = 4
REASON_MAX = 600  # characters


@dataclass(frozen=True, kw_only=True)
class Step:
    """One event, told. Money in micros of a dollar: what this event set aside or spent, and the sums so far.

    `seq` is its number in the sealed log; None while it is not sealed.
    """

    event: int
    at: datetime
    who: str
    lane: str
    subject: str
    what: str
    before: str
    after: str
    version: int
    why: str
    cost: str
    held_usd_micros: int
    spent_usd_micros: int
    seq: int | None

    @property
    def stage(self) -> str:
        """Which stage acted, for a worker; empty for people and other programs."""
        return self.who.partition(" stage:")[2]

    @property
    def program(self) -> str:
        """Which worker acted."""
        return self.who.partition(" stage:")[0]

    @property
    def spent(self) -> str:
        """All that was spent until then, in dollars."""
        return money.show(self.spent_usd_micros)


@dataclass(frozen=True, kw_only=True)
class Story:
    """A task told in order, and what is beside it."""

    subject: str
    kind: str
    status: str
    handle: str
    wish: str
    goal: int
    is_archived: bool
    is_whole: bool
    steps: list[Step]
    tries: list[Row]
    siblings: list[Row]
    post: Row | None

    @property
    def task_id(self) -> int:
        """The number in its name."""
        return int(self.subject.rpartition(":")[2])

    @property
    def spent_usd_micros(self) -> int:
        """What it cost so far, its post's fee included."""
        return self.steps[-1].spent_usd_micros if self.steps else 0

    @property
    def spent(self) -> str:
        """The same in dollars."""
        return money.show(self.spent_usd_micros)

    @property
    def unsealed_count(self) -> int:
        """How many of its events are not sealed yet."""
        return sum(step.seq is None for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {**asdict(self), "spent_usd_micros": self.spent_usd_micros, "unsealed": self.unsealed_count}


@dataclass
class _Purse:
    """Money along the way: what is set aside now, what was spent."""

    held: dict[str, int] = field(default_factory=dict)
    spent: int = 0

    def note(self, event: Row, body: Mapping[str, Any]) -> str:
        """What an event of a hold did, in words."""
        amount, subject = int(body.get("amount_usd_micros") or 0), event["subject"]
        if event["action"] == "insert":
            self.held[subject] = amount
            return f"{money.show(amount)} set aside"
        if event["action"] == "delete" or subject not in self.held:
            return ""
        self.held.pop(subject)
        settled = int(body.get("settled_usd_micros") or 0)
        self.spent += settled
        return f"{money.show(settled)} spent" if event["to_status"] == "SETTLED" else f"{money.show(amount)} given back"


def tell(*, found: Gathered) -> Story:
    """The story of what was gathered."""
    purse, steps = _Purse(), []
    for event in found.events:
        body = _body(event)
        lane = words.lane(event["subject"])
        cost = purse.note(event, body) if lane == "money" else ""
        steps.append(
            Step(
                event=event["id"],
                at=event["at"],
                who=event["actor"],
                lane=lane,
                subject=event["subject"],
                what=words.told(
                    lane=lane, action=event["action"], before=event["from_status"], after=event["to_status"]
                ),
                before=event["from_status"],
                after=event["to_status"],
                version=event["state_version"],
                why=_why(found, event, lane, body)[:REASON_MAX],
                cost=cost,
                held_usd_micros=sum(purse.held.values()),
                spent_usd_micros=purse.spent,
                seq=event["seq"],
            )
        )
    return Story(
        subject=found.subject,
        kind=found.task["kind"],
        status=found.task["status"],
        handle=found.handle,
        wish=found.goal["wish"],
        goal=found.goal["id"],
        is_archived=found.is_archived,
        is_whole=found.is_whole,
        steps=steps,
        tries=found.attempts,
        siblings=[row for row in found.steps if row["id"] != found.task["id"]],
        post=found.post,
    )


def _body(event: Row) -> dict[str, Any]:
    said: Any = json.loads(event["body"])
    return said if isinstance(said, dict) else {}


def _why(found: Gathered, event: Row, lane: str, body: Mapping[str, Any]) -> str:
    """The reason of an event, from the row that it is about; nothing where nobody gave one."""
    number = int(event["subject"].rpartition(":")[2])
    if event["action"] == "delete":
        return ""
    if lane == "task":
        return _of_task(found, event, body)
    if lane == "review":
        return _of_review(event, found.reviews.get(number, {}))
    if lane == "post":
        return _of_post(found, event)
    if lane == "effect":
        return _of_effect(body, found.effects.get(number, {}), event["to_status"])
    return f"for {found.holds[number]['key']}" if number in found.holds else ""


def _of_task(found: Gathered, event: Row, body: Mapping[str, Any]) -> str:
    before, after, fence = event["from_status"], event["to_status"], body.get("fence")
    if not before:
        return f"For the goal: {found.goal['wish']}"
    if before == "JUDGING" and fence in found.verdicts:
        return _of_verdict(found.verdicts[fence])
    if before == "READY" and after in ("JUDGING", "DONE") and fence in found.artifacts:
        return _of_artifact(found.artifacts[fence])
    if before == "HELD":
        answered = [row for row in found.reviews.values() if row["decided_at"] and row["decided_at"] <= event["at"]]
        return _answer(answered[-1]) if answered else ""
    if (before, after) == ("DONE", "READY"):
        return _told_to(found, event)
    return found.task["note"] if after == found.task["status"] and _is_last(found, event) else ""


def _told_to(found: Gathered, event: Row) -> str:
    """What a step that was opened again was told: the n-th opening goes with the n-th word of feedback."""
    opened = [
        one["id"]
        for one in found.events
        if one["subject"] == event["subject"] and (one["from_status"], one["to_status"]) == ("DONE", "READY")
    ]
    said = found.task["feedback"]
    if len(said) != len(opened):
        return ""
    entry = said[opened.index(event["id"])]
    return f"Told by the {entry.get('by', 'judge')}: {entry.get('reason', '')}"


def _is_last(found: Gathered, event: Row) -> bool:
    """A note on a row is of its last event; what it said earlier is not kept."""
    return event is [one for one in found.events if one["subject"] == event["subject"]][-1]


def _of_artifact(artifact: Row) -> str:
    sure = artifact["confidence_bp"]
    said = f"Content {artifact['content_hash'][:12]}"
    return f"{said}; the worker was {sure / 10_000:.2f} sure." if sure is not None else f"{said}."


def _of_verdict(verdict: Row) -> str:
    composite = verdict["composite_bp"]
    score = f"The score is {composite / 10_000:.4f}." if composite is not None else "There is no score."
    findings = [one for one in verdict["findings"] if Outcome[one["outcome"]] > Outcome.PASS]
    objections = [f"{one['policy']}: {one['reason']}" for one in findings[:REASONS_MAX]]
    more = f"And {len(findings) - REASONS_MAX} more." if len(findings) > REASONS_MAX else ""
    return _joined([score, *verdict["reasons"], *objections, more])


def _of_review(event: Row, review: Row) -> str:
    if not review:
        return ""
    if event["action"] == "insert":
        kind = ReviewKind(review["kind"]).label
        return _joined(["" if review["why"].startswith(kind) else f"{kind}.", review["why"]])
    return _answer(review) if event["from_status"] == "PENDING" and event["to_status"] == review["status"] else ""


def _answer(review: Row) -> str:
    """Who answered what, in which words."""
    code = RejectReason(review["reason_code"]).label if review["reason_code"] else ""
    answer = DoubtAnswer(review["answer"]).label if review["answer"] else ""
    first = f" and {review['first_by']}" if review["first_by"] and review["status"] == "APPROVED" else ""
    by = f"Answered by {review['decided_by']}{first}." if review["decided_by"] else ""
    return _joined([by, f"{answer}." if answer else "", f"{code}." if code else "", review["reason"]])


def _of_post(found: Gathered, event: Row) -> str:
    post = found.post or {}
    if event["action"] == "insert":
        approval = post.get("approval", "")
        if approval.startswith("governance.reviewitem:"):
            return f"A human said yes: {approval}."
        return "The judge accepted it alone."
    if event["to_status"] == "PUBLISHED":
        return _joined([f"Live as {post.get('platform_id', '')}.", post.get("url", "")])
    return post.get("note", "") if _is_last(found, event) else ""


def _of_effect(body: Mapping[str, Any], effect: Row, after: str) -> str:
    if after == "SENT":
        return f"Grant {body.get('grant_jti', '')}, send {body.get('sends', 1)}."
    if after == "CONFIRMED":
        return f"The platform calls it {body.get('platform_id', '')}."
    if after == "INTENDED" and body.get("reopened_by"):
        return f"Opened again by: {body['reopened_by']}."
    looks = effect.get("lookups") or []
    if after in ("IN_DOUBT", "REFUTED") and looks:
        return _joined([f"Looked up {len(looks)} times, last: {looks[-1]['result']}.", looks[-1].get("said", "")])
    return ""


def _joined(parts: Sequence[str]) -> str:
    return " ".join(part.strip() for part in parts if part and part.strip())
