"""How many threads of a worker may drain one queue at a time: a flood on one queue leaves threads for the others.

Without it every thread of a worker ends up in the flood for seconds, and a reply waits for all of them.
Requirements: PLN-9.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

from chimera.core import wake

_lock = threading.Lock()
_busy: dict[str, int] = {}
_missed: set[str] = set()


@contextmanager
def lane(*, queue: str, count_max: int | None = None, tell: Callable[[str], None] | None = None) -> Iterator[bool]:
    """Whether this thread may drain the queue now. False when `count_max` (`DRAINS_MAX`) threads are at it: they do it.

    Who is sent away is made up for: the next to leave tells of the queue, for rows that came after its last look.
    Without `tell` that is a hint.
    """
    with _lock:
        free = _busy.get(queue, 0) < (count_max or settings.DRAINS_MAX)
        if free:
            _busy[queue] = _busy.get(queue, 0) + 1
        else:
            _missed.add(queue)
    try:
        yield free
    finally:
        if free and _leave(queue):
            tell(queue) if tell else wake.hint(queue=queue)


def _leave(queue: str) -> bool:
    """Whether somebody was sent away meanwhile."""
    with _lock:
        _busy[queue] -= 1
        missed = queue in _missed
        _missed.discard(queue)
    return missed
