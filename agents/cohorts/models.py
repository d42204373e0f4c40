"""Cohort, rollout, and what a rollout did to each agent."""

from django.db import models
from django.db.models import Q

from agents.cohorts.states import TRANSITIONS, RolloutStatus
from agents.personas.models import Agent
from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now
from governance.machine import BrandStateful

OPEN = (RolloutStatus.CANARY, RolloutStatus.READY)


class Cohort(BrandModel):
    """A saved selection of a brand's agents: a question (`agents.cohorts.query`), asked anew each time."""

    name = models.SlugField(max_length=60)
    query = models.JSONField()
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        permissions = [("run_cohort", "Can act on cohorts and roll changes out")]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="cohort_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "name"], name="cohort_name_once_per_brand"),
        ]

    def __str__(self) -> str:
        return self.name


class Rollout(BrandStateful):
    """One change for the members that a cohort had when it began; its canaries have it first."""

    SUBJECT = "agents.rollout"
    TRANSITIONS = TRANSITIONS

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, db_constraint=False, related_name="rollouts")
    change = models.JSONField()  # {"soul": patch} or {"budget_usd_micros": amount}
    reason = models.TextField()
    posts_min = models.IntegerField()  # judged posts of the canaries after which it is proposed
    wait_s = models.IntegerField()  # or so many seconds after its beginning
    began_at = models.DateTimeField(db_default=Now(), editable=False)
    figures = models.JSONField(default=dict, db_default={})  # canaries and rest, as they were compared
    proposal = models.TextField(blank=True, default="")  # what the figures say, in a sentence
    decided_by = models.CharField(max_length=160, blank=True, default="")
    note = models.TextField(blank=True, default="")  # why it was decided so

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="rollout_brand_and_id"),
            models.UniqueConstraint(
                fields=["brand", "cohort"], condition=Q(status__in=OPEN), name="rollout_open_once_per_cohort"
            ),
            models.CheckConstraint(condition=Q(status__in=RolloutStatus.values), name="rollout_status_is_known"),
            models.CheckConstraint(
                condition=~Q(status=RolloutStatus.ROLLED_OUT) | ~Q(decided_by=""), name="rollout_has_a_human_yes"
            ),
        ]

    def __str__(self) -> str:
        return f"rollout {self.pk} ({self.status})"


class RolloutMember(BrandModel):
    """One agent of a rollout: what was changed from what, or why it was not."""

    rollout = models.ForeignKey(Rollout, on_delete=models.PROTECT, db_constraint=False, related_name="members")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    is_canary = models.BooleanField()
    before = models.BigIntegerField(null=True)  # the soul's id, or the limit in micros of a dollar
    after = models.BigIntegerField(null=True)
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True, default="")
    settled = models.BooleanField(default=False)  # the rollout is over

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "rollout", "agent"], name="rolloutmember_once"),
            models.UniqueConstraint(
                fields=["brand", "agent"], condition=Q(settled=False), name="rolloutmember_agent_is_in_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(applied_at__isnull=False),
                name="rolloutmember_undoes_what_it_did",
            ),
        ]

    def __str__(self) -> str:
        return f"agent {self.agent_id} in rollout {self.rollout_id}"
