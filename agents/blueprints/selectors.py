"""Reading blueprints: who wants plans to wait, the blueprint of a goal, its edits."""

from collections.abc import Sequence

from django.conf import settings

from agents.blueprints.models import Blueprint, Revision
from agents.blueprints.states import BlueprintStatus


def waits(*, scopes: Sequence[str]) -> bool:
    """Whether plans of work with these scopes wait for a look: PLANS_WAIT names the fleet, its brand or its agent."""
    return not set(settings.PLANS_WAIT).isdisjoint(scopes)


def of_goal(*, goal_id: int) -> Blueprint | None:
    """The blueprint of a goal, if its plan waits or has waited."""
    return Blueprint.objects.filter(goal_number=goal_id).first()


def held_count() -> int:
    """How many plans wait for a look."""
    return Blueprint.objects.filter(status=BlueprintStatus.HELD).count()


def revisions(*, blueprint: Blueprint) -> list[Revision]:
    """Its edits, oldest first."""
    return list(Revision.objects.filter(blueprint=blueprint).order_by("number"))
