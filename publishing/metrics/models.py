"""The reading of a post, and how many posts were read on a platform today."""

from django.db import models
from django.db.models import F, Q

from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now
from publishing.connectors.measuring import Figures
from publishing.posts.models import Post


class Reading(BrandModel):
    """What a platform told of one post at one step of its age. Append-only; a figure that is not told is NULL."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    step_s = models.IntegerField()  # the age that was due: 900, 3600, ...
    taken_at = models.DateTimeField(db_default=Now())
    is_gone = models.BooleanField(default=False, db_default=False)  # the platform does not show it any more
    views = models.BigIntegerField(null=True)
    likes = models.BigIntegerField(null=True)
    replies = models.BigIntegerField(null=True)
    reposts = models.BigIntegerField(null=True)
    saves = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "post", "step_s"], name="reading_once_per_post_and_step"),
            models.CheckConstraint(condition=Q(step_s__gte=1), name="reading_step_is_an_age"),
            models.CheckConstraint(
                condition=Q(views__gte=0, likes__gte=0, replies__gte=0, reposts__gte=0, saves__gte=0),
                name="reading_figures_are_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(is_gone=False)
                | Q(
                    views__isnull=True,
                    likes__isnull=True,
                    replies__isnull=True,
                    reposts__isnull=True,
                    saves__isnull=True,
                ),
                name="reading_of_what_is_gone_has_no_figures",
            ),
        ]

    @property
    def figures(self) -> Figures:
        """What it told."""
        return Figures(views=self.views, likes=self.likes, replies=self.replies, reposts=self.reposts, saves=self.saves)

    def __str__(self) -> str:
        return f"post {self.post_id} after {self.step_s} s"


class ReadCount(models.Model):
    """Posts that were read on a platform on one UTC day, of how many may be (fleet table). Written by `sql/` only."""

    platform = models.CharField(max_length=20)
    day = models.DateField()
    used = models.IntegerField()
    used_max = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "day"], name="readcount_once_per_platform_and_day"),
            models.CheckConstraint(condition=Q(used__gte=0), name="readcount_not_negative"),
            models.CheckConstraint(condition=Q(used__lte=F("used_max")), name="readcount_within_its_day"),
        ]

    def __str__(self) -> str:
        return f"{self.used} of {self.used_max} on {self.platform}, {self.day}"
