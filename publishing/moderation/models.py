"""The hiding of one comment."""

from django.db import models
from django.db.models import Q, Value

from chimera.core.clock import Now
from governance.leases.models import Leased
from publishing.accounts.models import Account
from publishing.inbox.models import Mention
from publishing.moderation.states import TRANSITIONS, HidingStatus


class Hiding(Leased):
    """That one mention is to be hidden from people on its platform; at most one for each mention.

    `approval` names the card with the human's yes to exactly this payload; without it nothing is ordered or done.
    """

    SUBJECT = "publishing.hiding"
    CLAIM = "publishing_hiding"
    TRANSITIONS = TRANSITIONS

    mention = models.ForeignKey(Mention, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    payload = models.JSONField()
    content_hash = models.CharField(max_length=64)
    why = models.CharField(max_length=300)  # of the rule, or of the human
    orders = models.SmallIntegerField(default=0, db_default=0)  # how often a human ordered it: each has its own effect
    approval = models.CharField(max_length=80, blank=True, default="")  # "governance.reviewitem:3"
    made_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)
    stage = models.GeneratedField(
        expression=Value("hide"), output_field=models.CharField(max_length=12), db_persist=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="hiding_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "mention"], name="hiding_once_per_mention"),
            models.CheckConstraint(condition=Q(status__in=HidingStatus.values), name="hiding_status_is_known"),
            models.CheckConstraint(
                condition=~Q(status__in=[HidingStatus.ORDERED, HidingStatus.DONE])
                | Q(approval__regex=r"^governance\.reviewitem:[0-9]{1,18}$"),
                name="hiding_is_ordered_by_a_human",
            ),
        ]

    def __str__(self) -> str:
        return f"hiding {self.pk} ({self.status})"
