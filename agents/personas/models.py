"""Agent and soul."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from pgvector.django import VectorField

from agents.personas.states import TRANSITIONS, TrustRung
from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now
from chimera.core.embeddings import DIMENSIONS
from governance.machine import BrandStateful


class Agent(BrandStateful):
    """A virtual influencer. `status` is its rung of trust."""

    SUBJECT = "agents.agent"
    TRANSITIONS = TRANSITIONS

    handle = models.CharField(max_length=30)
    name = models.CharField(max_length=120)
    soul = models.ForeignKey("agents.Soul", on_delete=models.PROTECT, null=True, db_constraint=False, related_name="+")
    posts_per_day = models.IntegerField(default=3)
    tags = ArrayField(models.CharField(max_length=30), default=list, blank=True, db_default=[])  # for cohorts
    rung_reason = models.TextField(blank=True, default="")
    rung_since = models.DateTimeField(db_default=Now())  # decisions from then on count for the next step
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="agent_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "handle"], name="agent_handle_once_per_brand"),
            models.CheckConstraint(condition=Q(status__in=TrustRung.values), name="agent_rung_is_known"),
            models.CheckConstraint(condition=Q(posts_per_day__range=(1, 50)), name="agent_posts_per_day_is_bounded"),
        ]

    def __str__(self) -> str:
        return f"@{self.handle}"

    @property
    def scope(self) -> str:
        """The agent as a scope of controls and budgets."""
        return f"agent:{self.pk}"

    @property
    def scopes(self) -> list[str]:
        """Every scope that stops or pays this agent."""
        return ["fleet", f"brand:{self.brand_id}", self.scope]


class RungStep(BrandModel):
    """One step of an agent on the ladder, with who let it and why. Written once."""

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    from_rung = models.CharField(max_length=16)
    to_rung = models.CharField(max_length=16)
    reason = models.TextField()
    actor = models.CharField(max_length=160)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["brand", "agent", "id"], name="rungstep_by_agent")]
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="rungstep_brand_and_id"),
            models.CheckConstraint(
                condition=Q(from_rung__in=TrustRung.values, to_rung__in=TrustRung.values)
                & ~Q(from_rung=models.F("to_rung")),
                name="rungstep_is_a_step",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_rung} -> {self.to_rung}"


class Soul(BrandModel):
    """One version of a SOUL.md: written once. An edit makes the next version; every task pins the one it used."""

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, db_constraint=False, related_name="souls")
    version = models.IntegerField()
    content_hash = models.CharField(max_length=64)
    source = models.TextField()  # the file as it was
    front = models.JSONField()  # the front matter, validated
    backstory = models.TextField()
    interests = ArrayField(models.TextField())
    profile = VectorField(dimensions=DIMENSIONS)  # what relevance is measured against
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="soul_brand_and_id"),
            models.UniqueConstraint(fields=["brand", "agent", "version"], name="soul_version_once"),
            models.UniqueConstraint(fields=["brand", "agent", "content_hash"], name="soul_content_once"),
        ]

    def __str__(self) -> str:
        return f"soul {self.version} of agent {self.agent_id}"
