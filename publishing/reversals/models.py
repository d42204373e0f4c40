"""The reversal."""

from typing import Any

from django.db import models
from django.db.models import Q, Value

from chimera.core.clock import Now
from governance.leases.models import Leased
from publishing.connectors.reversing import DELETE, WAYS
from publishing.posts.models import Post
from publishing.reversals.states import TRANSITIONS, ReversalStatus


class Reversal(Leased):
    """One post to be taken back in one way, asked for by a human. Who asked is written by the database.

    `payload` is `connectors.reversing.payload`. Only the operator's login adds one, and what it is about stays
    (sql/reversals.sql); a worker moves it on.
    """

    SUBJECT = "publishing.reversal"
    CLAIM = "publishing_reversal"
    TRANSITIONS = TRANSITIONS

    post = models.ForeignKey(
        Post, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="reversals"
    )
    way = models.CharField(max_length=12, default=DELETE)
    payload = models.JSONField()
    content_hash = models.CharField(max_length=64)
    reason = models.TextField()
    asked_by = models.CharField(max_length=160, default="", editable=False)
    asked_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    # What came of it: {"status": "deleted" | "gone", "found_by"?, "by"?, "sentence"?}
    told = models.JSONField(default=dict, db_default={})
    stage = models.GeneratedField(
        expression=Value("reverse"), output_field=models.CharField(max_length=12), db_persist=True
    )

    class Meta:
        permissions = [("ask_reversal", "Can take back posts that are live")]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="reversal_brand_and_id"),
            models.UniqueConstraint(
                fields=["brand", "post", "way"],
                condition=~Q(status=ReversalStatus.LEFT),
                name="reversal_once_per_post_and_way",
            ),
            models.CheckConstraint(condition=Q(status__in=ReversalStatus.values), name="reversal_status_is_known"),
            models.CheckConstraint(condition=Q(way__in=WAYS), name="reversal_way_is_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="reversal_has_a_reason"),
            models.CheckConstraint(condition=Q(asked_by__regex=r"^(user|cli):."), name="reversal_is_asked_by_a_human"),
            models.CheckConstraint(
                condition=Q(status__in=[ReversalStatus.DONE, ReversalStatus.LEFT], ended_at__isnull=False)
                | (~Q(status__in=[ReversalStatus.DONE, ReversalStatus.LEFT]) & Q(ended_at__isnull=True)),
                name="reversal_has_an_end_when_it_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"reversal {self.pk} of post {self.post_id} ({self.status})"

    @property
    def platform(self) -> str:
        """Where the post is."""
        return str(self.payload["platform"])

    @property
    def account_handle(self) -> str:
        """Whose it is."""
        return str(self.payload["account_handle"])

    @property
    def platform_id(self) -> str:
        """What the platform calls it."""
        return str(self.payload["platform_id"])

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "reversal": self.pk,
            "post": self.post_id,
            "way": self.way,
            "status": self.status,
            "note": self.note,
            "told": self.told,
            "asked_by": self.asked_by,
            "reason": self.reason,
        }
