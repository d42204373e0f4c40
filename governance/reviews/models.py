"""The card, what one reviewer skipped, and queues that somebody saved."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from chimera.core.brands.models import BrandModel
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
    BY_HAND = "by_hand", "Software cannot take it down"


class RejectReason(models.TextChoices):
    """What a reviewer says is wrong. All but `unwanted` can be mended by a retry."""

    VOICE = "voice", "Does not sound like them"
    FACTS = "facts", "Facts are wrong or not in the sources"
    TASTE = "taste", "Tone is off for this story"
    QUALITY = "quality", "Badly written or hard to follow"
    UNWANTED = "unwanted", "Should not be posted at all"


class DoubtAnswer(models.TextChoices):
    """What a human says of an act that nobody knows the outcome of (cards of kind `in_doubt` only); the last two of
    one that only a human can do (`by_hand`)."""

    FOUND_LIVE = "found_live", "It is live"
    RETRY = "retry", "Not live: send it again"
    GIVE_UP = "give_up", "Not live: give it up"
    KEEP_CHECKING = "keep_checking", "Not known yet: keep checking"
    GONE = "gone", "It is gone"
    LEAVE = "leave", "Leave it live"


# What each kind of card is answered with where a plain yes or no would say nothing.
ANSWERS: dict[str, frozenset[str]] = {
    ReviewKind.IN_DOUBT: frozenset(
        {DoubtAnswer.FOUND_LIVE, DoubtAnswer.RETRY, DoubtAnswer.GIVE_UP, DoubtAnswer.KEEP_CHECKING}
    ),
    ReviewKind.BY_HAND: frozenset({DoubtAnswer.GONE, DoubtAnswer.LEAVE}),
}
FIXABLE = frozenset({RejectReason.VOICE, RejectReason.FACTS, RejectReason.TASTE, RejectReason.QUALITY})


# Indexes that give the queue, or the part of it that a usual filter leaves, in its order.
QUEUES: dict[str, list[str]] = {
    "review_by_urgency": [],
    "review_urgent_of_brand": ["brand"],
    "review_urgent_of_agent": ["agent"],
    "review_urgent_of_group": ["group"],
}


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
    reject_span = models.CharField(max_length=500, blank=True, default="", db_default="")  # the words it is about
    # What a yes covers: the hash of the snapshot's payload, or of `edited`, whose shape is {"payload", "content_hash",
    # "diff": [[kept | gone | new, words], ...], "findings", "composite_bp"}.
    approved_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    edited = models.JSONField(null=True)
    final_at = models.DateTimeField(null=True)  # until then an answer can be taken back, and nobody acts on it
    # Who has it open, by lease: columns beside the state, like those of a task.
    claimed_by = models.CharField(max_length=160, blank=True, default="", db_default="")
    claimed_until = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)  # by whoever has it; a trigger writes it, and it stays with the answer
    held_by = models.CharField(max_length=160, blank=True, default="", db_default="")
    held_until = models.DateTimeField(null=True)  # null: until somebody lets it go
    hold_reason = models.TextField(blank=True, default="", db_default="")
    assigned_to = models.CharField(max_length=160, blank=True, default="", db_default="")
    assigned_by = models.CharField(max_length=160, blank=True, default="", db_default="")
    assign_reason = models.TextField(blank=True, default="", db_default="")
    # What the queue is ordered and filtered by, copied from the snapshot when the card is made.
    urgent_at = models.DateTimeField()  # see governance.reviews.urgency
    agent = models.CharField(max_length=80, blank=True, default="", db_default="")
    platform = models.CharField(max_length=40, blank=True, default="", db_default="")
    group = models.CharField(max_length=80, blank=True, default="", db_default="", db_column="group_key")
    # Two people: whether they are needed, the first yes (of what `edited` would hold), and the rows that the card rests
    # on ("agents.soul:7"), whose authors never approve it. Guarded by sql/two.sql.
    needs_two = models.BooleanField(default=False, db_default=False)
    first_by = models.CharField(max_length=160, blank=True, default="", db_default="")
    first_at = models.DateTimeField(null=True)
    first_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    first_edited = models.JSONField(null=True)
    rests_on = ArrayField(models.CharField(max_length=80), blank=True, default=list, db_default=[])
    answer = models.CharField(max_length=16, choices=DoubtAnswer.choices, blank=True, default="", db_default="")
    evidence_url = models.CharField(
        max_length=500, blank=True, default="", db_default=""
    )  # where it is live: address or platform id

    class Meta:
        verbose_name = "review"
        permissions = [
            ("decide_reviewitem", "Can decide reviews"),
            ("unclaim_reviewitem", "Can take reviews out of other people's hands"),
            ("approve_payment", "Can approve payments over the limit"),
        ]
        indexes = [
            models.Index(fields=["brand", "about"], name="review_by_subject"),
            # The board counts by these: cards of a window, and what has waited longest. The brand is what the policies
            # compare: without it each card would have to be read.
            models.Index(fields=["made_at"], include=["kind", "brand"], name="review_by_made"),
            models.Index(
                fields=["made_at"],
                include=["kind", "brand"],
                condition=Q(status=ReviewStatus.PENDING),
                name="review_waits_since",
            ),
            models.Index(fields=["deadline"], condition=Q(status=ReviewStatus.PENDING), name="review_by_deadline"),
            models.Index(fields=["deadline"], condition=Q(status=ReviewStatus.EXPIRED), name="review_expired"),
            *(
                models.Index(fields=[*by, "urgent_at", "id"], condition=Q(status=ReviewStatus.PENDING), name=name)
                for name, by in QUEUES.items()
            ),
            models.Index(
                fields=["decided_at"],
                condition=Q(consumed_at__isnull=True) & ~Q(status=ReviewStatus.PENDING),
                name="review_answered",
            ),
            models.Index(
                fields=["decided_by", "-decided_at"], condition=Q(decided_by__gt=""), name="review_by_who_answered"
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
                condition=Q(answer="") | Q(kind__in=[ReviewKind.IN_DOUBT, ReviewKind.BY_HAND]),
                name="review_only_doubt_has_an_answer",
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
                condition=~Q(kind=ReviewKind.BY_HAND)
                | ~Q(status__in=[ReviewStatus.APPROVED, ReviewStatus.REJECTED])
                | Q(status=ReviewStatus.APPROVED, answer=DoubtAnswer.GONE)
                | Q(status=ReviewStatus.REJECTED, answer=DoubtAnswer.LEAVE),
                name="review_by_hand_is_answered_by_what_was_done",
            ),
            models.CheckConstraint(
                condition=Q(status=ReviewStatus.APPROVED, approved_hash__gt="")
                | (~Q(status=ReviewStatus.APPROVED) & Q(approved_hash="", edited__isnull=True)),
                name="review_yes_covers_one_content",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[ReviewStatus.APPROVED, ReviewStatus.REJECTED], final_at__isnull=False)
                | (
                    ~Q(status__in=[ReviewStatus.APPROVED, ReviewStatus.REJECTED])
                    & Q(final_at__isnull=True, reject_span="")
                ),
                name="review_answer_has_a_window",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by="", claimed_until__isnull=True)
                | Q(claimed_by__gt="", claimed_until__isnull=False, status=ReviewStatus.PENDING),
                name="review_claim_has_a_name_and_an_end",
            ),
            models.CheckConstraint(
                condition=Q(held_by="", held_until__isnull=True, hold_reason="")
                | Q(held_by__gt="", hold_reason__gt="", status=ReviewStatus.PENDING),
                name="review_hold_has_a_name_and_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(assigned_to="", assigned_by="", assign_reason="")
                | Q(assigned_to__gt="", assigned_by__gt="", assign_reason__gt=""),
                name="review_handed_over_by_a_name_with_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(answer=DoubtAnswer.FOUND_LIVE) | ~Q(evidence_url=""), name="review_live_has_evidence"
            ),
            models.CheckConstraint(
                condition=Q(first_by="", first_at__isnull=True, first_hash="", first_edited__isnull=True)
                | Q(first_by__gt="", first_at__isnull=False, first_hash__gt="", needs_two=True),
                name="review_first_yes_is_whole",
            ),
            # review_two_are_different: in sql/two.sql, it compares persons.
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.about}"

    @property
    def asked_payload(self) -> dict[str, Any]:
        """What a yes would let out: the snapshot's payload, or what the first of two made of it."""
        payload: dict[str, Any] = (self.first_edited or self.snapshot)["payload"]
        return payload

    @property
    def asked_hash(self) -> str:
        """The hash of it."""
        return self.first_hash or self.content_hash


class ReviewSkip(BrandModel):
    """One reviewer does not want to see one card for a while. Everybody else does."""

    item = models.ForeignKey(
        ReviewItem, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="skips"
    )
    reviewer = models.CharField(max_length=160)  # "user:ada"
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="reviewskip_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "item", "reviewer"], name="review_skipped_once_by_one"),
            models.CheckConstraint(condition=Q(reviewer__gt=""), name="review_skip_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer} skips review {self.item_id}"


class SavedQueue(models.Model):
    """Filters with a name. A fleet table: a reviewer works for all brands that the desk shows. The owner's alone,
    unless shared.
    """

    name = models.CharField(max_length=60)
    owner = models.CharField(max_length=160)  # "user:ada"
    is_shared = models.BooleanField(default=False)
    filters = models.JSONField()  # governance.reviews.filters.Filters
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "saved queue"
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="queue_name_is_the_owners_once"),
            models.UniqueConstraint(fields=["name"], condition=Q(is_shared=True), name="queue_shared_name_once"),
            models.CheckConstraint(condition=Q(name__gt="", owner__gt=""), name="queue_has_a_name_and_an_owner"),
        ]

    def __str__(self) -> str:
        return self.name
