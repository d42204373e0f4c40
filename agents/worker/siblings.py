"""What one goal says on several platforms: the same on purpose, and so no repetition. PUB-1, SAF-4."""

from collections.abc import Collection

from agents.tasks.models import Task
from publishing.posts import selectors as posts


def beside(*, rows: Collection[Task]) -> dict[int, dict[str, int]]:
    """By task, the posts of its goal on other platforms: their ids by the tasks that made them. In the brand.

    Two queries at most, and none where no plan said where to publish.
    """
    where = {row.pk: str((row.params or {}).get("platform", "")) for row in rows}
    goals = {row.goal_id for row in rows if where[row.pk]}
    if not goals:
        return {row.pk: {} for row in rows}
    found = Task.objects.filter(goal_id__in=goals, outward=True).values_list("pk", "goal_id", "params")
    others = [(f"{Task.SUBJECT}:{pk}", goal, str((params or {}).get("platform", ""))) for pk, goal, params in found]
    ids = posts.ids_of(tasks=[name for name, _, _ in others])
    return {
        row.pk: {
            name: ids[name]
            for name, goal, platform in others
            if goal == row.goal_id and name in ids and where[row.pk] and platform not in ("", where[row.pk])
        }
        for row in rows
    }
