"""Work that is made with a version that counts no longer: thrown away, and planned anew with the newest ones.

A goal pins the soul of its agent, the campaign and the policies it is made with, and so does each of its tasks. Where a
stage ends, the statement that ends it compares; here it is found out what has changed, the goal ends with that reason,
and a goal that follows it begins. After `REPLANS_MAX` times a human is asked. What is out stays out.

Requirements: PLN-4.
"""

import logging
import re
from dataclasses import dataclass

from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import QuerySet

from agents.campaigns.states import CampaignStatus
from agents.goals.models import Goal
from agents.goals.states import GoalStatus
from agents.goals.wish import Wish
from agents.tasks import selectors, services
from agents.tasks.models import Replan, StaleOf, Task
from agents.tasks.states import TaskStatus
from chimera.core import clock, tenancy
from chimera.core.clock import Now
from chimera.core.errors import Conflict
from governance import transitions
from governance.leases import services as leases
from governance.reviews import services as reviews
from governance.reviews.models import ReviewKind

STALE_MAX = 20  # goals in one go: each is a transaction of its own
RUNNING = (CampaignStatus.ACTIVE, CampaignStatus.PAUSED)
OPEN = (GoalStatus.PROPOSED, GoalStatus.ACTIVE)
_AGAIN = re.compile(r"(.*):again:(\d+)", re.DOTALL)

log = logging.getLogger("chimera.tasks")


@dataclass(frozen=True, kw_only=True)
class Stale:
    """What a goal was made with that counts no longer. `was` and `is_now` are version numbers; `why` a sentence."""

    of: StaleOf
    was: int
    is_now: int
    why: str
    ends: bool = False  # there is nothing to plan for any more


def staleness(*, goal: Goal) -> Stale | None:
    """What has changed since this goal was set; None when nothing has, or older versions were asked for.

    In the brand's context; `goal` with agent, soul and campaign.
    """
    if goal.keeps_versions:
        return None
    newest, campaign = goal.agent.soul, goal.campaign
    if campaign is not None and campaign.status not in RUNNING:
        why = f"The campaign {campaign.name!r} is {campaign.status.lower()}."
        versions = {"was": goal.campaign_version or 0, "is_now": campaign.version}
        return Stale(of=StaleOf.CAMPAIGN, why=why, ends=True, **versions)
    if newest is not None and newest.pk != goal.soul_id:
        return Stale(
            of=StaleOf.PERSONA,
            was=goal.soul.version,
            is_now=newest.version,
            why=f"It was made with version {goal.soul.version} of the soul; now it is {newest.version}.",
        )
    if campaign is not None and campaign.version != goal.campaign_version:
        return Stale(
            of=StaleOf.CAMPAIGN,
            was=goal.campaign_version or 0,
            is_now=campaign.version,
            why=f"It was made with version {goal.campaign_version} of the campaign {campaign.name!r}; "
            f"now it is {campaign.version}.",
        )
    policy = selectors.policy_version(brand_id=goal.brand_id)
    if policy != goal.policy_version:
        why = f"It was made with version {goal.policy_version} of the brand's policies; now it is {policy}."
        return Stale(of=StaleOf.POLICY, was=goal.policy_version, is_now=policy, why=why)
    return None


def replan(*, goal_id: int) -> Stale | None:
    """Throw a stale goal away and begin the one that follows it; inside the brand's transaction.

    Returns what was stale, or None with nothing changed: it is not stale, somebody else was first, or a human has it
    before him. Past the bound a human is asked; once he has said yes, it is planned again.
    """
    goal = Goal.objects.select_related("agent", "agent__soul", "soul", "campaign").get(pk=goal_id)
    stale = staleness(goal=goal) if goal.status in OPEN else None
    if stale is None:
        return None
    base, number = counted(cause=goal.cause)
    if number > settings.REPLANS_MAX and not stale.ends:
        if not Replan.objects.filter(discarded=goal.pk, asked=True).exists():
            return stale if _ask(goal, stale, number) else None
        if Task.objects.filter(goal=goal, status=TaskStatus.HELD).exists():
            return None
    follows = not stale.ends and goal.deadline > clock.now()
    then = "It is planned again." if follows else "It is not planned again: its time is over."
    note = f"Thrown away: {stale.why} {then if not stale.ends else 'Nothing is planned for it any more.'}"
    # The goal stays locked from here to the end of the transaction: of two who throw it away one begins the next.
    _, was_open = services.end(goal_id=goal_id, note=note, unless_ended=True)
    if not was_open:
        return None
    follower = _follow(goal, f"{base}:again:{number + 1}") if follows else None
    _note(goal, stale, number=number, follower=follower)
    return stale


def counted(*, cause: str) -> tuple[str, int]:
    """The cause of the first goal, and which planning of it this is: ("trend:x:agent:7", 1)."""
    again = _AGAIN.fullmatch(cause)
    return (again[1], int(again[2])) if again else (cause, 1)


def _follow(goal: Goal, cause: str) -> int | None:
    """The same wish, with the newest of everything. None when somebody has begun it already."""
    assert goal.agent.soul is not None
    planning = Task.objects.filter(goal=goal, kind="plan").first()
    made = services.begin_all(
        brand_id=goal.brand_id,
        actor=tenancy.current_actor(),
        wishes=[
            Wish(
                agent_id=goal.agent_id,
                soul_id=goal.agent.soul.pk,
                trend_id=goal.trend_id,
                campaign_id=goal.campaign_id,
                campaign_version=goal.campaign.version if goal.campaign else None,
                cause=cause,
                batch=goal.batch,
                wish=goal.wish,
                relevance_bp=goal.relevance_bp,
                similarity_bp=goal.similarity_bp,
                deadline=goal.deadline,
                scopes=planning.scopes if planning else goal.agent.scopes,
                queue=planning.queue if planning else "think",
            )
        ],
    )
    return made[0] if made else None


def _note(goal: Goal, stale: Stale, *, number: int, follower: int | None = None, asked: bool = False) -> None:
    Replan.objects.create(
        brand_id=goal.brand_id,
        discarded=goal.pk,
        follower=follower,
        stale_of=stale.of,
        was=stale.was,
        is_now=stale.is_now,
        number=number,
        asked=asked,
    )


def _ask(goal: Goal, stale: Stale, number: int) -> bool:
    """Put it before a human: one task waits with a card, the others end. False when that was done before."""
    why = (
        f"Planned {number} times, and each time what it is made with changed before it was done. {stale.why} "
        f"Approve to plan it once more, reject to give it up."
    )
    rows = Task.objects.select_for_update().filter(goal=goal).exclude(status__in=services.ENDED).order_by("pk")
    tasks = list(rows)
    locked = Goal.objects.select_for_update().get(pk=goal.pk)
    asks = next((task for task in tasks if task.status != TaskStatus.BLOCKED), None)
    asked = Replan.objects.filter(discarded=goal.pk, asked=True).exists()  # looked at again: now it is locked
    if locked.status not in OPEN or asks is None or asked:
        return False
    for task in tasks:
        reviews.withdraw(about=task.subject, reason=why)
        if task.pk != asks.pk:
            transitions.move(row=task, to=TaskStatus.CANCELLED, **leases.free(ended_at=Now(), note=why))
    if asks.status == TaskStatus.HELD:
        Task.objects.filter(pk=asks.pk).update(note=why)
    else:
        transitions.move(row=asks, to=TaskStatus.HELD, **leases.free(note=why))
    artifact = selectors.newest_artifact(task_id=asks.pk)
    reviews.ask(
        brand_id=goal.brand_id,
        about=asks.subject,
        task=asks.subject,
        kind=ReviewKind.EXHAUSTED,
        snapshot={
            "payload": artifact.payload if artifact else {"kind": asks.kind, "goal": goal.wish},
            "agent": {"handle": goal.agent.handle, "name": goal.agent.name},
        },
        why=why,
        deadline=goal.deadline,
        group=goal.group,
    )
    _note(goal, stale, number=number, asked=True)
    return True


def replan_open(*, goals: QuerySet[Goal]) -> int:
    """Throw away and plan anew what is stale of these goals, at once; in the context of whoever changed something.

    Returns how many. For whoever edits a soul or a campaign: the sweeper would find the same a little later.
    """
    found = list(goals.filter(status__in=OPEN).order_by("pk").values_list("pk", "brand_id"))
    return sum(_anew(goal_id, brand_id, actor=None) for goal_id, brand_id in found)


def replan_stale(*, count_max: int = STALE_MAX) -> int:
    """The same over all brands, for what was planned at the moment of a change; by the sweeper. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, brand_id FROM agents_goal_stale(%s)", [count_max])
        found = cursor.fetchall()
    return sum(_anew(goal_id, brand_id, actor=settings.SWEEPER) for goal_id, brand_id in found)


def _anew(goal_id: int, brand_id: int, *, actor: str | None) -> bool:
    """One goal in a transaction or savepoint of its own: one that cannot be had now keeps no other waiting."""
    try:
        with tenancy.brand(brand_id, actor=actor):
            return replan(goal_id=goal_id) is not None
    except (Conflict, OperationalError) as lost:  # somebody else moved it, or a deadlock: the next round sees
        log.info("agents.goal:%s was not planned anew: %s", goal_id, lost)
        return False
