"""How it did: a post against the median of its persona on its platform at the same step, and topics by their posts.

Only readings that were taken in time are compared, and only where enough posts of the persona were read at that step:
young posts are held against what others were like when they were young. Requirements: MET-1.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from publishing.connectors.measuring import NAMES, Figures, figures
from publishing.metrics.models import Reading

BACK = timedelta(days=60)
POSTS_MIN = 4  # of a persona on a platform, before one of them is compared with their median
IN_TIME = 2.0  # a reading is taken in time before the post is so many times as old as was meant
TIMES_MAX = 5.0  # one post counts as at most so many usual ones for its topic
HALF_LIFE = timedelta(days=20)  # of what a post says about its topic
_COLUMNS = (
    "post_id", "step_s", "taken_at", *NAMES, "post__published_at", "post__payload", "post__account__platform",
    "post__task",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Did:
    """One post at one step. `engagement` is likes, replies and reposts for each view (`is_rate`), else their number.

    `times` is the engagement for each that is the median of the persona's posts there, at that step; None where too few
    were read, or the median is nothing.
    """

    post_id: int
    platform: str
    published_at: datetime
    step_s: int
    figures: Figures
    engagement: float
    is_rate: bool
    is_sponsored: bool
    text: str
    times: float | None = None
    task: str = ""  # that made the post, by name


@dataclass(frozen=True, kw_only=True)
class Topic:
    """What posts about one topic came to: the average of their `times`, how many they are, and how much that counts
    by now (each 1 when it was published, half of it after HALF_LIFE). Whoever asks says what is one post."""

    name: str
    times: float
    posts: int
    weight: float


def readings(*, post_id: int) -> list[Reading]:
    """What was read of a post, the first step first."""
    return list(Reading.objects.filter(post_id=post_id).order_by("step_s"))


def how_they_did(*, belongs_to: str, now: datetime, back: timedelta = BACK) -> list[Did]:
    """Every comparable reading of a persona's posts of the last days, the oldest post first; answers are left out."""
    found = Reading.objects.filter(
        post__account__belongs_to=belongs_to, post__published_at__gte=now - back, is_gone=False
    )
    ordered = found.order_by("post__published_at", "post_id", "step_s")
    dids = [did for row in ordered.values(*_COLUMNS) if (did := _did(row)) is not None]
    return _compared(dids)


def last(*, dids: Sequence[Did]) -> list[Did]:
    """Each post once: at its last step that is compared, else at its last one; in the order of `dids`."""
    best: dict[int, Did] = {}
    for one in dids:
        known = best.get(one.post_id)
        if known is None or (one.times is not None, one.step_s) > (known.times is not None, known.step_s):
            best[one.post_id] = one
    return list(best.values())


def topics(*, dids: Iterable[Did], names: Mapping[int, str], now: datetime) -> list[Topic]:
    """What posts came to by topic, the best first. `names`: the topic of each post; those without one are left out."""
    told: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for one in dids:
        name = names.get(one.post_id, "")
        if name and one.times is not None:
            weight = 0.5 ** (max(timedelta(0), now - one.published_at) / HALF_LIFE)
            told[name].append((min(one.times, TIMES_MAX), weight))
    made = [
        Topic(
            name=name,
            times=sum(times * weight for times, weight in rows) / sum(weight for _, weight in rows),
            posts=len(rows),
            weight=sum(weight for _, weight in rows),
        )
        for name, rows in told.items()
    ]
    return sorted(made, key=lambda one: (-one.times, one.name))


def _did(row: Mapping[str, Any]) -> Did | None:
    """A reading as it counts; None for what is an answer, was read late, or tells nothing to compare."""
    payload, told = row["post__payload"], figures(row)
    late = row["taken_at"] - row["post__published_at"] > timedelta(seconds=row["step_s"] * IN_TIME)
    if late or payload.get("reply_to") or told.likes is None:
        return None
    number = told.likes + (told.replies or 0) + (told.reposts or 0)
    return Did(
        post_id=row["post_id"],
        platform=row["post__account__platform"],
        published_at=row["post__published_at"],
        step_s=row["step_s"],
        figures=told,
        engagement=number / told.views if told.views else float(number),
        is_rate=bool(told.views),
        is_sponsored=payload.get("sponsorship", "none") != "none",
        text=str(payload.get("text", "")),
        task=row["post__task"],
    )


def _compared(dids: Sequence[Did]) -> list[Did]:
    alike: dict[tuple[str, int, bool], list[float]] = defaultdict(list)
    for one in dids:
        alike[one.platform, one.step_s, one.is_rate].append(one.engagement)
    usual = {key: median(numbers) for key, numbers in alike.items() if len(numbers) >= POSTS_MIN}
    found = []
    for one in dids:
        middle = usual.get((one.platform, one.step_s, one.is_rate), 0.0)
        found.append(replace(one, times=one.engagement / middle) if middle else one)
    return found
