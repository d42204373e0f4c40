"""What is known of a post that may be live: each call with its answer, each look-up, who tried, and what comes next.

From the effect as it stands now; of one that is gone, from what the card froze. Four queries at most. REV-1, PUB-4.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from agents.cards import marking
from agents.cards.marking import Piece
from chimera.core import registry
from chimera.core.calls.models import CallRecord
from chimera.core.errors import Denied
from governance.effects.models import Effect
from governance.leases.models import Attempt
from governance.reviews.models import ReviewItem, ReviewKind
from governance.reviews.states import ReviewStatus
from publishing.connectors.base import Connector

SHOWN_MAX = 20
CLASSES = {
    "A": "A: the platform knows the key of a post for a day, and while it does the same key is sent again and tells. "
    "A human is asked when it does not know it any more.",
    "B": "B: the platform knows no keys; what the account has posted is read. Absent often enough, it is sent again.",
    "C": "C: the platform knows no keys and shows us nothing. Only a person can look.",
}
RESULTS = {"absent": "not there", "found": "found", "failed": "could not be read", "not_sent": "surely not sent"}


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call that was made. `said` is the platform's or its connector's answer: text from outside."""

    sent_at: datetime
    took_s: float
    said: tuple[Piece, ...]
    is_failure: bool


@dataclass(frozen=True, kw_only=True)
class Look:
    """One look-up by reading. `send` is the number of the send that it is about, 0 where nobody wrote it down."""

    at: datetime | None
    send: int
    result: str
    said: tuple[Piece, ...]


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One claim of the post by a worker, and how that ended; "" when nobody said."""

    at: datetime
    ended_at: datetime | None
    worker: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """The evidence. `first_sent_at` counts since it was last opened; `account_page` is "" where none is known.

    `reads`: whether the platform can be read; `again_at` is when it is looked at next if nobody answers, None when the
    card waits for nothing.
    """

    status: str
    platform: str
    says_class: str
    key: str
    sends: int
    first_sent_at: datetime | None
    sent_at: datetime | None
    calls: tuple[Call, ...]
    looks: tuple[Look, ...]
    tries: tuple[Tried, ...]
    account_page: str
    reads: bool
    again_at: datetime | None

    @property
    def unheard(self) -> int:
        """Sends of which no answer was written down: whoever made the call died with it."""
        return max(0, self.sends - len(self.calls)) if self.sends <= SHOWN_MAX else 0


def of(*, item: ReviewItem) -> Doubt:
    """What is known of the post that a card is about."""
    payload, frozen = item.snapshot["payload"], item.snapshot.get("effect", {})
    effect = Effect.objects.filter(brand_id=item.brand_id, about=item.about, kind="publish").first()
    now: Mapping[str, Any] = _row(effect) if effect is not None else frozen
    connector = _connector(str(payload.get("platform", "")))
    waits = item.kind == ReviewKind.IN_DOUBT and item.status == ReviewStatus.PENDING
    handle = str(payload.get("account_handle") or item.agent)
    return Doubt(
        status=str(now.get("status", "")),
        platform=str(payload.get("platform", "")),
        says_class=CLASSES.get(str(now.get("platform_class", "")), ""),
        key=str(now.get("key", "")),
        sends=int(now.get("sends") or 0),
        first_sent_at=_moment(now.get("first_sent_at")),
        sent_at=_moment(now.get("sent_at")),
        calls=_calls(item),
        looks=tuple(_look(one) for one in now.get("lookups", [])[-SHOWN_MAX:]),
        tries=_tries(item),
        account_page=connector.account_page(account_handle=handle) if connector else "",
        reads=connector is not None and connector.can_look_up,
        again_at=item.deadline if waits else None,
    )


def _row(effect: Effect) -> dict[str, Any]:
    names = ("status", "platform_class", "key", "sends", "first_sent_at", "sent_at", "lookups")
    return {name: getattr(effect, name) for name in names}


def _connector(platform: str) -> Connector | None:
    try:
        return registry.get("CONNECTORS", platform, Connector)
    except Denied:
        return None  # gone from the switchboard: a human looks without its help


def _moment(said: Any) -> datetime | None:
    if isinstance(said, datetime) or not said:
        return said or None
    return datetime.fromisoformat(str(said))


def _calls(item: ReviewItem) -> tuple[Call, ...]:
    made = CallRecord.objects.filter(brand_id=item.brand_id, subject=item.about, seat="publish").order_by("-id")
    rows = made.values_list("at", "latency_ms", "failure", "answer")[:SHOWN_MAX]
    return tuple(
        Call(
            sent_at=at - timedelta(milliseconds=latency_ms),
            took_s=latency_ms / 1000,
            said=tuple(marking.outside(failure.partition(": ")[2] or failure or _words(answer))),
            is_failure=bool(failure),
        )
        for at, latency_ms, failure, answer in reversed(rows)
    )


def _words(answer: Any) -> str:
    told = answer if isinstance(answer, dict) else {}
    return " ".join(str(told[name]) for name in ("raw_status", "platform_id", "url") if told.get(name))


def _look(one: Mapping[str, Any]) -> Look:
    return Look(
        at=_moment(one.get("at")),
        send=int(one.get("send") or 0),
        result=RESULTS.get(str(one.get("result", "")), str(one.get("result", ""))),
        said=tuple(marking.outside(str(one.get("said", "")))),
    )


def _tries(item: ReviewItem) -> tuple[Tried, ...]:
    made = Attempt.objects.filter(brand_id=item.brand_id, subject=item.about).order_by("-id")
    rows = made.values_list("claimed_at", "ended_at", "owner", "outcome")[:SHOWN_MAX]
    return tuple(Tried(at=at, ended_at=end, worker=owner, outcome=how) for at, end, owner, how in reversed(rows))
