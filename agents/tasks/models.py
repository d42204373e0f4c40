"""Task, dependency, artifact, verdict."""

from typing import Any

from django.db import models
from django.db.models import Case, Q, Value, When

from agents.campaigns.models import Campaign
from agents.goals.models import Goal, Plan
from agents.personas.models import Agent, Soul
from agents.tasks.states import TRANSITIONS, TaskStatus
from chimera.core.brands.models import BrandModel, bound_brand
from chimera.core.clock import Now
from governance.leases.models import Leased

STAGE = Case(
    When(Q(status="READY") & Q(kind="plan"), then=Value("plan")),
    When(status="READY", then=Value("work")),
    When(status="JUDGING", then=Value("judge")),
    When(status="ACCEPTED", then=Value("commit")),
    default=Value(""),
)


class Task(Leased):
    """One node of a plan (or the planning itself, kind "plan"): one atomic piece of work of one kind."""

    SUBJECT = "agents.task"
    CLAIM = "agents_task"
    TRANSITIONS = TRANSITIONS

    brand = bound_brand()
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, db_constraint=False, null=True)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    # The versions that it is made with: of its goal. Finishing, judging and committing compare them with the newest.
    soul = models.ForeignKey(Soul, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, db_constraint=False, db_index=False, null=True)
    campaign_version = models.IntegerField(null=True)
    policy_version = models.IntegerField(default=0, db_default=0)
    keeps_versions = models.BooleanField(default=False, db_default=False)
    kind = models.CharField(max_length=40)
    outward = models.BooleanField()
    unmet = models.IntegerField(default=0)  # upstream tasks that are not done
    params = models.JSONField(null=True)  # what its plan set for it, of what its kind lets a plan set
    feedback = models.JSONField(default=list)  # findings and reasons of retries, oldest first
    deadline = models.DateTimeField()
    made_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    together: Any = None  # no column: the rows that were taken with it (agents.worker.together)
    stage = models.GeneratedField(expression=STAGE, output_field=models.CharField(max_length=12), db_persist=True)

    class Meta:
        indexes = [
            models.Index(fields=["brand", "goal"], name="task_by_goal"),
            models.Index(
                fields=["ended_at"],
                include=["status", "brand"],  # all that the board asks, and what the policies compare
                condition=Q(outward=True, ended_at__isnull=False),
                name="task_outward_by_end",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="task_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "goal"], condition=Q(kind="plan"), name="task_plans_a_goal_once"),
            models.CheckConstraint(condition=Q(status__in=TaskStatus.values), name="task_status_is_known"),
            models.CheckConstraint(condition=Q(unmet__gte=0), name="task_unmet_not_negative"),
            models.CheckConstraint(
                condition=~Q(status=TaskStatus.READY) | Q(unmet=0), name="task_ready_has_nothing_unmet"
            ),
            models.CheckConstraint(
                condition=Q(outward=True) | ~Q(status__in=[TaskStatus.JUDGING, TaskStatus.ACCEPTED]),
                name="task_inward_is_not_judged",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.status})"


class Dependency(BrandModel):
    """`successor` waits until `predecessor` is done."""

    brand = bound_brand()
    predecessor = models.ForeignKey(
        Task, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    successor = models.ForeignKey(Task, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["brand", "successor"], name="dependency_by_successor")]
        constraints = [
            models.UniqueConstraint(fields=["brand", "predecessor", "successor"], name="dependency_once"),
            models.CheckConstraint(condition=~Q(predecessor=models.F("successor")), name="dependency_not_on_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} -> {self.successor_id}"


class Artifact(BrandModel):
    """What an attempt produced, with the hash of its canonical content. Written once."""

    brand = bound_brand()
    task = models.ForeignKey(Task, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    fence = models.BigIntegerField()
    payload = models.JSONField()
    content_hash = models.CharField(max_length=64)
    confidence_bp = models.IntegerField(null=True)
    inputs = models.JSONField(default=dict, db_default={})  # what it was made from: enough to make it again
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="artifact_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "task", "fence"], name="artifact_once_per_attempt"),
        ]

    def __str__(self) -> str:
        return f"artifact {self.content_hash[:12]}"


class Verdict(BrandModel):
    """What the judge and the governor said about one artifact, and where that sent the task. Written once."""

    brand = bound_brand()
    task = models.ForeignKey(Task, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    artifact = models.ForeignKey(Artifact, on_delete=models.PROTECT, db_constraint=False)
    fence = models.BigIntegerField()
    content_hash = models.CharField(max_length=64)
    snapshot = models.JSONField()
    findings = models.JSONField()
    composite_bp = models.IntegerField(null=True)
    offline = models.BooleanField()
    ruling = models.CharField(max_length=8)
    reasons = models.JSONField()
    route = models.CharField(max_length=8)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="verdict_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "task", "fence"], name="verdict_once_per_attempt"),
        ]

    def __str__(self) -> str:
        return f"verdict on task {self.task_id}: {self.route}"


class StaleOf(models.TextChoices):
    """Whose version a result was made with that counts no longer."""

    PERSONA = "persona", "The persona has changed"
    CAMPAIGN = "campaign", "The campaign has changed"
    POLICY = "policy", "The policies have changed"


class Replan(BrandModel):
    """A goal that was thrown away because of what it was made with, and the goal that follows it. Written once.

    `was` and `is_now` are version numbers. `asked`: it was put before a human instead. Goals by number: they move into
    the archive, and this stays.
    """

    brand = bound_brand()
    discarded = models.BigIntegerField()
    follower = models.BigIntegerField(null=True)
    stale_of = models.CharField(max_length=12, choices=StaleOf.choices)
    was = models.IntegerField()
    is_now = models.IntegerField()
    number = models.IntegerField()  # which replanning of the first goal this is
    asked = models.BooleanField(default=False)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="replan_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "discarded", "asked"], name="replan_once_per_goal"),
            models.CheckConstraint(condition=Q(stale_of__in=StaleOf.values), name="replan_cause_is_known"),
            models.CheckConstraint(condition=Q(number__gte=1), name="replan_is_counted"),
        ]

    def __str__(self) -> str:
        return f"goal {self.discarded}: {self.get_stale_of_display()}"
