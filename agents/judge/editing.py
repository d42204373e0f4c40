"""Editing what is about to go out: the hard rules run again at once, and the yes is for the edited content alone.

What was edited becomes a result of the task, made by a human, when the answer is used: what the writer wrote stays
beside it, and the difference word by word stays with the card. Requirements: REV-2, REV-4, JDG-5.
"""

from collections.abc import Sequence
from typing import Any

from agents.tasks import selectors
from agents.tasks.models import Artifact, Task
from agents.worker.base import Kind, reads
from agents.worker.ending import WITH_EVERYTHING
from agents.worker.inputs import BY_HAND
from chimera.core import canonical, differences, registry, tenancy
from chimera.core.clock import Now
from chimera.core.errors import Denied
from governance import transitions
from governance.leases.models import Attempt
from governance.policies import engine
from governance.policies.base import Finding, Outcome, Policy
from governance.reviews import locking
from governance.reviews import services as reviews
from governance.reviews.models import ReviewItem, ReviewKind

EDITABLE = frozenset({ReviewKind.DOUBT, ReviewKind.RULE, ReviewKind.PROBATION, ReviewKind.RETRIES})


class NotEditable(Denied):
    """There is no text here that somebody could mend; says what there is."""


class Blocked(Denied):
    """A hard rule refuses the edited text. Nothing was changed; `findings` say what, and the text is the reviewer's."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        first = findings[0]
        marked = f" It is about: “{first.span}”." if first.span else ""
        super().__init__(f"{first.reason}{marked} Nothing was approved; mend it and try again.")
        self.findings = tuple(findings)


def edit_and_approve(
    *,
    item: ReviewItem,
    text: str,
    alts: Sequence[str] | None = None,
    seen_version: int | None = None,
    seen_hash: str | None = None,
) -> ReviewItem:
    """Say yes to this text (and these alt texts, in the order of the media) instead of what was written.

    A text that is the same is a plain yes. Where two people are needed, what the first one edited is what the second
    has before them. Raises Blocked, NotEditable, and what an approval raises.
    """
    locking.require_open(item=item, seen_version=seen_version, seen_hash=seen_hash)
    if item.kind not in EDITABLE or not item.about.startswith(f"{Task.SUBJECT}:"):
        raise NotEditable("This review asks about something that was not written for it; there is no text to mend.")
    payload = _edited(item.asked_payload, text, alts)
    if payload == item.asked_payload:
        return reviews.approve(item=item, seen_version=seen_version, seen_hash=seen_hash)
    with tenancy.brand(item.brand_id):
        verdict = judged(item=item, payload=payload)
        if blocks := [finding for finding in verdict.findings if finding.outcome == Outcome.BLOCK]:
            raise Blocked(blocks)
        return reviews.approve(
            item=item,
            seen_version=seen_version,
            seen_hash=seen_hash,
            edited={
                "payload": payload,
                "content_hash": canonical.digest(payload),
                "by": tenancy.current_actor(),
                "diff": differences.words(before=item.snapshot["payload"]["text"], after=payload["text"]),
                "findings": verdict.as_json()["findings"],
                "composite_bp": verdict.composite_bp,
            },
        )


def _edited(payload: dict[str, Any], text: str, alts: Sequence[str] | None) -> dict[str, Any]:
    if "text" not in payload:
        raise NotEditable("This review has no text to mend: approve or reject it.")
    # A form sends carriage returns; a platform would count them.
    said = text.replace("\r\n", "\n").strip()
    if not said:
        raise NotEditable("A post without a word is not mended but rejected: write something, or reject it.")
    media = payload.get("media", [])
    if alts is None:
        return {**payload, "text": said}
    if len(alts) != len(media):
        raise NotEditable(f"There are {len(media)} media here, so as many alt texts are needed, not {len(alts)}.")
    return {
        **payload,
        "text": said,
        "media": [{**one, "alt": alt.strip()} for one, alt in zip(media, alts, strict=True)],
    }


def judged(*, item: ReviewItem, payload: dict[str, Any]) -> engine.Verdict:
    """What every policy says about this payload in place of the card's, with evidence of this moment.

    In the brand's context. Raises NotPending when the task holds other content than the card.
    """
    task = Task.objects.select_related(*WITH_EVERYTHING).get(pk=int(item.about.rpartition(":")[2]))
    made = selectors.newest_artifact(task_id=task.pk)
    if made is None or made.content_hash != item.content_hash:
        raise locking.NotPending(f"{task.subject} holds other content by now; nothing was changed. Load it again.")
    kind = registry.get("KINDS", task.kind, Kind)
    snapshot = {key: value for key, value in item.snapshot.items() if key not in ("verdict", "routing", "measures")}
    snapshot["payload"] = payload
    if reads(kind, "evidence"):
        snapshot |= kind.evidence(task=task, payload=payload)
    return engine.judge(snapshot=kind.measured(snapshot=snapshot), policies=registry.every("POLICIES", Policy))


def keep(*, task: Task, review: ReviewItem, former: Artifact) -> Artifact:
    """The edited content as the newest result of its task, made by a human under a fencing number of its own.

    In the transaction that uses the answer. Raises LostRace when it is not what the yes was for.
    """
    edited = review.edited or {}
    if canonical.digest(edited["payload"]) != review.approved_hash:
        raise transitions.LostRace(f"{review.subject} approved other content than what was edited.")
    fence = task.fence + 1
    if Task.objects.filter(pk=task.pk, fence=task.fence).update(fence=fence) != 1:
        raise transitions.Fenced(f"{task.subject} was taken over; what was edited is not kept.")
    task.fence = fence
    Attempt.objects.create(
        brand_id=task.brand_id,
        subject=task.subject,
        fence=fence,
        stage="edit",
        owner=edited.get("by", review.decided_by)[:120],
        ended_at=Now(),
        outcome="edited by hand",
    )
    return Artifact.objects.create(
        brand_id=task.brand_id,
        task=task,
        fence=fence,
        payload=edited["payload"],
        content_hash=review.approved_hash,
        inputs={BY_HAND: edited.get("by", review.decided_by), "review": review.subject, "former": former.pk},
    )
