"""Blind samples: a share of what the judge let out by itself is shown to a human afterwards, without the score.

Which posts those are is drawn from a keyed hash of the task, so nobody who writes a post can tell, and asking twice
gives the same. It happens after publishing, by the sweeper: no post waits for it, and the answer changes no post.
Requirements: JDG-5, MET-1.
"""

import hashlib
import hmac
import logging
import time
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from agents.ladder import services as ladder
from agents.tasks.models import Task, Verdict
from chimera.core import clock, tenancy, ticks
from chimera.core.brands import selectors as brands
from chimera.core.errors import Conflict
from governance.leases import services as leases
from governance.reviews import selectors as review_queue
from governance.reviews import services as reviews
from governance.reviews.models import ReviewItem, ReviewKind
from governance.reviews.states import ReviewStatus
from publishing.posts.models import Post
from publishing.posts.states import PostStatus

SUBJECT = "agents.verdict"
SHOWN = ("payload", "agent", "trend", "limits", "citations")  # never what the judge said or measured
ANSWERS_MAX = 50
WHY = (
    "It is out already: the judge let it out by itself. "
    "Your answer changes nothing about it; it tells how good the judge is."
)

log = logging.getLogger("chimera.calibration")

_looked_at = 0.0  # when this process last asked whether it is its turn


def is_drawn(*, task: str, share_bp: int) -> bool:
    """Whether this task ("agents.task:42") is in the sample of `share_bp` basis points."""
    key = (settings.SAMPLE_SEED or settings.SECRET_KEY or "unkeyed").encode()
    digest = hmac.new(key, f"blind sample {task}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") * 10_000 < share_bp << 64


def sweep() -> int:
    """Once a period over all brands: make the cards that are due. Returns how many."""
    global _looked_at
    if settings.SAMPLE_SHARE_BP <= 0 or time.monotonic() - _looked_at < settings.SAMPLE_EVERY_S / 4:
        return 0
    _looked_at = time.monotonic()
    if not ticks.first(name="agents.sample", every_s=settings.SAMPLE_EVERY_S):
        return 0
    made = 0
    for brand_id in brands.ids():
        with tenancy.brand(brand_id, actor=settings.SWEEPER):
            made += draw(brand_id=brand_id)
    return made


def draw(*, brand_id: int) -> int:
    """Make the cards of a brand's posts that went out lately by the judge's word alone. In the brand's context."""
    since = clock.now() - timedelta(seconds=settings.SAMPLE_LOOKBACK_S)
    out = Post.objects.filter(published_at__gte=since, status=PostStatus.PUBLISHED, approval="judge")
    drawn = {
        int(task.rpartition(":")[2]): content_hash
        for task, content_hash in out.values_list("task", "content_hash").iterator()
        if is_drawn(task=task, share_bp=settings.SAMPLE_SHARE_BP)
    }
    accepted = Verdict.objects.filter(task_id__in=list(drawn), route="ACCEPT", brand_id=brand_id).order_by("id")
    due = {one.task_id: one for one in accepted if one.content_hash == drawn[one.task_id]}  # the newest of each
    known = _known(due.values())
    return sum(_card(verdict) for verdict in due.values() if _about(verdict) not in known)


def _about(verdict: Verdict) -> str:
    return f"{SUBJECT}:{verdict.pk}"


def _known(verdicts: Iterable[Verdict]) -> set[str]:
    abouts = [_about(verdict) for verdict in verdicts]
    return set(ReviewItem.objects.filter(about__in=abouts).values_list("about", flat=True))


def _card(verdict: Verdict) -> bool:
    try:
        with transaction.atomic():
            reviews.ask(
                brand_id=verdict.brand_id,
                about=_about(verdict),
                task=f"{Task.SUBJECT}:{verdict.task_id}",
                kind=ReviewKind.SAMPLE,
                snapshot={key: verdict.snapshot[key] for key in SHOWN if key in verdict.snapshot},
                why=WHY,
                deadline=clock.now() + timedelta(seconds=settings.SAMPLE_DEADLINE_S),
            )
    except IntegrityError:  # somebody else drew it first: there is one card for a verdict
        return False
    return True


def act_on_answers() -> int:
    """Answers to samples become decisions, over all brands. Returns how many were used."""
    acted = 0
    for answer in review_queue.answered(prefix=f"{SUBJECT}:", count_max=ANSWERS_MAX):
        try:
            with tenancy.brand(answer.brand_id, actor=f"{leases.owner()} stage:answer"):
                review = ReviewItem.objects.select_for_update().get(pk=answer.id)
                if review.consumed_at is None and review.status != ReviewStatus.PENDING:
                    _act(review)
                    acted += 1
        except Conflict as lost:  # one answer that cannot be acted on must not keep the others waiting
            log.warning("%s was not acted on: %s", answer.about, lost)
    return acted


def _act(review: ReviewItem) -> None:
    reviews.consume(item=review)
    verdict = Verdict.objects.select_related("task").get(pk=int(review.about.rpartition(":")[2]))
    ladder.count_sample(
        review=review,
        agent_id=verdict.task.agent_id,
        task_id=verdict.task_id,
        kind=verdict.task.kind,
        snapshot=verdict.snapshot,
        verdict={"findings": verdict.findings, "composite_bp": verdict.composite_bp},
    )
