"""Noting decisions."""

from collections.abc import Mapping
from typing import Any

from agents.decisions import topics
from agents.decisions.models import Answer, Decision
from agents.tasks.models import Task
from governance.reviews.models import ReviewItem, ReviewKind
from governance.reviews.states import ReviewStatus

# Cards that ask whether the content is good; the others ask whether to go on, or what is live.
ABOUT_CONTENT = frozenset(
    {ReviewKind.DOUBT, ReviewKind.RULE, ReviewKind.PROBATION, ReviewKind.RETRIES, ReviewKind.SAMPLE}
)
_ANSWERS = {ReviewStatus.APPROVED: Answer.APPROVED, ReviewStatus.REJECTED: Answer.REJECTED}


def note(
    *,
    review: ReviewItem,
    agent_id: int,
    task_id: int,
    kind: str,
    snapshot: Mapping[str, Any],
    verdict: Mapping[str, Any],
) -> Decision | None:
    """Write what a human decided beside what the judge had said (`verdict`: findings, composite_bp).

    None when the card was no question about content, or nobody answered it. Noted once for a card, by whoever
    consumes the answer, in the same transaction.
    """
    answer = _ANSWERS.get(ReviewStatus(review.status))
    if answer == Answer.APPROVED and review.edited is not None:
        answer = Answer.EDITED
    if answer is None or review.kind not in ABOUT_CONTENT:
        return None
    composite = verdict.get("composite_bp")
    return Decision.objects.create(
        brand_id=review.brand_id,
        agent_id=agent_id,
        review_id=review.pk,
        task_id=task_id,
        kind=kind,
        topic=topics.topic(snapshot=snapshot),
        content_hash=review.content_hash,
        composite_bp=composite if composite is not None and 0 <= composite <= 10_000 else None,
        is_clean=all(finding["outcome"] == "PASS" for finding in verdict.get("findings", [])),
        answer=answer,
        is_blind=review.kind == ReviewKind.SAMPLE,
    )


def note_card(*, review: ReviewItem, task: Task) -> Decision | None:
    """The same for a card of a task that was held: the card has all that is needed."""
    return note(
        review=review,
        agent_id=task.agent_id,
        task_id=task.pk,
        kind=task.kind,
        snapshot=review.snapshot,
        verdict=review.snapshot.get("verdict", {}),
    )
