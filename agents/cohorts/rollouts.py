"""A change of a cohort: canaries first, watched, proposed; a human says go or takes it back. PLN-12, PER-2."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction

from agents.cohorts import selectors
from agents.cohorts.models import Cohort, Rollout, RolloutMember
from agents.cohorts.selectors import Figures
from agents.cohorts.services import Done
from agents.cohorts.states import RolloutStatus
from agents.goals.models import Goal
from agents.personas import patching
from agents.personas import services as personas
from agents.personas.models import Agent, Soul
from agents.tasks import replanning
from chimera.core import clock, money, tenancy
from chimera.core.brands import selectors as brands
from chimera.core.clock import Now
from chimera.core.errors import ChimeraError, Conflict, Denied
from governance import transitions
from governance.budgets import services as budgets
from governance.budgets.models import BudgetLimit

WATCHER = "worker:rollouts stage:watch"
WORSE_MAX_BP = 1_000  # canaries may be so much worse than the rest before it is proposed to take the change back


class BadRollout(Denied):
    """A rollout that cannot be begun or decided; says why and what to do."""


class UnderWay(Conflict):
    """Somebody else has begun a rollout for this cohort or for one of its agents."""


class ChangedSince(Denied):
    """What the rollout had changed was changed again: it is left as it is."""


def soul_change(*, change: patching.Patch) -> dict[str, Any]:
    """The next version of every soul."""
    return {"soul": change.as_json()}


def budget_change(*, usd_micros: int) -> dict[str, Any]:
    """Another limit a day."""
    return {"budget_usd_micros": usd_micros}


def words(change: Mapping[str, Any]) -> str:
    """A change for people."""
    if "soul" in change:
        return patching.patch(**change["soul"]).words()
    return f"budget: {money.show(change['budget_usd_micros'])} a day"


def start(
    *,
    cohort: Cohort,
    change: Mapping[str, Any],
    reason: str,
    canaries: int | Sequence[str] = 1,
    posts_min: int | None = None,
    wait_s: int | None = None,
) -> Rollout:
    """Change the canaries, so many or those named, and watch them; in the transaction of the caller, all or nothing.

    Raises BadRollout, UnderWay, or what kept a canary from being changed.
    """
    if not reason.strip():
        raise BadRollout("Give a reason in words; it is kept with the rollout.")
    with tenancy.brand(cohort.brand_id):
        agents = list(selectors.members(cohort=cohort))
        first = _canaries(cohort, agents, canaries)
        try:
            with transaction.atomic():
                rollout = Rollout.objects.create(
                    brand_id=cohort.brand_id,
                    cohort=cohort,
                    change=dict(change),
                    reason=" ".join(reason.split()),
                    posts_min=settings.CANARY_POSTS if posts_min is None else posts_min,
                    wait_s=settings.CANARY_S if wait_s is None else wait_s,
                    status=RolloutStatus.CANARY,
                )
                for agent in agents:
                    RolloutMember.objects.create(
                        brand_id=cohort.brand_id, rollout=rollout, agent=agent, is_canary=agent.pk in first
                    )
        except IntegrityError as error:
            raise UnderWay(
                f"A change is under way already for {cohort.name} or for one of its agents; decide it first."
            ) from error
        for member in rollout.members.select_related("agent").filter(is_canary=True).order_by("agent__handle"):
            _apply(member, change)
        rollout.refresh_from_db()
        return rollout


def _canaries(cohort: Cohort, agents: Sequence[Agent], wanted: int | Sequence[str]) -> set[int]:
    """Ids of the canaries: the named ones, or as many by a hash that gives the same ones for the same cohort."""
    if len(agents) < 2:
        raise BadRollout(f"{cohort.name} holds {len(agents)} agents; a canary needs others to be compared with.")
    if isinstance(wanted, int):
        if not 1 <= wanted < len(agents):
            raise BadRollout(f"Of {len(agents)} agents 1 to {len(agents) - 1} can be canaries, not {wanted}.")
        lots = sorted(agents, key=lambda agent: hashlib.sha256(f"{cohort.pk}:{agent.pk}".encode()).digest())
        return {agent.pk for agent in lots[:wanted]}
    by_handle = {agent.handle: agent.pk for agent in agents}
    named = [handle.removeprefix("@") for handle in wanted]
    strangers = [handle for handle in named if handle not in by_handle]
    if strangers:
        raise BadRollout(f"@{strangers[0]} is not in {cohort.name}; its members: {', '.join(sorted(by_handle))}.")
    if not 1 <= len(set(named)) < len(agents):
        raise BadRollout("Name at least one canary and leave at least one agent to compare with.")
    return {by_handle[handle] for handle in named}


def _apply(member: RolloutMember, change: Mapping[str, Any]) -> None:
    """Change one agent. Raises with nothing changed."""
    agent = Agent.objects.select_for_update(of=("self",)).select_related("soul").get(pk=member.agent_id)
    before: int | None
    if "soul" in change:
        if agent.soul is None:
            raise BadRollout(f"@{agent.handle} has no soul; launch it from a SOUL.md.")
        wanted = patching.patch(**change["soul"])
        edited = patching.patched(source=agent.soul.source, change=wanted, origin=f"the soul of @{agent.handle}")
        before, after = agent.soul.pk, personas.write_soul(agent=agent, soul=edited).pk
        replanning.replan_open(goals=Goal.objects.filter(agent=agent))
    else:
        after = change["budget_usd_micros"]
        former = BudgetLimit.objects.filter(brand=agent.brand_id, scope=agent.scope)
        before = former.values_list("limit_usd_micros", flat=True).first()
        budgets.set_limit(brand_id=agent.brand_id, scope=agent.scope, limit_usd_micros=after)
    member.before, member.after = before, after
    RolloutMember.objects.filter(pk=member.pk).update(before=before, after=after, applied_at=Now(), failure="")


def watch(*, rollout: Rollout) -> Rollout:
    """Compare canaries and rest as things stand; propose when enough was seen. In the brand's context."""
    if rollout.status != RolloutStatus.CANARY:
        return rollout
    members = list(rollout.members.values_list("agent", "is_canary"))
    seen, rest = (
        selectors.figures(agent_ids=[pk for pk, canary in members if canary is which], since=rollout.began_at)
        for which in (True, False)
    )
    compared = {"canaries": seen.as_json(), "rest": rest.as_json()}
    over = clock.now() - rollout.began_at >= timedelta(seconds=rollout.wait_s)
    if seen.judged < rollout.posts_min and not over:
        Rollout.objects.filter(pk=rollout.pk, status=RolloutStatus.CANARY).update(figures=compared)
        rollout.figures = compared
        return rollout
    return transitions.move(
        row=rollout, to=RolloutStatus.READY, figures=compared, proposal=propose(canaries=seen, rest=rest)
    )


def propose(*, canaries: Figures, rest: Figures) -> str:
    """What the figures say, in a sentence; a human decides."""
    if not canaries.judged:
        return (
            "Nothing of the canaries was judged in this time: there is nothing to go by. Take it back and begin anew."
        )
    told = (
        f"Of {canaries.judged} posts of the canaries {canaries.bad_bp / 100:.0f}% were not good enough and "
        f"{canaries.held_bp / 100:.0f}% needed a human; of {rest.judged} of the rest {rest.bad_bp / 100:.0f}% and "
        f"{rest.held_bp / 100:.0f}%."
    )
    if not rest.judged:
        return f"{told} There is nothing of the rest to compare with. Look at the posts before you decide."
    worse = canaries.bad_bp - rest.bad_bp > WORSE_MAX_BP or canaries.held_bp - rest.held_bp > 2 * WORSE_MAX_BP
    return f"{told} {'The canaries are worse: take it back.' if worse else 'The canaries are no worse: go on.'}"


def watch_all() -> int:
    """Watch every rollout of every brand; returns how many were proposed. By the sweeper."""
    proposed = 0
    for brand_id in brands.ids():
        with tenancy.brand(brand_id, actor=WATCHER):
            for rollout in Rollout.objects.filter(status=RolloutStatus.CANARY).order_by("pk"):
                try:
                    proposed += watch(rollout=rollout).status == RolloutStatus.READY
                except Conflict:
                    continue  # somebody has just decided it, or watched it too
    return proposed


def go(*, rollout: Rollout, reason: str) -> list[Done]:
    """A human's yes: everybody else is changed too, each for itself; who could not be is in the list and on the row.

    Raises BadRollout while it is not proposed, LostRace when somebody else decided.
    """
    if rollout.status != RolloutStatus.READY:
        raise BadRollout(f"Rollout {rollout.pk} is {rollout.status}; it can go on once it is READY.")
    with tenancy.brand(rollout.brand_id):
        _decide(rollout, RolloutStatus.ROLLED_OUT, reason)
        waiting = rollout.members.filter(applied_at__isnull=True)
        done = [_each(member, lambda one: _apply(one, rollout.change), "changed") for member in _listed(waiting)]
        rollout.members.update(settled=True)
        return done


def roll_back(*, rollout: Rollout, reason: str) -> list[Done]:
    """A human's no: what was changed is put back as it was, where it was not changed again since."""
    if rollout.status not in (RolloutStatus.CANARY, RolloutStatus.READY):
        raise BadRollout(f"Rollout {rollout.pk} is {rollout.status}; there is nothing to take back any more.")
    with tenancy.brand(rollout.brand_id):
        _decide(rollout, RolloutStatus.ROLLED_BACK, reason)
        changed = rollout.members.filter(applied_at__isnull=False)
        done = [_each(member, lambda one: _undo(one, rollout.change), "put back") for member in _listed(changed)]
        rollout.members.update(settled=True)
        return done


def _listed(members: Any) -> list[RolloutMember]:
    return list(members.select_related("agent").order_by("agent__handle"))


def _decide(rollout: Rollout, to: RolloutStatus, reason: str) -> None:
    if not reason.strip():
        raise BadRollout("Give a reason in words; it is kept with the rollout.")
    transitions.move(row=rollout, to=to, decided_by=tenancy.current_actor(), note=" ".join(reason.split()))


def _each(member: RolloutMember, act: Callable[[RolloutMember], None], said: str) -> Done:
    try:
        with transaction.atomic():
            act(member)
    except (ChimeraError, DatabaseError) as error:
        why = " ".join(str(error).split())
        RolloutMember.objects.filter(pk=member.pk).update(failure=why)
        return Done(handle=member.agent.handle, done=False, said=why)
    return Done(handle=member.agent.handle, done=True, said=said)


def _undo(member: RolloutMember, change: Mapping[str, Any]) -> None:
    agent = Agent.objects.select_for_update(of=("self",)).get(pk=member.agent_id)
    if "soul" in change:
        if agent.soul_id != member.after:
            raise ChangedSince(f"The soul of @{agent.handle} was changed again since; it is left as it is.")
        personas.pin_soul(agent=agent, soul=Soul.objects.get(pk=member.before or 0))
        replanning.replan_open(goals=Goal.objects.filter(agent=agent))
    else:
        limit = BudgetLimit.objects.filter(brand=agent.brand_id, scope=agent.scope)
        if limit.values_list("limit_usd_micros", flat=True).first() != member.after:
            raise ChangedSince(f"The budget of @{agent.handle} was changed again since; it is left as it is.")
        if member.before is None:
            raise ChangedSince(f"@{agent.handle} had no budget before, and one is not taken away: set it by hand.")
        budgets.set_limit(brand_id=agent.brand_id, scope=agent.scope, limit_usd_micros=member.before)
    RolloutMember.objects.filter(pk=member.pk).update(undone_at=Now())
