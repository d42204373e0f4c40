"""Sets the stage's brands and agents, and puts goals in while everything around is failing.

`python -m chimera.chaos.feeder --cast N` as the operator; `--connect N --stores x=FILE ...` as the connector, before
the platforms run; then `--count N --seconds S --noted FILE` as the application.
A goal counts as handed over when its transaction was confirmed: then its cause is written into the file.
"""

import argparse
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import django

BRANDS = 3
DEADLINE = timedelta(days=3)
LIMIT_USD = "100000"
SOUL = "bea_unscrews"
SCOPES = {
    "x": ("tweet.read", "tweet.write", "users.read", "media.write", "offline.access"),
    "instagram": ("instagram_business_basic", "instagram_business_content_publish"),
}
ACTOR = "worker:chaos stage:goals"
Got = TypeVar("Got")


def cast(*, agents: int) -> None:
    """Three brands with `agents` autonomous agents over all, each on one of the platforms in turn."""
    from agents.personas import services as personas
    from agents.personas import soul as souls
    from agents.personas.states import TrustRung
    from chimera.chaos.texts import picture
    from chimera.core import money, storage, tenancy
    from chimera.core.brands.models import Brand
    from chimera.embedded.souls import of_pictures
    from governance.budgets import services as budgets

    storage.put(picture())
    parsed = souls.parse(of_pictures(name=SOUL), origin=f"{SOUL}.md")
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
            agent = personas.launch(brand_id=brand.pk, soul=soul, platform=platform_of(number), budget_usd_micros=limit)
            budgets.set_limit(brand_id=brand.pk, scope=f"brand:{brand.pk}", limit_usd_micros=limit)
            personas.promote(agent=agent, to=TrustRung.AUTONOMOUS, reason="made up for a chaos run")


def platform_of(number: int) -> str:
    """Where the agent of this number is."""
    from chimera.chaos import platforms

    return platforms.ALL[number // BRANDS % len(platforms.ALL)].name


def connect(*, agents: int, stores: Mapping[str, Path]) -> None:
    """Every account that needs it consents: its tokens lie with the platform and, sealed, with its connector."""
    from publishing.credentials import services as credentials
    from publishing.credentials.services import Tokens
    from publishing.simulators.instagram.store import Store as Instagram
    from publishing.simulators.x.store import Store as X

    for number in range(agents):
        platform, handle = platform_of(number), f"chaos_{number}"
        if platform not in stores:
            continue
        store = {"x": X, "instagram": Instagram}[platform](stores[platform])
        user_id = store.add_account(handle, f"Chaos Agent {number}", bio="An AI persona of a chaos run.")
        told = store.tokens_for(handle)
        tokens = Tokens(
            access=told["access_token"],
            refresh=told.get("refresh_token") or told["access_token"],
            lasts_s=float(told["expires_in"]),
            scopes=SCOPES[platform],
        )
        credentials.connect(platform=platform, handle=handle, user_id=user_id, name=handle, tokens=tokens)


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
    parser.add_argument("--connect", type=int, default=0)
    parser.add_argument("--stores", nargs="*", default=[], help="platform=file")
    options = parser.parse_args()
    django.setup()
    if options.cast:
        cast(agents=options.cast)
    if options.connect:
        connect(
            agents=options.connect, stores={k: Path(v) for k, _, v in (one.partition("=") for one in options.stores)}
        )
    if options.count:
        feed(count=options.count, seconds=options.seconds, noted=options.noted)


if __name__ == "__main__":
    main()
