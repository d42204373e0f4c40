"""Accepted payloads become posts, as a set; and what was not sent yet can still be taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chimera.core import canonical, clock, taint, wake
from chimera.core.clock import Now
from chimera.core.errors import Denied
from chimera.core.prices.selectors import UnknownPrice
from governance import transitions
from governance.effects import services as effects
from governance.effects import withdrawing
from governance.effects.states import EffectStatus
from governance.leases import services as leases
from governance.reviews import services as reviews
from publishing.accounts.models import Account
from publishing.fingerprints import services as fingerprints
from publishing.posts import fees
from publishing.posts.models import Post
from publishing.posts.states import PostStatus

ATTEMPTS_MAX = 8


class NotLabelled(Denied):
    """What was to go out carries no AI label: the database would refuse it (`post_is_labelled`)."""


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """One accepted payload for one account, keyed by the task that made it."""

    brand_id: int
    task: str
    account: Account
    payload: Mapping[str, Any]
    scopes: Sequence[str]
    approval: str
    not_before: datetime | None = None  # the end of quiet hours, a best hour; None: at once
    why: str = ""  # what it waits for until then
    expires_at: datetime | None = None  # when what it is about is over; None: never


def schedule_all(*, rows: Sequence[Scheduled]) -> None:
    """Posts that are due now or when quiet hours end, one per task however often it is committed.

    Their fingerprints are kept beside them, so that what is scheduled counts for every judge from then on. Rows of one
    brand, in its transaction. Raises TaintedSink, NotLabelled.
    """
    if not rows:
        return
    for row in rows:
        taint.refuse([row.payload, row.not_before, row.why, row.approval], sink=f"The post of {row.task}")
        if row.payload.get("ai_generated") is not True:
            raise NotLabelled(
                f"The post of {row.task} carries no AI label and nothing unlabelled goes out; set ai_generated to true "
                "in its payload and have it judged anew."
            )
    now = clock.now()
    Post.objects.bulk_create(
        [
            Post(
                brand_id=row.brand_id,
                task=row.task,
                account=row.account,
                payload=dict(row.payload),
                content_hash=canonical.digest(dict(row.payload)),
                approval=row.approval,
                status=PostStatus.SCHEDULED,
                queue="publish",
                scopes=[*row.scopes, effects.OUTSIDE, *([effects.SPENDING] if _costs(row, now) else [])],
                due_at=row.not_before or Now(),
                note=f"It waits for {row.why}."[:2000] if row.not_before and row.why else "",
                expires_at=row.expires_at,
                attempts_max=ATTEMPTS_MAX,
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )
    fingerprints.keep(brand_id=rows[0].brand_id, texts={row.task: str(row.payload["text"]) for row in rows})
    wake.after_commit(queue="publish")


def _costs(row: Scheduled, now: datetime) -> bool:
    try:
        return fees.fee(platform=row.payload["platform"], payload=row.payload, at=now).usd_micros > 0
    except UnknownPrice:
        return True  # what nobody has priced may cost something


def cancel(*, tasks: Sequence[str], note: str) -> int:
    """Take back the posts of these tasks that were surely not sent. Returns how many; what is out stays out."""
    unsent = [PostStatus.SCHEDULED, PostStatus.HELD]
    waiting = Post.objects.select_for_update().filter(task__in=tasks, status__in=unsent)
    cancelled = 0
    for post in waiting.order_by("pk"):
        effect = withdrawing.withdraw(about=post.subject, kind="publish", sentence=note)
        if effect not in (None, EffectStatus.REFUTED):
            continue  # it may be live: its effect decides
        transitions.move(row=post, to=PostStatus.CANCELLED, **leases.free(note=note))
        reviews.withdraw(about=post.subject)
        cancelled += 1
    return cancelled
