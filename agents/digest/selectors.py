"""What happened in one brand, and in the fleet, between two moments: a constant number of queries for each."""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, Q, Sum
from django.db.models.expressions import RawSQL

from agents.personas.models import RungStep, Soul
from chimera.core.brands.models import Brand
from governance.budgets.models import Budget, Entry
from governance.controls.models import Control
from governance.leases.models import Attempt
from governance.numbers.models import ReviewAnswer
from governance.reviews.models import ReviewItem, ReviewKind
from governance.reviews.states import ReviewStatus
from governance.servers.models import Server
from governance.thresholds.models import Threshold
from publishing.posts.models import Post
from publishing.posts.states import PostStatus
from publishing.reversals.models import Reversal
from publishing.reversals.states import ReversalStatus

ROWS_MAX = 20  # of each list; counts are whole
FAILED_LOOKBACK = timedelta(days=7)  # a post that fails was made at most so long before


@dataclass(frozen=True, kw_only=True)
class Day:
    """One brand. Lists hold sentences' facts, newest first, at most ROWS_MAX of each."""

    brand: str
    out: list[dict[str, Any]] = field(default_factory=list)  # {"handle", "posts"}
    waiting: int = 0
    doubts: int = 0
    oldest: datetime | None = None
    deadline: datetime | None = None
    answers: dict[str, int] = field(default_factory=dict)
    spent_usd_micros: int = 0
    used_today_usd_micros: int = 0
    limit_usd_micros: int | None = None
    souls: list[dict[str, Any]] = field(default_factory=list)  # {"handle", "version"}
    rungs: list[dict[str, Any]] = field(default_factory=list)  # {"handle", "from", "to", "actor", "reason"}
    thresholds: list[dict[str, Any]] = field(default_factory=list)  # {"scope", "act_above_bp", "by", "ended"}
    stops: list[dict[str, Any]] = field(default_factory=list)  # {"scope", "kind", "reason", "by", "lifted"}
    failed: list[dict[str, Any]] = field(default_factory=list)  # {"post", "handle", "said"}
    expired: int = 0
    reverted: int = 0  # posts that were taken down

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)

    @property
    def published(self) -> int:
        """How many posts went out."""
        return sum(one["posts"] for one in self.out)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        told = (self.out, self.waiting, self.answers, self.spent_usd_micros, self.failed, self.expired, self.reverted)
        return not any((*told, self.souls, self.rungs, self.thresholds, self.stops))


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """What concerns all brands."""

    used_today_usd_micros: int = 0
    limit_usd_micros: int = 0
    stops: list[dict[str, Any]] = field(default_factory=list)
    servers: list[dict[str, Any]] = field(default_factory=list)  # {"name", "state", "by"}

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def of_brand(*, brand_id: int, since: datetime, until: datetime) -> Day:
    """In the brand's context."""
    between: tuple[datetime, datetime] = (since, until)
    out = Post.objects.filter(status=PostStatus.PUBLISHED, published_at__range=between, brand_id=brand_id)
    waits = (
        ReviewItem.objects.filter(brand_id=brand_id, status=ReviewStatus.PENDING)
        .exclude(kind=ReviewKind.SAMPLE)
        .aggregate(
            waiting=Count("id"),
            doubts=Count("id", filter=Q(kind=ReviewKind.IN_DOUBT)),
            oldest=Min("made_at"),
            deadline=Min("deadline"),
        )
    )
    answers = ReviewAnswer.objects.filter(brand_id=brand_id, at__range=between, undone_at__isnull=True)
    entries = Entry.objects.filter(brand_id=brand_id, day__gte=since.date() - timedelta(days=1), at__range=between)
    cap = Budget.objects.filter(brand_id=brand_id, scope=f"brand:{brand_id}", day=until.date()).first()
    expired = ReviewItem.objects.filter(brand_id=brand_id, status=ReviewStatus.EXPIRED, deadline__range=between)
    by_handle = out.values("account__handle").annotate(posts=Count("id"), last=Max("published_at"))
    return Day(
        brand=Brand.objects.get(pk=brand_id).slug,
        out=[
            {"handle": one["account__handle"], "posts": one["posts"]}
            for one in by_handle.order_by("-posts", "account__handle")[:200]
        ],
        **waits,
        answers=dict(answers.values_list("answer").annotate(count=Count("id")).order_by("answer")),
        spent_usd_micros=int(entries.aggregate(spent=Sum("amount_usd_micros"))["spent"] or 0),
        used_today_usd_micros=cap.reserved_usd_micros + cap.settled_usd_micros if cap else 0,
        limit_usd_micros=cap.limit_usd_micros if cap else None,
        souls=[
            {"handle": handle, "version": version}
            for handle, version in Soul.objects.filter(brand_id=brand_id, made_at__range=between)
            .order_by("-id")
            .values_list("agent__handle", "version")[:ROWS_MAX]
        ],
        rungs=_rungs(brand_id, between),
        thresholds=_thresholds(brand_id, between),
        stops=_stops(between, RawSQL("governance_brand_of(scope) = %s", [brand_id])),
        failed=_failed(brand_id, since, until),
        expired=expired.exclude(kind=ReviewKind.SAMPLE).count(),
        reverted=Reversal.objects.filter(
            brand_id=brand_id, status=ReversalStatus.DONE, ended_at__range=between
        ).count(),
    )


def of_fleet(*, since: datetime, until: datetime) -> Fleet:
    """Outside of any brand: money of all, stops on the fleet, on platforms and on spending, MCP servers."""
    between = (since, until)
    with connection.cursor() as cursor:
        cursor.execute("SELECT used, most FROM governance_fleet_used(%s)", [until.date()])
        used, most = cursor.fetchone()
    decided = Q(reviewed_at__range=between) | Q(seen_at__range=between) | Q(proposed_at__range=between)
    return Fleet(
        used_today_usd_micros=used,
        limit_usd_micros=most,
        stops=_stops(between, RawSQL("scope !~ '^(brand|agent|campaign):'", [])),
        servers=[
            {"name": one.name, "state": one.status.lower(), "by": one.reviewed_by}
            for one in Server.objects.filter(decided).order_by("name")[:ROWS_MAX]
        ],
    )


def _rungs(brand_id: int, between: tuple[datetime, datetime]) -> list[dict[str, Any]]:
    steps = RungStep.objects.filter(brand_id=brand_id, made_at__range=between).select_related("agent").order_by("-id")
    return [
        {"handle": s.agent.handle, "from": s.from_rung, "to": s.to_rung, "actor": s.actor, "reason": s.reason}
        for s in steps[:ROWS_MAX]
    ]


def _thresholds(brand_id: int, between: tuple[datetime, datetime]) -> list[dict[str, Any]]:
    changed = Threshold.objects.filter(Q(since__range=between) | Q(ended_at__range=between), brand_id=brand_id)
    return [
        {
            "scope": one.scope,
            "act_above_bp": one.act_above_bp,
            "by": one.ended_by or one.set_by,
            "ended": one.ended_at is not None,
        }
        for one in changed.order_by("-id")[:ROWS_MAX]
    ]


def _stops(between: tuple[datetime, datetime], whose: RawSQL) -> list[dict[str, Any]]:
    changed = Control.objects.filter(Q(since__range=between) | Q(lifted_at__range=between)).alias(mine=whose)
    return [
        {
            "scope": one.scope,
            "kind": one.kind,
            "reason": one.reason,
            "by": one.lifted_by or one.imposed_by,
            "lifted": one.lifted_at is not None,
        }
        for one in changed.filter(mine=True).order_by("-id")[:ROWS_MAX]
    ]


def _failed(brand_id: int, since: datetime, until: datetime) -> list[dict[str, Any]]:
    lately = Post.objects.filter(brand_id=brand_id, status=PostStatus.FAILED, made_at__gte=since - FAILED_LOOKBACK)
    posts = {post.subject: post for post in lately.select_related("account").order_by("-id")[:500]}
    ended = Attempt.objects.filter(brand_id=brand_id, subject__in=list(posts), ended_at__range=(since, until))
    now = sorted(set(ended.values_list("subject", flat=True)), reverse=True)
    return [
        {"post": posts[one].pk, "handle": posts[one].account.handle, "said": posts[one].note} for one in now[:ROWS_MAX]
    ]
