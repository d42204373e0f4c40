"""Sets the stage's brands and agents, and puts goals in while everything around is failing.

`python -m chimera.chaos.feeder --cast N` as the operator; then `--count N --seconds S --noted FILE` as the application.
A goal counts as handed over when its transaction was confirmed: then its cause is written into the file.
"""

import argparse
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import django

BRANDS = 3
DEADLINE = timedelta(days=3)
LIMIT_USD = "100000"
SOUL = Path(__file__).resolve().parent.parent.parent / "demo" / "souls" / "bea_unscrews.md"
ACTOR = "worker:chaos stage:goals"
Got = TypeVar("Got")


def cast(*, agents: int) -> None:
    """Three brands with `agents` autonomous agents over all, each on one of the platforms in turn."""
    from agents.personas import services as personas
    from agents.personas import soul as souls
    from agents.personas.states import TrustRung
    from chimera.chaos import platforms
    from chimera.core import money, tenancy
    from chimera.core.brands.models import Brand
    from governance.budgets import services as budgets

    platform_names = [platform.name for platform in platforms.ALL]
    parsed = souls.read(SOUL)
    with tenancy.all_brands(actor=ACTOR):
        budgets.set_fleet_limit(limit_usd_micros=money.usd(LIMIT_USD) * (agents + BRANDS))
        brands = [Brand.objects.create(slug=f"chaos-{n}", name=f"Chaos {n}") for n in range(BRANDS)]
    for number in range(agents):
        brand = brands[number % BRANDS]
        front = parsed.front.model_copy(update={"handle": f"chaos_{number}", "name": f"Chaos Agent {number}"})
        soul = souls.SoulFile(
            front=front, backstory=parsed.backstory, source=parsed.source, content_hash=parsed.content_hash
        )
        with tenancy.brand(brand.pk, actor=ACTOR):
            limit = money.usd(LIMIT_USD)
            platform = platform_names[number // BRANDS % len(platform_names)]
            agent = personas.launch(brand_id=brand.pk, soul=soul, platform=platform, budget_usd_micros=limit)
            budgets.set_limit(brand_id=brand.pk, scope=f"brand:{brand.pk}", limit_usd_micros=limit)
            personas.promote(agent=agent, to=TrustRung.AUTONOMOUS, reason="made up for a chaos run")


def everybody() -> list[tuple[int, int]]:
    """(brand, agent) of everyone on the stage, the brands in turn."""
    from agents.personas.models import Agent
    from chimera.core import tenancy
    from chimera.core.brands import selectors as brands

    found: list[list[tuple[int, int]]] = []
    for brand_id in brands.ids():
        with tenancy.brand(brand_id, actor=ACTOR):
            ids = Agent.objects.order_by("id").values_list("id", flat=True)
            found.append([(brand_id, agent_id) for agent_id in ids])
    return [one for row in zip(*found, strict=False) for one in row]


def put(*, brand_id: int, agent_id: int, cause: str) -> None:
    """One goal with its planning task, once per cause however often it is tried."""
    from agents.goals.models import Goal
    from agents.personas.models import Agent
    from agents.tasks import services as tasks
    from chimera.core import clock, tenancy

    with tenancy.brand(brand_id, actor=ACTOR):
        if Goal.objects.filter(cause=cause).exists():
            return
        agent = Agent.objects.select_related("soul").get(pk=agent_id)
        assert agent.soul is not None, "everybody on the stage has a soul"
        goal = Goal.objects.create(
            brand_id=brand_id,
            agent=agent,
            soul=agent.soul,
            cause=cause,
            wish=f"Say something about {cause}.",
            deadline=clock.now() + DEADLINE,
            status="PROPOSED",
        )
        tasks.begin(goal=goal, scopes=agent.scopes)


def until_answered(ask: Callable[[], Got]) -> Got:
    """What the database answers, asked again while it is away: it is restarted from the first moment on."""
    from django.db import DatabaseError, InterfaceError, connection

    while True:
        try:
            return ask()
        except (DatabaseError, InterfaceError):
            connection.close()
            time.sleep(0.2)


def feed(*, count: int, seconds: float, noted: Path) -> None:
    """`count` goals spread over `seconds`; what could not be confirmed is tried again under the same cause."""
    everyone = until_answered(everybody)
    begun = time.monotonic()
    with noted.open("a", encoding="utf-8", buffering=1) as file:
        for number in range(count):
            time.sleep(max(0.0, begun + number * seconds / count - time.monotonic()))
            brand_id, agent_id = everyone[number % len(everyone)]
            cause = f"chaos:{number}"
            until_answered(partial(put, brand_id=brand_id, agent_id=agent_id, cause=cause))
            file.write(f"{cause}\n")


def main() -> None:
    """Cast, or feed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cast", type=int, default=0)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--noted", type=Path)
    options = parser.parse_args()
    django.setup()
    if options.cast:
        cast(agents=options.cast)
    if options.count:
        feed(count=options.count, seconds=options.seconds, noted=options.noted)


if __name__ == "__main__":
    main()
