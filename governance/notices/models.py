"""Notice, subscription, letter and who has seen what (fleet tables: a person is told about all brands, or some)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from chimera.core.clock import Now
from governance.machine import Stateful
from governance.notices.states import TRANSITIONS, LetterStatus

DIGEST = "digest"


class NoticeKind(models.TextChoices):
    """What a notice is about."""

    DEADLINE = "deadline", "A review is nearly late"
    EXPIRED = "expired", "A review has expired"
    STOP = "stop", "A stop was imposed"
    RESUME = "resume", "A stop was lifted"
    CAP = "cap", "A limit is nearly or wholly spent"
    ANOMALY = "anomaly", "Spending as never before"
    ACCOUNT = "account", "A platform refuses an account"
    CIRCUIT = "circuit", "A provider is down"
    DOUBT = "doubt", "Nobody knows whether it was sent"
    RECORD = "record", "The record is not being sealed"
    SERVER = "server", "An MCP server has changed"
    TEST = "test", "A test"


class Channel(models.TextChoices):
    """How somebody is told."""

    MAIL = "mail", "Mail"
    WEBHOOK = "webhook", "Webhook"


class Notice(models.Model):
    """One sentence about one thing, once (`key`). Written by `governance_note`, never changed."""

    kind = models.CharField(max_length=12, choices=NoticeKind.choices)
    scope = models.CharField(max_length=80)  # "fleet" or "brand:1": whose business it is
    subject = models.CharField(max_length=80, blank=True, default="")  # "governance.reviewitem:5"
    sentence = models.CharField(max_length=500)
    link = models.CharField(max_length=200, blank=True, default="")  # a path at the desk
    key = models.CharField(max_length=160, unique=True)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_kind_is_known"),
            models.CheckConstraint(
                condition=Q(scope="fleet") | Q(scope__regex=r"^brand:[1-9][0-9]*$"), name="notice_scope_is_known"
            ),
            models.CheckConstraint(condition=Q(sentence__gt="", key__gt=""), name="notice_says_something"),
            models.CheckConstraint(
                condition=Q(link="") | Q(link__regex=r"^/[^/\s][^\s]*$"), name="notice_link_stays_at_the_desk"
            ),
        ]

    def __str__(self) -> str:
        return self.sentence


class Subscription(models.Model):
    """Who is told what, how, and when. Hours are local to `time_zone`.

    A webhook's secrets are not stored: they are made of the installation's key, this row's id and `secret_number`.
    """

    name = models.CharField(max_length=80)
    reader = models.CharField(max_length=160, blank=True, default="")  # "user:ada", where it is a person of the desk
    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.CharField(max_length=500)
    kinds = ArrayField(models.CharField(max_length=12, choices=NoticeKind.choices), blank=True, default=list)
    brands = ArrayField(models.BigIntegerField(), blank=True, default=list)
    digest_only = models.BooleanField(default=False)
    digest_hour = models.SmallIntegerField(null=True, blank=True)
    time_zone = models.CharField(max_length=60, default="UTC")
    quiet_from = models.SmallIntegerField(null=True, blank=True)
    quiet_to = models.SmallIntegerField(null=True, blank=True)
    secret_number = models.IntegerField(default=1, editable=False)
    former_until = models.DateTimeField(null=True, editable=False)  # until when the secret before this one signs too
    is_live = models.BooleanField(default=True)
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        permissions = [("test_subscription", "Can send a test message")]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "address", "name"], condition=Q(is_live=True), name="subscription_live_once"
            ),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="subscription_channel_is_known"),
            models.CheckConstraint(
                condition=Q(kinds__contained_by=NoticeKind.values), name="subscription_kinds_are_known"
            ),
            models.CheckConstraint(
                condition=Q(channel=Channel.MAIL, address__regex=r"^[^@\s<>,;]+@[^@\s<>,;]+$")
                | Q(channel=Channel.WEBHOOK, address__regex=r"^https?://[^\s]+$"),
                name="subscription_has_an_address",
            ),
            models.CheckConstraint(
                condition=Q(digest_hour__isnull=True) | Q(digest_hour__range=(0, 23)),
                name="subscription_digest_has_an_hour",
            ),
            models.CheckConstraint(
                condition=Q(digest_only=False) | Q(digest_hour__isnull=False),
                name="subscription_digest_only_has_an_hour",
            ),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | (
                    # A comparison with nothing would pass.
                    Q(quiet_from__isnull=False, quiet_to__isnull=False)
                    & Q(quiet_from__range=(0, 23), quiet_to__range=(0, 23))
                    & ~Q(quiet_from=F("quiet_to"))
                ),
                name="subscription_quiet_has_two_hours",
            ),
            models.CheckConstraint(condition=Q(secret_number__gte=1), name="subscription_secret_has_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.channel})"


class Letter(Stateful):
    """One message to one subscription: notices of one kind, or a day's digest. Written by the functions in `sql/`.

    Open (`closed_at` null) it takes in further notices; the first try closes it, so that every try says the same under
    the same `message_id`. `due_at` is one column for two questions: waiting: not before; being sent: the lease's end.
    """

    SUBJECT = "governance.letter"
    TRANSITIONS = TRANSITIONS

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=12)
    message_id = models.UUIDField(unique=True)
    day = models.DateField(null=True)  # of a digest: the subscriber's
    facts = models.JSONField(null=True)  # of a digest
    count = models.IntegerField(default=1)  # of notices; the first SHOWN_MAX are kept with the letter
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=120, blank=True, default="")
    fence = models.BigIntegerField(default=0)
    attempts = models.IntegerField(default=0)
    note = models.CharField(max_length=300, blank=True, default="")  # what the last try said
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(status=LetterStatus.PENDING), name="letter_due"),
            models.Index(fields=["subscription", "kind", "-closed_at"], name="letter_last"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "kind"],
                condition=Q(closed_at__isnull=True, day__isnull=True),
                name="letter_open_once",
            ),
            models.UniqueConstraint(
                fields=["subscription", "day"], condition=Q(day__isnull=False), name="letter_digest_once_a_day"
            ),
            models.CheckConstraint(condition=Q(status__in=LetterStatus.values), name="letter_status_is_known"),
            models.CheckConstraint(
                condition=Q(kind=DIGEST, day__isnull=False, facts__isnull=False)
                | (~Q(kind=DIGEST) & Q(day__isnull=True, facts__isnull=True)),
                name="letter_digest_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(status=LetterStatus.PENDING, due_at__isnull=False, ended_at__isnull=True)
                | (~Q(status=LetterStatus.PENDING) & Q(due_at__isnull=True, ended_at__isnull=False)),
                name="letter_waits_or_has_ended",
            ),
            models.CheckConstraint(condition=Q(count__gte=1), name="letter_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} letter {self.pk}"


class LetterNotice(models.Model):
    """Which notices a letter shows; of a storm the first few."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="shown")
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="letters")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter", "notice"], name="letter_shows_a_notice_once")]

    def __str__(self) -> str:
        return f"notice {self.notice_id} in letter {self.letter_id}"


class NoticeSeen(models.Model):
    """Up to which notice somebody has looked at the desk."""

    reader = models.CharField(max_length=160, unique=True)  # "user:ada"
    up_to = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.reader} up to {self.up_to}"
