"""The post."""

from django.db import models
from django.db.models import Q, Value

from chimera.core.clock import Now
from governance.leases.models import Leased
from publishing.accounts.models import Account
from publishing.posts.states import TRANSITIONS, PostStatus


class Verification(models.TextChoices):
    """What a look at the platform said, some time after a post went out; "" while nobody knows."""

    LIVE = "live", "It shows, with its labels where software can see them"
    NOT_LIVE = "not_live", "It is called published and does not show"
    UNLABELLED = "unlabelled", "It shows without a label that was set"
    UNREADABLE = "unreadable", "The platform could not be read"


class Post(Leased):
    """One accepted payload for one account, keyed by the task that made it."""

    SUBJECT = "publishing.post"
    CLAIM = "publishing_post"
    TRANSITIONS = TRANSITIONS

    task = models.CharField(max_length=80)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_constraint=False)
    payload = models.JSONField()
    content_hash = models.CharField(max_length=64)
    approval = models.CharField(max_length=80, blank=True, default="")  # "governance.reviewitem:3", or by itself
    platform_id = models.CharField(max_length=120, blank=True, default="")
    url = models.TextField(blank=True, default="")
    made_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)
    looks = models.PositiveSmallIntegerField(default=0, db_default=0)  # how often it was looked at since it is out
    verification = models.CharField(max_length=12, choices=Verification.choices, blank=True, default="", db_default="")
    verified_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)  # from then on it does not go out: what it is about is over
    refused = models.CharField(max_length=40, blank=True, default="", db_default="")  # the word that it failed with
    stage = models.GeneratedField(
        expression=Value("publish"), output_field=models.CharField(max_length=12), db_persist=True
    )

    class Meta:
        indexes = [
            # With all that the board asks of a post: it counts them without reading them.
            models.Index(fields=["brand", "published_at"], include=["status", "approval"], name="post_by_time"),
            models.Index(
                fields=["published_at"],
                condition=Q(status=PostStatus.PUBLISHED, verification=""),
                name="post_to_verify",
            ),
            models.Index(fields=["brand", "account", "made_at"], condition=~Q(refused=""), name="post_refused"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="post_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "task"], name="post_once_per_task"),
            models.UniqueConstraint(
                fields=["brand", "account", "platform_id"],
                condition=~Q(platform_id=""),
                name="post_is_one_on_its_platform",
            ),
            models.CheckConstraint(condition=Q(status__in=PostStatus.values), name="post_status_is_known"),
            models.CheckConstraint(condition=Q(payload__contains={"ai_generated": True}), name="post_is_labelled"),
            models.CheckConstraint(
                condition=Q(verification="")
                | Q(verification__in=Verification.values, status__in=[PostStatus.PUBLISHED, PostStatus.REVERTED]),
                name="post_is_verified_when_out",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[PostStatus.PUBLISHED, PostStatus.REVERTED]) | ~Q(platform_id=""),
                name="post_published_has_an_id",
            ),
        ]

    def __str__(self) -> str:
        return f"post {self.pk} ({self.status})"
