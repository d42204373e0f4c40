"""Reading cohorts and rollouts, and comparing canaries with the rest."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from agents.cohorts import query
from agents.cohorts.models import OPEN, Cohort, Rollout
from agents.goals.models import Goal
from agents.personas.models import Agent
from agents.tasks.models import Task, Verdict
from chimera.core.errors import Denied
from governance.reviews.models import ReviewItem


class NoSuchCohort(Denied):
    """No cohort has this name."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What the judge and the reviewers made of what some agents posted since a moment. Shares in basis points."""

    agents: int
    judged: int  # verdicts on posts
    held: int  # that went to a human
    sent_back: int  # that were retried or rejected by the judge
    refused: int  # posts that a human rejected

    @property
    def held_bp(self) -> int:
        """Share that a human had to see."""
        return self.held * 10_000 // self.judged if self.judged else 0

    @property
    def bad_bp(self) -> int:
        """Share that was not good enough for judge or human; a post may be both."""
        return min(10_000, (self.sent_back + self.refused) * 10_000 // self.judged) if self.judged else 0

    def as_json(self) -> dict[str, Any]:
        """As it is stored with the rollout."""
        return {**asdict(self), "held_bp": self.held_bp, "bad_bp": self.bad_bp}


def by_name(name: str) -> Cohort:
    """The cohort with this name or id, in the brand of the context or, at the desk, in all. Raises NoSuchCohort."""
    found = list(Cohort.objects.filter(name=name)[:2])
    if not found and name.isascii() and name.isdigit() and len(name) <= 18:
        found = list(Cohort.objects.filter(pk=int(name)))
    if not found:
        known = ", ".join(Cohort.objects.order_by("name").values_list("name", flat=True)[:10])
        raise NoSuchCohort(f"There is no cohort {name!r}. Known: {known or 'none yet; save one first'}.")
    if len(found) > 1:
        raise NoSuchCohort(f"Several brands have a cohort {name!r}; use its id ({found[0].pk}, {found[1].pk}, …).")
    return found[0]


def members(*, cohort: Cohort) -> QuerySet[Agent]:
    """The agents that are in the cohort now, by handle."""
    return query.members(brand_id=cohort.brand_id, query=cohort.query)


def open_rollout(*, cohort: Cohort) -> Rollout | None:
    """The rollout that is on its way, when there is one."""
    return cohort.rollouts.filter(status__in=OPEN).first()


def figures(*, agent_ids: Iterable[int], since: datetime) -> Figures:
    """What became of goals that these agents set since then. In the brand's context, or at the desk."""
    ids = list(agent_ids)
    goals = Goal.objects.filter(agent__in=ids, made_at__gte=since)
    tasks = Task.objects.filter(goal__in=goals.values("pk"), outward=True)
    routes = Verdict.objects.filter(task__in=tasks.values("pk")).values_list("route").annotate(count=Count("id"))
    counts: dict[str, int] = dict(routes.values_list("route", "count"))
    subjects = [f"{Task.SUBJECT}:{pk}" for pk in tasks.values_list("pk", flat=True)]
    return Figures(
        agents=len(ids),
        judged=sum(counts.values()),
        held=counts.get("HUMAN", 0),
        sent_back=counts.get("RETRY", 0) + counts.get("REJECT", 0),
        refused=ReviewItem.objects.filter(about__in=subjects, status="REJECTED").count(),
    )
