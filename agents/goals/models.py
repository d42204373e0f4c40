"""Goal and plan."""

from django.db import models
from django.db.models import Q

from agents.campaigns.models import Campaign
from agents.goals.states import TRANSITIONS, GoalStatus
from agents.personas.models import Agent, Soul
from chimera.core.brands.models import BrandModel, bound_brand
from chimera.core.clock import Now
from governance.machine import BrandStateful
from publishing.trends.models import Trend


class Goal(BrandStateful):
    """One thing an agent wants to do, keyed by its cause."""

    SUBJECT = "agents.goal"
    TRANSITIONS = TRANSITIONS

    brand = bound_brand()
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    soul = models.ForeignKey(Soul, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    trend = models.ForeignKey(Trend, on_delete=models.PROTECT, db_constraint=False, null=True)
    cause = models.CharField(max_length=160)  # "trend:<fingerprint>:agent:<id>"
    # The planning round that set it: "agent:7/2026-11-23T10:00:00.123456Z". Empty (older goals): alone.
    batch = models.CharField(max_length=80, blank=True, default="", db_default="")
    wish = models.TextField()
    # What it is made with: soul above, and these. A result made with other versions than the newest is thrown away.
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, db_constraint=False, db_index=False, null=True)
    campaign_version = models.IntegerField(null=True)
    policy_version = models.IntegerField(default=0, db_default=0)
    keeps_versions = models.BooleanField(default=False, db_default=False)  # older ones were asked for, by a replay
    relevance_bp = models.IntegerField(null=True)  # percentile against the frozen background
    similarity_bp = models.IntegerField(null=True)
    deadline = models.DateTimeField()
    made_at = models.DateTimeField(db_default=Now())
    note = models.TextField(blank=True, default="", db_default="")  # why it was not begun, for people
    reason = models.TextField(blank=True, default="", db_default="")  # what former posts taught that spoke for it

    class Meta:
        permissions = [("steer_goal", "Can cancel, retry and replay the runs of goals")]
        indexes = [
            models.Index(fields=["brand", "agent", "made_at"], name="goal_by_agent_and_day"),
            models.Index(fields=["brand", "batch"], condition=~Q(batch=""), name="goal_by_batch"),
            models.Index(
                fields=["brand", "campaign", "made_at"], condition=Q(campaign__isnull=False), name="goal_by_campaign"
            ),
            models.Index(
                fields=["brand", "made_at"],
                condition=Q(status__in=[GoalStatus.DONE, GoalStatus.FAILED, GoalStatus.CANCELLED]),
                name="goal_to_archive",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="goal_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "cause"], name="goal_once_per_cause"),
            models.CheckConstraint(condition=Q(status__in=GoalStatus.values), name="goal_status_is_known"),
            models.CheckConstraint(
                condition=Q(campaign__isnull=True, campaign_version__isnull=True)
                | Q(campaign__isnull=False, campaign_version__isnull=False),
                name="goal_of_a_campaign_pins_its_version",
            ),
        ]

    @property
    def group(self) -> str:
        """What its posts belong together by: the campaign, else the trend; empty for neither."""
        if self.campaign_id is not None:
            return f"agents.campaign:{self.campaign_id}"
        return f"publishing.trend:{self.trend_id}" if self.trend_id is not None else ""

    def __str__(self) -> str:
        return self.wish[:80]


class Plan(BrandModel):
    """The DAG for a goal as it was validated, with its estimate and the retries made on it."""

    brand = bound_brand()
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    steps = models.JSONField()
    estimate_usd_micros = models.BigIntegerField()
    retries = models.IntegerField(default=0, db_default=0)  # by the judge
    returns = models.IntegerField(default=0, db_default=0)  # by a human
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="plan_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "goal"], name="plan_once_per_goal"),
            models.CheckConstraint(condition=Q(retries__range=(0, 2)), name="plan_retries_are_bounded"),
            models.CheckConstraint(condition=Q(returns__range=(0, 1)), name="plan_returns_are_bounded"),
        ]

    def __str__(self) -> str:
        return f"plan of goal {self.goal_id}"
