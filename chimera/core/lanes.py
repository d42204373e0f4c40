"""How many threads of a worker may drain one queue at a time: a flood on one queue leaves threads for the others.

Without it every thread of a worker ends up in the flood for seconds, and a reply waits for all of them.
Requirements: PLN-9.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from chimera.core import wake

_lock = threading.Lock()
_busy: dict[str, int] = {}
_missed: set[str] = set()


@contextmanager
def lane(*, queue: str, count_max: int | None = None) -> Iterator[bool]:
    """Whether this thread may drain the queue now. False when `count_max` (`DRAINS_MAX`) threads are at it: they do it.

    Who is sent away is made up for: the next to leave hints the queue, for rows that came after its last look.
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
        if free:
            _leave(queue)


def _leave(queue: str) -> None:
    with _lock:
        _busy[queue] -= 1
        missed = queue in _missed
        _missed.discard(queue)
    if missed:
        wake.hint(queue=queue)
