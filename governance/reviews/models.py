"""The card."""

from django.db import models
from django.db.models import Q

from chimera.core.clock import Now
from governance.machine import BrandStateful
from governance.reviews.states import TRANSITIONS, ReviewStatus


class ReviewKind(models.TextChoices):
    """Why a human is needed."""

    DOUBT = "doubt", "The judge doubts"
    RULE = "rule", "A rule asks for a human"
    PROBATION = "probation", "The agent is on probation"
    RETRIES = "retries", "The retries are used up"
    EXHAUSTED = "exhausted", "The attempts are used up"
    IN_DOUBT = "in_doubt", "Nobody knows whether it was sent"
    SAMPLE = "sample", "A blind sample of what is out"


class RejectReason(models.TextChoices):
    """What a reviewer says is wrong. All but `unwanted` can be mended by a retry."""

    VOICE = "voice", "Does not sound like them"
    FACTS = "facts", "Facts are wrong or not in the sources"
    TASTE = "taste", "Tone is off for this story"
    QUALITY = "quality", "Badly written or hard to follow"
    UNWANTED = "unwanted", "Should not be posted at all"


class DoubtAnswer(models.TextChoices):
    """What a human says of an act that nobody knows the outcome of (cards of kind `in_doubt` only)."""

    FOUND_LIVE = "found_live", "It is live"
    RETRY = "retry", "Not live: send it again"
    GIVE_UP = "give_up", "Not live: give it up"
    KEEP_CHECKING = "keep_checking", "Not known yet: keep checking"


FIXABLE = frozenset({RejectReason.VOICE, RejectReason.FACTS, RejectReason.TASTE, RejectReason.QUALITY})


class ReviewItem(BrandStateful):
    """One question to a human about one frozen snapshot."""

    SUBJECT = "governance.reviewitem"
    TRANSITIONS = TRANSITIONS

    about = models.CharField(max_length=80, db_column="subject")  # "agents.task:42", "publishing.post:3"
    task = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=ReviewKind.choices)
    content_hash = models.CharField(max_length=64)
    snapshot = models.JSONField()
    why = models.TextField()
    made_at = models.DateTimeField(db_default=Now())
    deadline = models.DateTimeField()
    decided_by = models.CharField(max_length=160, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    reason_code = models.CharField(max_length=12, choices=RejectReason.choices, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    consumed_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=16, choices=DoubtAnswer.choices, blank=True, default="", db_default="")
    evidence_url = models.CharField(
        max_length=500, blank=True, default="", db_default=""
    )  # where it is live: address or platform id

    class Meta:
        verbose_name = "review"
        permissions = [("decide_reviewitem", "Can decide reviews")]
        indexes = [
            models.Index(fields=["brand", "about"], name="review_by_subject"),
            models.Index(fields=["deadline"], condition=Q(status=ReviewStatus.PENDING), name="review_by_deadline"),
            models.Index(
                fields=["decided_at"],
                condition=Q(consumed_at__isnull=True) & ~Q(status=ReviewStatus.PENDING),
                name="review_answered",
            ),
            models.Index(fields=["brand", "task"], condition=Q(consumed_at__isnull=True), name="review_open_by_task"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="reviewitem_brand_and_id"),
            models.UniqueConstraint(
                fields=["brand", "about"], condition=Q(status=ReviewStatus.PENDING), name="review_pending_once"
            ),
            models.UniqueConstraint(
                fields=["brand", "about"], condition=Q(kind=ReviewKind.SAMPLE), name="review_sampled_once"
            ),
            # Whoever answers a sample must not know what the judge said.
            models.CheckConstraint(
                condition=~Q(kind=ReviewKind.SAMPLE) | ~Q(snapshot__has_any_keys=["verdict", "measures", "routing"]),
                name="review_sample_is_blind",
            ),
            models.CheckConstraint(condition=Q(status__in=ReviewStatus.values), name="review_status_is_known"),
            models.CheckConstraint(
                condition=Q(consumed_at__isnull=True) | ~Q(status=ReviewStatus.PENDING),
                name="review_consumed_was_answered",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[ReviewStatus.APPROVED, ReviewStatus.REJECTED]) | ~Q(decided_by=""),
                name="review_answer_has_a_name",
            ),
            models.CheckConstraint(
                condition=~Q(status=ReviewStatus.REJECTED) | ~Q(reason_code=""), name="review_rejection_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(answer="") | Q(kind=ReviewKind.IN_DOUBT), name="review_only_doubt_has_an_answer"
            ),
            # A plain yes or no to a doubt would say nothing of whether it is live, and a yes might send it again.
            models.CheckConstraint(
                condition=~Q(kind=ReviewKind.IN_DOUBT)
                | ~Q(status__in=[ReviewStatus.APPROVED, ReviewStatus.REJECTED])
                | Q(
                    status=ReviewStatus.APPROVED,
                    answer__in=[DoubtAnswer.FOUND_LIVE, DoubtAnswer.RETRY, DoubtAnswer.KEEP_CHECKING],
                )
                | Q(status=ReviewStatus.REJECTED, answer=DoubtAnswer.GIVE_UP),
                name="review_doubt_is_answered_by_what_is_live",
            ),
            models.CheckConstraint(
                condition=~Q(answer=DoubtAnswer.FOUND_LIVE) | ~Q(evidence_url=""), name="review_live_has_evidence"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.about}"
