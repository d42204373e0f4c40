"""What a task answers: the mention behind it, read once for all rows that were taken together. ENG-1."""

from agents.goals import mentioned
from agents.tasks.models import Task
from agents.worker.together import Together
from publishing.inbox import selectors as inbox
from publishing.inbox.models import Mention


def mention(*, task: Task) -> Mention | None:
    """The mention that this task answers; None when it answers none, or none that is there."""
    number = mentioned.mention_id(cause=task.goal.cause)
    if number is None:
        return None
    if task.together is None:
        return inbox.by_ids(mention_ids=[number]).get(number)
    every: dict[int, Mention] = task.together.read("mentions", _every)
    return every.get(number)


def _every(together: Together) -> dict[int, Mention]:
    numbers = (mentioned.mention_id(cause=one.cause) for one in together.taken.values())
    return inbox.by_ids(mention_ids={number for number in numbers if number is not None})
