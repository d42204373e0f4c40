"""One run as values: the plan of a goal with what became of each step. A constant number of queries.

The page draws it and `manage.py run --json` prints it. A plan that waits for a look has steps without tasks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Min, Q, Sum

from agents.archive.models import ArchivedGoal
from agents.blueprints import selectors as blueprints
from agents.blueprints.models import Blueprint
from agents.blueprints.states import BlueprintStatus
from agents.goals.models import Goal, Plan
from agents.goals.states import GoalStatus
from agents.runs import words
from agents.runs.values import Node, Row, Run
from agents.tasks.graph import Step, from_json
from agents.tasks.models import Dependency, Task
from chimera.core import clock
from chimera.core.errors import Denied
from governance.budgets.models import Hold
from governance.budgets.states import HoldStatus
from governance.effects.models import Effect
from governance.leases.models import Attempt
from governance.reviews.models import ReviewItem
from governance.reviews.states import ReviewStatus
from publishing.posts.models import Post

PLANNING = "plan"
MOVING_POSTS, MOVING_EFFECTS = ("SCHEDULED", "HELD"), ("INTENDED", "SENT", "IN_DOUBT")
_EFFECT = ("id", "about", "status", "platform_id", "sends", "receipt")


class NoSuchRun(Denied):
    """No goal of this number is at work."""


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What was read about the tasks of a goal, by the name of the row that it is about."""

    posts: Mapping[str, Row]
    effects: Mapping[str, Row]
    money: Mapping[str, tuple[int, int]]
    claims: Mapping[str, Row]
    cards: Mapping[str, int]


def goal_of(*, name: str) -> int:
    """The number in "12", "goal:12", "agents.goal:12"; of "task:40" the goal that it is of. Raises NoSuchRun."""
    kind, _, number = name.strip().removeprefix("agents.").rpartition(":")
    if kind not in ("", "goal", "task") or not (number.isascii() and number.isdigit() and len(number) <= 18):
        raise NoSuchRun(f"{name[:60]!r} names no run; give the number of a goal, like 12, or task:40.")
    if kind != "task":
        return int(number)
    found = Task.objects.filter(pk=int(number)).values_list("goal_id", flat=True).first()
    if found is None:
        raise NoSuchRun(f"There is no task {number} at work; what was put away is listed under archived goals.")
    return int(found)


def run(*, goal_id: int, counted: bool = True) -> Run:
    """The run of a goal; at the desk over all brands. Raises NoSuchRun.

    Without `counted` nobody adds up tries and money, for whoever reads both of one step (`agents.runs.step`).
    """
    plan = Plan.objects.select_related("goal__agent").filter(goal_id=goal_id).first()
    goal = plan.goal if plan else Goal.objects.select_related("agent").filter(pk=goal_id).first()
    if goal is None:
        archived = ArchivedGoal.objects.filter(pk=goal_id).exists()
        raise NoSuchRun(
            f"Goal {goal_id} was put away; its tasks tell their stories in the archive."
            if archived
            else f"There is no goal {goal_id}; the desk lists goals with their numbers."
        )
    blueprint = None if plan else blueprints.of_goal(goal_id=goal.pk)
    tasks = list(Task.objects.filter(brand_id=goal.brand_id, goal=goal).order_by("pk"))
    nodes = _nodes(goal, plan, blueprint, tasks, _found(goal.brand_id, tasks, counted))
    moving = goal.status in (GoalStatus.PROPOSED, GoalStatus.ACTIVE) and not (
        blueprint is not None and blueprint.status == BlueprintStatus.HELD
    )
    return Run(
        goal=goal.pk,
        brand=goal.brand_id,
        agent=goal.agent.handle,
        agent_id=goal.agent_id,
        wish=goal.wish,
        cause=goal.cause,
        status=goal.status,
        note=goal.note,
        plan="STARTED" if plan else blueprint.status if blueprint else "",
        deadline=goal.deadline,
        made_at=goal.made_at,
        estimate_usd_micros=(plan or blueprint).estimate_usd_micros if plan or blueprint else 0,  # type: ignore[union-attr]
        retries=plan.retries + plan.returns if plan else 0,
        version=blueprint.state_version if blueprint else 0,
        revision=blueprint.revision if blueprint else 0,
        nodes=nodes,
        is_moving=moving or any(_moves(node) for node in nodes),
        at=clock.now(),
    )


def _moves(node: Node) -> bool:
    post, effect = node.post, node.effect
    return bool((post and post["status"] in MOVING_POSTS) or (effect and effect["status"] in MOVING_EFFECTS))


def _nodes(
    goal: Goal, plan: Plan | None, blueprint: Blueprint | None, tasks: Sequence[Task], found: _Found
) -> tuple[Node, ...]:
    planning = [task for task in tasks if task.plan_id is None]
    laid = [task for task in tasks if task.plan_id is not None]
    nodes = [_node(task, PLANNING if task.kind == PLANNING else task.kind, (), found) for task in planning]
    first = tuple(node.key for node in nodes[:1])
    if plan is None:
        waits = from_json(blueprint.steps) if blueprint else []
        return (*nodes, *(_planned(step, goal, step.needs or first) for step in waits))
    keys, before = _keys(from_json(plan.steps), laid)
    return (*nodes, *(_node(task, keys[task.pk], before.get(task.pk) or first, found) for task in laid))


def _keys(steps: Sequence[Step], tasks: Sequence[Task]) -> tuple[dict[int, str], dict[int, tuple[str, ...]]]:
    """Names of the tasks, and the names of those before each. Tasks are made in the order of the steps.

    A plan that no longer matches is told by kind and number, with the dependencies as they are stored.
    """
    if [step.kind for step in steps] == [task.kind for task in tasks]:
        pairs = list(zip(steps, tasks, strict=True))
        return {task.pk: step.key for step, task in pairs}, {task.pk: step.needs for step, task in pairs}
    keys = {task.pk: f"{task.kind} {task.pk}" for task in tasks}
    before: dict[int, tuple[str, ...]] = {}
    for predecessor, successor in Dependency.objects.filter(successor_id__in=keys).values_list(
        "predecessor_id", "successor_id"
    ):
        before[successor] = (*before.get(successor, ()), keys[predecessor])
    return keys, before


def _planned(step: Step, goal: Goal, needs: tuple[str, ...]) -> Node:
    return Node(
        key=step.key,
        kind=step.kind,
        needs=needs,
        outward=False,
        id=None,
        status="",
        seen=words.PLANNED,
        attempts=0,
        attempts_max=step.attempts_max,
        begun_at=None,
        ended_at=None,
        deadline=step.deadline or goal.deadline,
        spent_usd_micros=0,
        held_usd_micros=0,
        holder="",
        leased_until=None,
        note="",
        params=step.params,
        post=None,
        effect=None,
        review=None,
    )


def _node(task: Task, key: str, needs: tuple[str, ...], found: _Found) -> Node:
    post = found.posts.get(task.subject)
    effect = found.effects.get(f"{Post.SUBJECT}:{post['id']}") if post else None
    names = [task.subject, *([f"{Post.SUBJECT}:{post['id']}"] if post else [])]
    spent, held = (sum(found.money.get(name, (0, 0))[place] for name in names) for place in (0, 1))
    claims = found.claims.get(task.subject)
    leased = task.lease_until is not None and task.lease_until > clock.now()
    return Node(
        key=key,
        kind=task.kind,
        needs=needs,
        outward=task.outward,
        id=task.pk,
        status=task.status,
        seen=words.look(
            status=task.status,
            is_leased=leased,
            post=post["status"] if post else "",
            effect=effect["status"] if effect else "",
        ),
        attempts=claims["count"] if claims else 0,
        attempts_max=task.attempts_max,
        begun_at=claims["begun"] if claims else None,
        ended_at=task.ended_at,
        deadline=task.deadline,
        spent_usd_micros=spent,
        held_usd_micros=held,
        holder=task.lease_owner if leased else "",
        leased_until=task.lease_until if leased else None,
        note=task.note,
        params=task.params or {},
        post=post,
        effect=effect,
        review=found.cards.get(task.subject),
    )


def _found(brand_id: int, tasks: Sequence[Task], counted: bool) -> _Found:
    subjects = [task.subject for task in tasks]
    posts = Post.objects.filter(brand_id=brand_id, task__in=subjects).values("id", "task", "status", "url", "note")
    by_task: dict[str, Row] = {row["task"]: dict(row) for row in posts}
    sent = [f"{Post.SUBJECT}:{row['id']}" for row in by_task.values()]
    effects = Effect.objects.filter(brand_id=brand_id, about__in=sent).values(*_EFFECT)
    claims = Attempt.objects.filter(brand_id=brand_id, subject__in=subjects).values("subject")
    cards = ReviewItem.objects.filter(
        brand_id=brand_id, task__in=subjects, status=ReviewStatus.PENDING, consumed_at=None
    )
    return _Found(
        posts=by_task,
        effects={row["about"]: row for row in effects},
        money=_money(brand_id, [*subjects, *sent]) if counted else {},
        claims={row["subject"]: dict(row) for row in claims.annotate(count=Count("id"), begun=Min("claimed_at"))}
        if counted
        else {},
        cards=dict(cards.order_by("id").values_list("task", "id")),
    )


def _money(brand_id: int, about: Sequence[str]) -> dict[str, tuple[int, int]]:
    held = Sum("amount_usd_micros", filter=Q(status=HoldStatus.HELD), default=0)
    rows = Hold.objects.filter(brand_id=brand_id, about__in=about).values("about")
    return {
        row["about"]: (row["spent"], row["held"]) for row in rows.annotate(spent=Sum("settled_usd_micros"), held=held)
    }
