"""Cancelling by name: a goal, a task's goal, or everything of an agent. What is out stays out, and is listed.

Requirements: PLN-6, OPS-4, AUD-1.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from agents.goals.models import Goal
from agents.goals.states import GoalStatus
from agents.personas import selectors as personas
from agents.personas.models import Agent
from agents.tasks import services as tasks
from agents.tasks.models import Task
from chimera.core import tenancy
from chimera.core.errors import Denied
from governance.effects.models import Effect
from governance.effects.states import EffectStatus
from governance.reviews.models import ReviewItem
from governance.reviews.states import ReviewStatus
from publishing.posts.models import Post
from publishing.posts.states import PostStatus

NAMED = re.compile(r"(?:agents\.)?(goal|task):([0-9]{1,18})")
UNSENT = (PostStatus.SCHEDULED, PostStatus.HELD)


class NothingToCancel(Denied):
    """The name means nothing that could be cancelled."""


@dataclass(kw_only=True)
class Cancelled:
    """What was cancelled, and what could not be: posts that are out, posts that were sent and may still land."""

    goals: list[str] = field(default_factory=list)
    tasks: int = 0
    cards: int = 0
    posts: int = 0
    out: list[str] = field(default_factory=list)  # "publishing.post:4 http://..."
    may_still_land: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def goals_of(*, name: str) -> list[Goal]:
    """The goals that a person means: goal:12, the goal of task:40, or of @agent those that can still be stopped.

    At the desk. Raises NothingToCancel.
    """
    named = NAMED.fullmatch(name)
    if named and named[1] == "goal":
        found = Goal.objects.filter(pk=int(named[2]))
    elif named:
        found = Goal.objects.filter(pk__in=Task.objects.filter(pk=int(named[2])).values("goal_id"))
    elif name.isascii() and name.isdigit():
        raise NothingToCancel(f"{name} may be a goal or a task; write goal:{name} or task:{name}.")
    elif not name.startswith("@"):
        raise NothingToCancel(f"{name!r} names no work; write goal:12, task:40 or @handle.")
    else:
        return _of_agent(personas.by_name(name))
    goals = list(found)
    if not goals:
        raise NothingToCancel(f"There is no {name}; the desk lists goals and tasks with their ids.")
    return goals


def _of_agent(agent: Agent) -> list[Goal]:
    unsent = Post.objects.filter(status__in=UNSENT, scopes__contains=[agent.scope]).values_list("task", flat=True)
    task_ids = [int(subject.rpartition(":")[2]) for subject in unsent if subject.startswith(f"{Task.SUBJECT}:")]
    mine = Goal.objects.filter(agent=agent)
    opened = set(mine.filter(status__in=(GoalStatus.PROPOSED, GoalStatus.ACTIVE)).values_list("pk", flat=True))
    opened |= set(Task.objects.filter(pk__in=task_ids, agent=agent).values_list("goal_id", flat=True))
    return list(Goal.objects.filter(pk__in=opened).order_by("pk"))


def cancel(*, goals: Iterable[Goal], reason: str) -> Cancelled:
    """Cancel these goals, each within its brand, in the transaction of the caller."""
    done = Cancelled()
    for goal in goals:
        with tenancy.brand(goal.brand_id):
            _cancel(goal, reason, done)
    return done


def _cancel(goal: Goal, reason: str, done: Cancelled) -> None:
    subjects = [f"{Task.SUBJECT}:{pk}" for pk in Task.objects.filter(goal=goal).values_list("pk", flat=True)]
    posts = Post.objects.filter(task__in=subjects).order_by("pk")
    taken_back = posts.filter(status=PostStatus.CANCELLED)
    cards = ReviewItem.objects.filter(task__in=subjects, status=ReviewStatus.WITHDRAWN)
    before = (taken_back.count(), cards.count())
    done.tasks += tasks.cancel(goal_id=goal.pk, note=f"Cancelled: {reason}")
    done.posts += taken_back.count() - before[0]
    done.cards += cards.count() - before[1]
    done.goals.append(f"goal:{goal.pk}")
    sent = Effect.objects.filter(task__in=subjects, status__in=(EffectStatus.SENT, EffectStatus.IN_DOUBT))
    on_their_way = set(sent.values_list("about", flat=True))
    for post in posts:
        if post.status == PostStatus.PUBLISHED:  # manage.py revert takes it down
            done.out.append(f"{post.subject} {post.url}".rstrip())
        elif post.subject in on_their_way:
            done.may_still_land.append(post.subject)
