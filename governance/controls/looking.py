"""Looking at the stops right before something leaves, without a query each time.

A look is good for LOOK_LASTS_S, counted from before it was taken, and shared by the threads of a process. A stop
returns so long after it was committed (see `agents.stopping`): whatever leaves later has looked after the stop, and
stays.
The same span bounds a connector between using a grant and calling. Requirements: OPS-4, PLN-9.
"""

import os
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection

from chimera.core.errors import Stopped
from governance.controls.selectors import everything_in_force

LOOK_LASTS_S = 0.4
BAD_NEWS_LASTS_S = 0.05  # a no is asked again sooner: the stop may have been lifted, and who was told no waits a second


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What was in force on this database at `at` (of this process's monotonic clock) or later: sentences by scope."""

    database: str
    at: float
    held: dict[str, str] = field(default_factory=dict)


_NEVER = _Look(database="", at=float("-inf"))
_last: _Look = _NEVER
_lock = threading.Lock()


def require_open(*, scopes: Iterable[str]) -> None:
    """Raise Stopped when any of the scopes was stopped at the last look. Outside of transactions."""
    look = _now()
    if not look.held:
        return
    wanted = list(scopes)
    if not look.held.keys().isdisjoint(wanted) and time.monotonic() - look.at > BAD_NEWS_LASTS_S:
        forget()
        look = _now()
    for scope in wanted:
        if scope in look.held:
            raise Stopped(look.held[scope], scope=scope)


def sentence(*, scopes: Iterable[str]) -> str:
    """What holds on any of these scopes, for a list that shows why rows wait; empty when nothing does."""
    held = _now().held
    return next((held[scope] for scope in scopes if scope in held), "") if held else ""


def forget() -> None:
    """Look again at the next question: this process has changed what is in force."""
    global _last
    _last = _NEVER


def _now() -> _Look:
    found = _last
    return found if _is_good(found) else _taken()


def _is_good(look: _Look) -> bool:
    return time.monotonic() - look.at < LOOK_LASTS_S and look.database == connection.settings_dict["NAME"]


def _taken() -> _Look:
    global _last
    with _lock:
        if _is_good(_last):  # somebody else has looked while we waited
            return _last
        had = connection.connection is not None
        at = time.monotonic()
        try:
            held: dict[str, str] = {}
            for control in everything_in_force():
                held.setdefault(control.scope, control.sentence)
        finally:
            if not had:  # a body that waits for the outside holds no connection
                connection.close()
        _last = _Look(database=str(connection.settings_dict["NAME"]), at=at, held=held)
        return _last


def _in_child() -> None:
    global _lock
    _lock = threading.Lock()  # a fork may have copied it locked
    forget()


os.register_at_fork(after_in_child=_in_child)
