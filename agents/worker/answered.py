"""What a task answers: the mention behind it, read once for all rows that were taken together. ENG-1."""

from agents.goals import mentioned
from agents.tasks.models import Task
from agents.worker.together import Together
from publishing.inbox import selectors as inbox
from publishing.inbox.models import Mention
from publishing.posts import selectors as posts


def mention(*, task: Task) -> Mention | None:
    """The mention that this task answers; None when it answers none, or none that is there."""
    number = mentioned.mention_id(cause=task.goal.cause)
    if number is None:
        return None
    if task.together is None:
        return inbox.by_ids(mention_ids=[number]).get(number)
    return _read(task.together).get(number)


def is_told(*, task: Task, mention: Mention) -> bool:
    """Whether who said it knows what it talks to."""
    if task.together is None:
        return mention.pk in inbox.told(mentions=[mention])
    told: set[int] = task.together.read("told", lambda every: inbox.told(mentions=_read(every).values()))
    return mention.pk in told


def recent(*, task: Task, speaker: str, count_max: int) -> list[str]:
    """Texts that the persona that answers published or is about to, newest first."""
    if task.together is None:
        return posts.recent_texts(belongs_to=speaker, count_max=count_max)
    texts: dict[str, list[str]] = task.together.read(
        "recent",
        lambda every: posts.recent_texts_of(
            every={one.account.belongs_to for one in _read(every).values()}, count_max=count_max
        ),
    )
    return texts[speaker]


def _read(together: Together) -> dict[int, Mention]:
    found: dict[int, Mention] = together.read("mentions", _every)
    return found


def _every(together: Together) -> dict[int, Mention]:
    numbers = (mentioned.mention_id(cause=one.cause) for one in together.taken.values())
    return inbox.by_ids(mention_ids={number for number in numbers if number is not None})
