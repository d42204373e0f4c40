"""Reading the numbers: two statements, whoever asks and however many answers there are.

Requirements: OPS-8, REV-9, JDG-5.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from chimera.core import tenancy
from chimera.core.errors import Denied
from governance.reviews.filters import Filters

ROWS_MAX = 200
Z = 1.96

# Which answers: those of a time, a person, and a part of the queue as a saved queue names it.
_WHICH = """
  a.at >= %(since)s AND a.at < %(until)s
  AND (%(reviewer)s::text IS NULL OR a.reviewer = %(reviewer)s)
  AND (%(brand)s::bigint IS NULL OR a.brand_id = %(brand)s) AND (%(agent)s = '' OR a.agent = %(agent)s)
  AND (%(kind)s = '' OR a.kind = %(kind)s)
  AND (%(platform)s = '' OR a.platform = %(platform)s) AND (%(group)s = '' OR a.group_key = %(group)s)
  AND (%(age_s)s = 0 OR a.waited_s >= %(age_s)s)
"""
# One pass without a sort: by person and by reason, each with a histogram of how long answers took. A step of it is 4%.
STEP = 25
_COUNTS = f"""
SELECT grouping(a.reviewer), coalesce(a.reviewer, a.kind),
       a.step, count(*),
       count(*) FILTER (WHERE a.answer = 'approved' AND a.undone_at IS NULL),
       count(*) FILTER (WHERE a.answer = 'edited' AND a.undone_at IS NULL),
       count(*) FILTER (WHERE a.answer = 'rejected' AND a.undone_at IS NULL),
       count(a.undone_at), count(a.took_ms), coalesce(sum(a.took_ms), 0)::bigint
  FROM governance_reviewanswer a WHERE {_WHICH}
 GROUP BY GROUPING SETS ((a.reviewer, a.step), (a.kind, a.step))
"""
# Both readings of one content by two people, neither taken back: did each let it out as it was?
_PAIRS = """
SELECT grouping(p.reviewer), coalesce(p.reviewer, ''), count(*),
       count(*) FILTER (WHERE p.first AND p.second), count(*) FILTER (WHERE p.first AND NOT p.second),
       count(*) FILTER (WHERE NOT p.first AND p.second), count(*) FILTER (WHERE NOT p.first AND NOT p.second)
  FROM (SELECT side.reviewer, f.answer = 'approved' AS first, a.answer = 'approved' AS second, side.number
          FROM governance_reviewanswer a
          JOIN governance_reviewanswer f ON f.brand_id = a.brand_id AND f.id = a.first_id AND f.undone_at IS NULL
         CROSS JOIN LATERAL (VALUES (f.reviewer, 1), (a.reviewer, 2)) AS side (reviewer, number)
         WHERE a.first_id IS NOT NULL AND a.undone_at IS NULL AND a.at >= %(since)s AND a.at < %(until)s
           AND (%(reviewer)s::text IS NULL OR side.reviewer = %(reviewer)s)
           AND (%(brand)s::bigint IS NULL OR a.brand_id = %(brand)s) AND (%(agent)s = '' OR a.agent = %(agent)s)
           AND (%(kind)s = '' OR a.kind = %(kind)s) AND (%(platform)s = '' OR a.platform = %(platform)s)
           AND (%(group)s = '' OR a.group_key = %(group)s) AND (%(age_s)s = 0 OR a.waited_s >= %(age_s)s)) p
 GROUP BY GROUPING SETS ((p.reviewer), ())
"""


class BadTime(Denied):
    """The time that was asked about is none."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How far two people agreed on whether a content goes out as it is, with its 95% interval (Wilson).

    Shares and `kappa` (Cohen) are None when there are too few pairs; `kappa` also when everybody always said the same.
    """

    pairs: int
    needed: int
    share: float | None = None
    low: float | None = None
    high: float | None = None
    kappa: float | None = None

    @property
    def is_known(self) -> bool:
        """Whether there are pairs enough."""
        return self.share is not None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One person, one reason, or all. `answers` are those given, `undone` those of them that were taken back.

    Seconds are from opening a card to its answer, of the `timed` answers whose giver had opened it, to within 4%; None
    for none. `per_hour` is how many of those fit into an hour with a card open.
    """

    name: str
    answers: int
    approved: int
    edited: int
    rejected: int
    undone: int
    timed: int
    median_s: float | None
    p90_s: float | None
    per_hour: float
    agreement: Agreement | None = None

    @property
    def undo_share(self) -> float:
        """Of the answers given."""
        return self.undone / self.answers if self.answers else 0.0

    @property
    def edited_share(self) -> float:
        """Of the answers that hold."""
        held = self.answers - self.undone
        return self.edited / held if held else 0.0

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {**asdict(self), "undo_share": round(self.undo_share, 4), "edited_share": round(self.edited_share, 4)}


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Between two moments."""

    since: datetime
    until: datetime
    reviewers: Sequence[Line]
    reasons: Sequence[Line]
    total: Line

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "total": self.total.as_json(),
            "reviewers": [one.as_json() for one in self.reviewers],
            "reasons": [one.as_json() for one in self.reasons],
        }


class Tally:
    """Sums and a histogram for each name, added up row by row."""

    def __init__(self) -> None:
        self.sums: dict[str, list[int]] = {}
        self.steps: dict[str, Counter[int]] = {}

    def add(self, name: str, step: int, counts: Sequence[int]) -> None:
        """One row of the statement; of its answers those that were timed are in the histogram."""
        former = self.sums.get(name, [0] * len(counts))
        self.sums[name] = [one + more for one, more in zip(former, counts, strict=True)]
        self.steps.setdefault(name, Counter()).update({step: counts[5]})

    def ordered(self) -> list[tuple[str, list[int]]]:
        """Who answered most first."""
        return sorted(self.sums.items(), key=lambda one: (-one[1][0], one[0]))

    def all(self) -> tuple[list[int], Counter[int]]:
        """Of all names together."""
        whole: Counter[int] = Counter()
        for steps in self.steps.values():
            whole.update(steps)
        return [sum(column) for column in zip(*self.sums.values(), strict=True)] or [0] * 7, whole


def numbers(*, since: datetime, until: datetime, queue: Filters | None = None, reviewer: str | None = None) -> Numbers:
    """The numbers of a time; of one reviewer ("user:ada") or of everybody. At the desk, or in a brand's context.

    Of a queue its brand, agent, reason, platform, group and age are looked at; in whose hands a card was is not kept.
    Raises BadTime.
    """
    if since >= until:
        raise BadTime(f"Nothing lies between {since:%Y-%m-%d %H:%M} and {until:%Y-%m-%d %H:%M}; begin earlier.")
    asked = queue or Filters()
    given: dict[str, Any] = {"since": since, "until": until, "reviewer": reviewer, "brand": asked.brand}
    given |= {"agent": asked.agent, "kind": asked.reason, "platform": asked.platform, "group": asked.group}
    given["age_s"] = asked.age_s
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, given)
        people, reasons = Tally(), Tally()
        for is_reason, name, step, *counts in cursor.fetchall():
            (reasons if is_reason else people).add(name, step, counts)
        cursor.execute(_PAIRS, given)
        pairs = {(row[0], row[1]): row[3:] for row in cursor.fetchall()}
    # Both sides of a pair stand in the sum.
    everybody = (number // (1 if reviewer else 2) for number in pairs.get((1, ""), (0,) * 4))
    whole, steps = reasons.all()
    return Numbers(
        since=since,
        until=until,
        reviewers=[
            _line(name, sums, people.steps[name], _agreement(*pairs.get((0, name), (0,) * 4)))
            for name, sums in people.ordered()[:ROWS_MAX]
        ],
        reasons=[_line(name, sums, reasons.steps[name], None) for name, sums in reasons.ordered()],
        total=_line("", whole, steps, _agreement(*everybody)),
    )


def mine_or_all(*, may_see_all: bool) -> str | None:
    """Whose numbers the running actor may see: everybody's (None), or their own."""
    return None if may_see_all else tenancy.current_actor()


def _line(name: str, sums: Sequence[int], steps: Counter[int], agreement: Agreement | None) -> Line:
    answers, approved, edited, rejected, undone, timed, took_ms = sums
    return Line(
        name=name,
        answers=answers,
        approved=approved,
        edited=edited,
        rejected=rejected,
        undone=undone,
        timed=timed,
        median_s=_quantile_s(steps, 0.5),
        p90_s=_quantile_s(steps, 0.9),
        per_hour=round(timed * 3_600_000 / took_ms, 1) if took_ms else 0.0,
        agreement=agreement,
    )


def _quantile_s(steps: Counter[int], share: float) -> float | None:
    """Seconds below which that share of a histogram lies, to within a step; None of an empty one."""
    wanted, below = share * steps.total(), 0
    for step, count in sorted(steps.items()):
        if count and below + count >= wanted:
            return round(math.exp((step + (wanted - below) / count) / STEP) / 1000, 1)
        below += count
    return None


def _agreement(both: int, first_only: int, second_only: int, neither: int) -> Agreement:
    """Of the four ways in which two yeses or noes fall together."""
    pairs = both + first_only + second_only + neither
    needed = settings.SECOND_READINGS_MIN
    if pairs < needed or not pairs:
        return Agreement(pairs=pairs, needed=needed)
    share, spread = (both + neither) / pairs, Z * Z / pairs
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(share * (1 - share) / pairs + spread / (4 * pairs))
    yes_yes = (both + first_only) * (both + second_only)
    no_no = (neither + second_only) * (neither + first_only)
    by_chance = (yes_yes + no_no) / (pairs * pairs)
    kappa = (share - by_chance) / (1 - by_chance) if by_chance < 1 else None
    return Agreement(
        pairs=pairs,
        needed=needed,
        share=round(share, 4),
        low=round(max(0.0, middle - half), 4),
        high=round(min(1.0, middle + half), 4),
        kappa=None if kappa is None else round(kappa, 4),
    )
