"""How many agents work, idle, or are paused. Requirements: OPS-6, OPS-4."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.db.models.fields import CharField

from agents.board.figures import Behind, Figure, listed
from agents.personas.models import Agent
from agents.tasks.models import Task
from chimera.core.clock import Now
from governance.controls import selectors as controls
from governance.controls.models import Control

WORKING, IDLE, PAUSED = "working", "idle", "paused"
FORMULAS = {
    WORKING: "Agents with a task that is due now or in a worker's hands, and that no stop holds. Unit: agents. Now.",
    IDLE: "Agents of which nothing is due now, and that no stop holds: they wait for a human, for a time, or for a "
    "trend. Unit: agents. Now.",
    PAUSED: "Agents under a stop on themselves, on their brand or on the fleet. Unit: agents. Now.",
}
_SIGNS = {WORKING: "▶", IDLE: "○", PAUSED: "■"}


def with_state(*, stops: Iterable[Control] | None = None) -> QuerySet[Any]:
    """Agents, each with `doing`: working, idle or paused. The board counts them and the list of agents filters them.

    `stops`: those in force, if somebody has read them already.
    """
    scopes = {stop.scope for stop in (controls.everything_in_force() if stops is None else stops)}
    numbers = {
        kind: [int(s.removeprefix(kind)) for s in scopes if s.startswith(kind) and s.removeprefix(kind).isdigit()]
        for kind in ("brand:", "agent:")
    }
    paused = Q(brand_id__in=numbers["brand:"]) | Q(pk__in=numbers["agent:"])
    if "fleet" in scopes:
        paused = Q(pk__isnull=False)
    # A row in somebody's hands is due when its lease ends.
    busy = Task.objects.filter(due_at__isnull=False).filter(Q(due_at__lte=Now()) | Q(lease_until__gt=Now()))
    doing = Case(
        When(paused, then=Value(PAUSED)),
        When(pk__in=busy.values("agent_id"), then=Value(WORKING)),
        default=Value(IDLE),
        output_field=CharField(),
    )
    return Agent.objects.annotate(doing=doing)


def figures(*, stops: Iterable[Control]) -> list[Figure]:
    """Agents by what they do."""
    counted = with_state(stops=stops).order_by().values("doing").annotate(n=Count("pk"))
    found = {row["doing"]: row["n"] for row in counted}
    return [
        Figure(
            name=f"agents_{state}",
            title=f"{_SIGNS[state]} {state}",
            value=found.get(state, 0),
            unit="rows",
            said=f"{found.get(state, 0):,}",
            formula=FORMULAS[state],
            behind=(Behind(count=found.get(state, 0), what="agents", address=listed("agents/agent", doing=state)),),
        )
        for state in (WORKING, IDLE, PAUSED)
    ]
