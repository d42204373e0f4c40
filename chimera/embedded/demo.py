"""The demo: a brand with three personas, the bundled feeds, and everything running. OPS-1, PER-3.

Two personas are promoted by a recorded act of the demo operator, the third stays on probation.
"""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from agents.goals import services as goals
from agents.personas import services as personas
from agents.personas import soul
from agents.personas.models import Agent
from agents.personas.states import TrustRung
from agents.planner import services as planner
from chimera.core import tenancy
from chimera.core.brands.models import Brand
from chimera.embedded import platforms
from chimera.embedded.entry import CHECKOUT
from publishing.accounts import checking
from publishing.accounts import services as accounts
from publishing.accounts.models import Account
from publishing.connectors.base import consents
from publishing.credentials import selectors as credentials
from publishing.trends import services as trends
from publishing.trends.reading import Reading

OPERATOR = "cli:demo-operator"
SOULS = CHECKOUT / "demo" / "souls"
PROMOTED = 2
BIO = "AI persona of Lanternhouse, an invented brand. Run by the operator of this demo."
REASON = "The demo operator read ten sample posts of this persona and trusts it on the simulated platform."


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Who plays: the brand's id and the agents by handle with their rung."""

    brand_id: int
    rungs: dict[str, str]


def seed(*, souls: Path = SOULS) -> Cast:
    """Make the brand and launch the personas; again changes nothing."""
    with tenancy.all_brands(actor=OPERATOR):
        brand, _ = Brand.objects.get_or_create(slug=settings.DEMO_BRAND, defaults={"name": "Lanternhouse (demo)"})
    with tenancy.brand(brand.pk, actor=OPERATOR):
        agents: list[Agent] = []
        for path in sorted(souls.glob("*.md")):
            parsed = soul.parse(path.read_bytes(), origin=f"demo/souls/{path.name}")
            agents.append(personas.launch(brand_id=brand.pk, soul=parsed, platform="plaza"))
        for agent in agents[:PROMOTED]:
            if agent.status == TrustRung.PROBATION:
                personas.promote(agent=agent, to=TrustRung.AUTONOMOUS, reason=REASON)
        return Cast(brand_id=brand.pk, rungs={agent.handle: str(agent.status) for agent in agents})


def settle_in(*, brand_id: int, folder: Path, env: Mapping[str, Mapping[str, str]]) -> int:
    """Accounts of the promoted personas on the platforms that are simulated beside Plaza, each connected; once.

    `folder` is where those keep what they know, `env` what the command that connects gets. Returns how many were
    connected now. Raises StartFailed.
    """
    waiting: dict[str, list[str]] = {}
    for name in platforms.simulated():
        with tenancy.brand(brand_id, actor=OPERATOR):
            personas_ = list(Agent.objects.order_by("id")[:PROMOTED])
            for agent in personas_:
                accounts.register(
                    brand_id=brand_id,
                    belongs_to=agent.subject,
                    platform=name,
                    handle=agent.handle,
                    display_name=agent.name,
                )
            ours = list(Account.objects.filter(platform=name, belongs_to__in=[one.subject for one in personas_]))
            standing = credentials.standings(accounts=ours, consents=consents())
            waiting[name] = [one.account.handle for one in standing if one.why_not]
        platforms.sign_up(
            platform=name, folder=folder, accounts={one.handle: one.display_name for one in ours}, bio=BIO
        )
        with tenancy.brand(brand_id, actor=OPERATOR):
            for one in ours if name == "x" else ():  # as it was switched on just now
                checking.confirm(platform=name, handle=one.handle, names=[checking.LABEL])
    due = {name: handles for name, handles in waiting.items() if handles}
    with ThreadPoolExecutor(max_workers=len(platforms.BESIDE)) as side_by_side:
        # The first failure is raised when it is asked for.
        list(side_by_side.map(lambda name: platforms.connect(platform=name, handles=due[name], env=env[name]), due))
    return sum(len(handles) for handles in due.values())


def feeds(*, simulator_port: int) -> list[str]:
    """The feeds that FEEDS names (separated by spaces), else the bundled samples over local HTTP."""
    named = os.environ.get("FEEDS", "").split()
    if named:
        return named
    names = sorted(path.stem for path in (CHECKOUT / "demo" / "feeds").glob("*.xml"))
    return [f"http://127.0.0.1:{simulator_port}/feeds/{name}.xml" for name in names]


def scan(*, sources: Sequence[str], brand_id: int) -> tuple[list[Reading], int]:
    """Follow and read the feeds, refresh the trends; returns the readings and the number of trends."""
    # Feeds that FEEDS names stand alone; the samples stand beside what was followed by hand.
    named = bool(os.environ.get("FEEDS"))
    with tenancy.acting(OPERATOR):
        known = trends.follow(sources=sources, any_age=named)
        readings = trends.scan(feeds=known)
        if named and any(not reading.error for reading in readings):  # a mistyped address drops no other feed
            trends.follow(sources=sources, any_age=named, only=True)
    with tenancy.brand(brand_id, actor=OPERATOR):
        return readings, trends.refresh(brand_id=brand_id)


def why_no_goals(*, brand_id: int) -> list[str]:
    """One sentence for each persona that sets no goal now."""
    with tenancy.brand(brand_id, actor=OPERATOR):
        return [goals.why_no_more(agent_id=pk) for pk in Agent.objects.order_by("id").values_list("id", flat=True)]


def set_goals(*, brand_id: int) -> int:
    """Goals for every persona from the fresh trends; returns how many are new."""
    with tenancy.brand(brand_id, actor=OPERATOR):
        agents = list(Agent.objects.order_by("id").values_list("id", flat=True))
        return sum(len(planner.set_goals(agent_id=pk)) for pk in agents)
