"""Mention, cursor, and who is not answered."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now
from chimera.core.taint import Tainted
from governance.machine import BrandStateful
from publishing.accounts.models import Account
from publishing.inbox.states import TRANSITIONS, MentionStatus

AUTHOR = r"^a[0-9a-z]{1,12}\.[0-9a-f]{40}$"


class Reason(models.TextChoices):
    """Why a mention is not answered."""

    NOBODY = "nobody", "No agent with a soul has this account."
    OWN = "own", "It is of an account of ours."
    MACHINE = "machine", "Its author is labelled as a machine; two machines would talk for ever."
    BLOCKED = "blocked", "Its author is blocked."
    MUTED = "muted", "Its author or its conversation is muted."
    TOO_OLD = "too_old", "It is too old."
    EMPTY = "empty", "It says nothing."
    ORDERS = "orders", "It gives orders to a model."
    PERSON_CAP = "person_cap", "This person has been answered as often as an hour allows."
    ACCOUNT_CAP = "account_cap", "This account has answered as often as an hour allows."
    GONE = "gone", "Who said it has deleted it."
    LOOP = "loop", "This conversation has had as many answers of ours as one may."


class Mention(BrandStateful):
    """What somebody said to one account of ours. The text is kept without what is private in it, and not for ever."""

    SUBJECT = "publishing.mention"
    TRANSITIONS = TRANSITIONS

    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    platform_id = models.CharField(max_length=120)
    conversation = models.CharField(max_length=120)  # the platform's id of its first post
    in_reply_to = models.CharField(max_length=120, blank=True, default="")
    author = models.CharField(max_length=80, blank=True)  # see chimera.core.pii.authors; "" once forgotten
    author_names = ArrayField(models.CharField(max_length=80), default=list)  # under every key that was live, sorted
    text = models.TextField(blank=True)  # masked; "" once forgotten, and of whom nobody answers
    language = models.CharField(max_length=2, default="en")
    asks_nature = models.BooleanField(default=False)  # whether it talks to a human: answered before any model
    is_machine = models.BooleanField(default=False)
    is_own = models.BooleanField(default=False)
    said_at = models.DateTimeField()
    heard_at = models.DateTimeField(db_default=Now())
    taken_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)  # since when it is known to be deleted on the platform
    reason = models.CharField(max_length=12, choices=Reason.choices, blank=True, default="")
    task = models.CharField(max_length=80, blank=True, default="")  # "agents.task:42", whose post answers it

    class Meta:
        indexes = [
            models.Index(
                fields=["brand", "id"],
                condition=Q(status__in=[MentionStatus.NEW, MentionStatus.TAKEN]),
                name="mention_open",
            ),
            models.Index(fields=["brand", "account", "conversation", "id"], name="mention_by_conversation"),
            models.Index(fields=["brand", "author", "taken_at"], name="mention_by_author"),
            models.Index(
                fields=["brand", "account", "taken_at"], condition=Q(taken_at__isnull=False), name="mention_taken"
            ),
            models.Index(fields=["brand", "heard_at"], condition=~Q(author=""), name="mention_by_age"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="mention_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "account", "platform_id"], name="mention_once_per_account"),
            models.CheckConstraint(condition=Q(status__in=MentionStatus.values), name="mention_status_is_known"),
            models.CheckConstraint(condition=Q(author="") | Q(author__regex=AUTHOR), name="mention_author_is_a_hash"),
            models.CheckConstraint(
                condition=Q(status=MentionStatus.SKIPPED) & ~Q(reason="")
                | ~Q(status=MentionStatus.SKIPPED) & Q(reason=""),
                name="mention_skipped_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"mention {self.pk} ({self.status})"

    @property
    def said(self) -> Tainted:
        """The text as what it is: somebody else's."""
        return Tainted(self.text, f"a person on {self.subject}")


class Cursor(BrandModel):
    """Up to where a brand has read one platform. Moves in the transaction that keeps what was read."""

    platform = models.CharField(max_length=20)
    position = models.CharField(max_length=120, blank=True, default="")
    read_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True, default="")  # ours: why the last reading brought nothing

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "platform"], name="cursor_once_per_platform")]

    def __str__(self) -> str:
        return f"{self.platform} up to {self.position or 'the beginning'}"


class Bar(BrandModel):
    """A person, or a conversation, that is not answered: for good (no `until`), or until then."""

    platform = models.CharField(max_length=20)
    author = models.CharField(max_length=80, blank=True, default="")
    conversation = models.CharField(max_length=120, blank=True, default="")
    until = models.DateTimeField(null=True)
    why = models.CharField(max_length=300, blank=True, default="")
    active = models.BooleanField(default=True)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "platform", "author", "conversation"], name="bar_once_per_person_or_conversation"
            ),
            models.CheckConstraint(
                condition=Q(author="") & ~Q(conversation="") | Q(author__regex=AUTHOR) & Q(conversation=""),
                name="bar_names_a_person_or_a_conversation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author[:12] or self.conversation} {'until ' + str(self.until) if self.until else 'blocked'}"
