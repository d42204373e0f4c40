"""Which posts are one draft: what one goal said on several platforms counts once. MET-1, PUB-1."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agents.archive.models import ArchivedTask
from agents.goals.models import Goal
from publishing.metrics.selectors import TIMES_MAX, Did

_TASKS = "agents.task:"


def of(*, dids: Sequence[Did]) -> dict[int, str]:
    """By post, the name of its draft: its goal's, or the text itself where nobody knows the goal. In the brand.

    Two queries at most.
    """
    tasks = {one.post_id: int(number) for one in dids if (number := one.task.removeprefix(_TASKS)).isdigit()}
    goals = dict(Goal.objects.filter(task__in=[*tasks.values()]).values_list("task", "pk"))
    if gone := [task for task in tasks.values() if task not in goals]:
        goals |= dict(ArchivedTask.objects.filter(pk__in=gone).values_list("pk", "goal_id"))
    named: dict[int, str] = {}
    for one in dids:
        goal = goals.get(tasks.get(one.post_id, 0))
        named[one.post_id] = f"text:{one.text}" if goal is None else f"goal:{goal}"
    return named


def once(*, dids: Sequence[Did], drafts: Mapping[int, str], names: Mapping[int, str]) -> list[Did]:
    """Each draft as the first of its posts that has a name, with the mean of what all of them did.

    Each post at most TIMES_MAX: one that broke out on one platform is not what the draft did on all.
    """
    together: dict[str, list[Did]] = {}
    for one in dids:
        together.setdefault(drafts[one.post_id], []).append(one)
    found = []
    for siblings in together.values():
        times = [min(one.times, TIMES_MAX) for one in siblings if one.times is not None]
        first = next((one for one in siblings if names.get(one.post_id)), siblings[0])
        found.append(replace(first, times=sum(times) / len(times) if times else None))
    return found
