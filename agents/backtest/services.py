"""Running a change over the past. Constant memory: counts, and the first changes as examples. Requirements: JDG-5."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from agents.backtest import changes, selectors
from agents.backtest.changes import Change, Would
from agents.backtest.selectors import Past
from agents.decisions.models import Answer
from chimera.core import clock, shadow
from governance.routing import Route
from publishing.posts import fees


@dataclass(frozen=True, kw_only=True)
class Changed:
    """One post that would have gone another way."""

    task: int
    agent: str
    text: str
    before: str
    after: str
    composite_bp: int | None
    would_be_bp: int | None
    why: str
    human: str  # what a human decided about it: approved, edited, rejected, "" nobody

    @property
    def link(self) -> str:
        """Its page at the desk."""
        return f"/admin/agents/task/{self.task}/change/"


@dataclass(kw_only=True)
class Report:
    """What the past was and would have been. Counts are of verdicts; money in micros of a dollar."""

    verdicts: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    changed: int = 0
    examples: list[Changed] = field(default_factory=list)
    rejected_would_go_out: int = 0
    approved_would_be_held: int = 0
    approved_would_be_lost: int = 0
    reviews_saved: int = 0
    cost_then_usd_micros: int = 0
    cost_now_usd_micros: int = 0

    @property
    def human_minutes(self) -> tuple[float, float]:
        """What humans spent then and would spend now."""
        each = settings.REVIEW_USUALLY_TAKES_S / 60
        return self.before[Route.HUMAN] * each, self.after[Route.HUMAN] * each

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        ways = list(Route)
        return {
            "verdicts": self.verdicts,
            "before": {way.lower(): self.before[way] for way in ways},
            "after": {way.lower(): self.after[way] for way in ways},
            "changed": self.changed,
            "rejected_would_go_out": self.rejected_would_go_out,
            "approved_would_be_held": self.approved_would_be_held,
            "approved_would_be_lost": self.approved_would_be_lost,
            "reviews_saved": self.reviews_saved,
            "cost_then_usd_micros": self.cost_then_usd_micros,
            "cost_now_usd_micros": self.cost_now_usd_micros,
            "human_minutes_then": round(self.human_minutes[0], 1),
            "human_minutes_now": round(self.human_minutes[1], 1),
            "examples": [{**vars(one), "link": one.link} for one in self.examples],
        }


def run(
    *, since: datetime, change: Change, examples_max: int = 20, progress: Callable[[int], None] = lambda done: None
) -> Report:
    """Try a change on every verdict since then. In a transaction; nothing can be written in it from here on.

    `progress` is told how many verdicts were looked at. Reaches nothing but the database.
    """
    report = Report()
    with shadow.closed():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        for piece in selectors.pieces(since=since):
            for past in piece:
                _count(report, past, changes.would(stored=past.stored, change=change), examples_max)
            progress(report.verdicts)
    return report


def _count(report: Report, past: Past, would: Would, examples_max: int) -> None:
    before, after = past.stored.route, would.route
    report.verdicts += 1
    report.before[before] += 1
    report.after[after] += 1
    report.cost_then_usd_micros += past.spent_usd_micros
    report.cost_now_usd_micros += past.spent_usd_micros
    if before == after:
        return
    report.changed += 1
    report.cost_now_usd_micros += _more(past, before, after)
    report.rejected_would_go_out += past.answer == Answer.REJECTED and after == Route.ACCEPT
    report.approved_would_be_held += past.answer == Answer.APPROVED and after == Route.HUMAN
    report.approved_would_be_lost += past.answer == Answer.APPROVED and after in (Route.RETRY, Route.REJECT)
    report.reviews_saved += before == Route.HUMAN
    if len(report.examples) < examples_max:
        report.examples.append(_example(past, would))


def _more(past: Past, before: Route, after: Route) -> int:
    """What it would have cost more (less: negative): a fee that is paid or spared, a making more or less.

    What would wait for a human goes out when the human who saw it approved it, else not.
    """
    goes_out = after == Route.ACCEPT or (after == Route.HUMAN and past.answer == Answer.APPROVED)
    more = 0
    if past.is_out and not goes_out:
        more -= past.posting_usd_micros
    elif goes_out and not past.is_out:
        more += fees.fee(platform=past.platform, payload=past.stored.snapshot["payload"], at=clock.now()).usd_micros
    return more + past.making_usd_micros * ((after == Route.RETRY) - (before == Route.RETRY))


def _example(past: Past, would: Would) -> Changed:
    snapshot = past.stored.snapshot
    return Changed(
        task=past.stored.task_id,
        agent=str(snapshot["agent"]["handle"]),
        text=" ".join(str(snapshot["payload"].get("text", "")).split())[:90],
        before=past.stored.route.lower(),
        after=would.route.lower(),
        composite_bp=past.stored.composite_bp,
        would_be_bp=would.composite_bp,
        why=would.why,
        human=past.answer,
    )
