"""From events to times: pure, so that made-up records can be tried. Requirements: PLN-11."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

ENDED_GOALS = frozenset({"DONE", "FAILED", "CANCELLED"})
ENDED_POSTS = frozenset({"PUBLISHED", "FAILED", "CANCELLED", "REVERTED"})


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One event of the record, as far as a batch's clock cares. `about` is the row that a card is for, else empty."""

    at: datetime
    goal: int
    subject: str
    from_status: str
    to_status: str
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class Times:
    """What the record says about a batch. `last` is the last post, None before there is one."""

    first: datetime | None
    last: datetime | None
    posts: int
    running: timedelta
    waiting: timedelta
    is_open: bool


@dataclass
class _Goal:
    """A goal while its events go by."""

    ended: bool = False
    posts: set[str] = field(default_factory=set)  # on their way
    held: set[str] = field(default_factory=set)  # tasks and posts that a human has

    @property
    def is_open(self) -> bool:
        return not self.ended or bool(self.posts)


def times(*, moments: Iterable[Moment], until: datetime) -> Times:
    """Read the clock of one batch off its events, which are in order of time. An open batch is read at `until`.

    A batch whose goals have all ended without a post is read at the end of the last of them.
    """
    goals: dict[int, _Goal] = {}
    first = last = before = None
    running = waiting = timedelta(0)
    at_last = (running, waiting)
    posts = 0
    for moment in moments:
        if before is not None:
            running, waiting = _pass(goals, moment.at - before, running, waiting)
        first, before = first or moment.at, moment.at
        _take(goals.setdefault(moment.goal, _Goal()), moment)
        if _is_post(moment) and moment.to_status == "PUBLISHED":
            last, posts, at_last = moment.at, posts + 1, (running, waiting)
    is_open = any(goal.is_open for goal in goals.values())
    if is_open and before is not None:
        running, waiting = _pass(goals, max(until - before, timedelta(0)), running, waiting)
    elif last is not None:
        running, waiting = at_last  # what was tidied up after the last post is not the batch's time
    return Times(first=first, last=last, posts=posts, running=running, waiting=waiting, is_open=is_open)


def _pass(
    goals: dict[int, _Goal], span: timedelta, running: timedelta, waiting: timedelta
) -> tuple[timedelta, timedelta]:
    open_goals = [goal for goal in goals.values() if goal.is_open]
    if any(not goal.held for goal in open_goals):
        return running + span, waiting
    return running, waiting + span if open_goals else waiting


def _is_post(moment: Moment) -> bool:
    return moment.subject.startswith("publishing.post:")


def _take(goal: _Goal, moment: Moment) -> None:
    if moment.about:
        if moment.from_status == "PENDING":  # answered, expired or taken back: no human has it any more
            goal.held.discard(moment.about)
        return
    if moment.subject.startswith("agents.goal:"):
        # A row that is gone was put away, which it is only when it has ended.
        goal.ended = moment.to_status in ENDED_GOALS or not moment.to_status
    elif _is_post(moment):
        if moment.to_status in ENDED_POSTS or not moment.to_status:
            goal.posts.discard(moment.subject)
        else:
            goal.posts.add(moment.subject)
    if moment.to_status == "HELD":
        goal.held.add(moment.subject)
    else:
        goal.held.discard(moment.subject)
