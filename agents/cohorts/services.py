"""Saving cohorts, tagging agents, and acts on all members at once, each for itself and each reported."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import DatabaseError, transaction

from agents.cohorts import query, selectors
from agents.cohorts.models import Cohort
from agents.personas.models import Agent
from chimera.core import money
from chimera.core.errors import ChimeraError, Denied
from governance.budgets import services as budgets
from governance.controls import services as controls
from governance.controls.models import ControlKind
from governance.thresholds import services as thresholds

TAG = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")
TAGS_MAX = 20
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,59}")


class BadCohort(Denied):
    """A cohort or tag that cannot be kept; says what to do."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """What an act did to one agent: `said` is what is so now, or why it is not."""

    handle: str
    done: bool
    said: str

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def save(*, brand_id: int, name: str, asked: Mapping[str, Any]) -> Cohort:
    """Keep a selection under a name; the same name again is the new selection. Raises BadCohort or BadQuery."""
    if not NAME.fullmatch(name):
        raise BadCohort(f"{name!r} names no cohort; use 2 to 60 small letters, digits, hyphens or underscores.")
    kept = query.checked(asked)
    cohort, _ = Cohort.objects.update_or_create(brand_id=brand_id, name=name, defaults={"query": kept})
    return cohort


def tag(*, agents: Iterable[Agent], add: Iterable[str] = (), remove: Iterable[str] = ()) -> list[Agent]:
    """Put tags on agents and take tags off. Raises BadCohort."""
    added, removed = set(add), set(remove)
    for one in sorted(added | removed):
        if not TAG.fullmatch(one):
            raise BadCohort(f"{one!r} is no tag; use 1 to 30 small letters, digits or hyphens.")
    tagged = []
    for agent in agents:
        row = Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
        row.tags = sorted((set(row.tags) | added) - removed)
        if len(row.tags) > TAGS_MAX:
            raise BadCohort(f"@{row.handle} would have {len(row.tags)} tags; at most {TAGS_MAX}.")
        Agent.objects.filter(pk=row.pk).update(tags=row.tags)
        tagged.append(row)
    return tagged


def pause(*, cohort: Cohort, reason: str) -> list[Done]:
    """Pause every member; each is a control of its own and is lifted by itself or with the others."""
    why = _reason(reason)

    def act(agent: Agent) -> str:
        control = controls.impose(scope=agent.scope, kind=ControlKind.PAUSE, reason=why)
        return f"paused: {control.reason}"

    return each(agents=selectors.members(cohort=cohort), act=act)


def resume(*, cohort: Cohort, reason: str) -> list[Done]:
    """Lift what holds on each member itself; what holds on brand or fleet goes on."""
    why = _reason(reason)

    def act(agent: Agent) -> str:
        done = controls.lift(scope=agent.scope, reason=why)
        if done.waiting:
            return "an incident: another person must resume it as well"
        return f"{len(done.lifted)} lifted" if done.lifted else "nothing was in force"

    return each(agents=selectors.members(cohort=cohort), act=act)


def budget(*, cohort: Cohort, usd_micros: int) -> list[Done]:
    """Give every member this limit a day, from now on. One who has more in use already keeps its own, and is listed."""

    def act(agent: Agent) -> str:
        budgets.set_limit(brand_id=agent.brand_id, scope=agent.scope, limit_usd_micros=usd_micros)
        return f"{money.show(usd_micros)} a day"

    return each(agents=selectors.members(cohort=cohort), act=act)


def tighten(*, cohort: Cohort, act_above_bp: int, reason: str) -> list[Done]:
    """Every member acts alone above this score only, whatever it makes, in basis points."""
    why = _reason(reason)

    def act(agent: Agent) -> str:
        thresholds.tighten(brand_id=agent.brand_id, scope=agent.scope, act_above_bp=act_above_bp, reason=why)
        return f"acts above {act_above_bp / 10_000:.4f}"

    return each(agents=selectors.members(cohort=cohort), act=act)


def each(*, agents: Iterable[Agent], act: Callable[[Agent], str]) -> list[Done]:
    """Do it to each agent in a savepoint of its own: one that fails undoes nothing of another, and is listed."""
    done = []
    for agent in agents:
        try:
            with transaction.atomic():
                said = act(agent)
        except (ChimeraError, DatabaseError) as error:
            done.append(Done(handle=agent.handle, done=False, said=" ".join(str(error).split())))
        else:
            done.append(Done(handle=agent.handle, done=True, said=said))
    if not done:
        raise BadCohort("The cohort holds no agent now; look at it with: manage.py cohort show.")
    return done


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not reason:
        raise BadCohort("Give a reason in words; it is kept with what is done.")
    return reason
