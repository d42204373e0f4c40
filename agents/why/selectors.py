"""Why each agent does not post, the worst first. Requirements: OPS-4, GOV-3, PER-5, REV-9."""

from dataclasses import replace

from django.conf import settings

from agents.goals import services as goals
from agents.personas import selectors as personas
from agents.why import finding, seen
from agents.why.gates import GATES, PLACES, WEIGHTS, Why
from chimera.core import money, registry, tenancy
from publishing.connectors.base import consents
from publishing.readiness import selectors as readiness

OF_TRENDS = ("no_trend", "no_goal", "day_full")


def everybody(*, gate: str = "") -> list[Why]:
    """Every agent, or those at one gate. A constant number of queries; at the desk."""
    whole = sorted(_read(None), key=_order)
    return [one for one in whole if not gate or one.found.gate.name == gate]


def of(*, name: str) -> Why:
    """One agent, by handle or id; of trends it says exactly what the planner would. Raises NoSuchAgent. At the desk."""
    agent = personas.by_name(name)
    (one,) = _read(agent.pk)
    if one.found.gate.name not in OF_TRENDS:
        return one
    with tenancy.brand(agent.brand_id):
        said = goals.why_no_more(agent_id=agent.pk)
    return replace(one, found=replace(one.found, sentence=f"{one.found.sentence} {said}"))


def gates_met(*, found: list[Why]) -> list[tuple[str, str, int]]:
    """Gates that hold somebody, in their order: name, title, how many agents."""
    counts: dict[str, int] = {}
    for one in found:
        counts[one.found.gate.name] = counts.get(one.found.gate.name, 0) + 1
    return [(name, GATES[name].title, counts[name]) for name in GATES if name in counts]


def _read(agent_id: int | None) -> list[Why]:
    standing = seen.standing()
    asked_for = consents()
    blocked = readiness.blocked(platforms=asked_for)
    known, cheapest = frozenset(registry.names("CONNECTORS")), money.usd(settings.CHEAPEST_ACT_USD)
    found = seen.agents(now=standing.now, agent_id=agent_id)
    for one in found:
        unready = {name: blocked.get((f"agents.agent:{one.id}", name)) for name in one.platforms}
        one.unready = {name: f"{said.why_not}. {said.do}" for name, said in unready.items() if said}
    return [
        Why(
            agent_id=agent.id,
            handle=agent.handle,
            brand=agent.brand,
            rung=agent.rung,
            found=finding.first(agent=agent, standing=standing, known=known, cheapest=cheapest, consents=asked_for),
        )
        for agent in found
    ]


def _order(one: Why) -> tuple[int, int, str]:
    return (WEIGHTS[one.found.weight], PLACES[one.found.gate.name], one.handle)
