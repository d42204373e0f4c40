"""Asking before a call whether its provider works, and telling afterwards.

What is known is kept for half a second in the process, so that a circuit costs two short queries a second at most, in a
transaction and on a connection of their own. A database that is away lets calls through: a circuit protects, it permits
nothing.
"""

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import Error, connection

from chimera.core import node
from chimera.core.circuits.states import CircuitStatus
from chimera.core.errors import Unavailable

log = logging.getLogger("chimera.circuits")


class CircuitOpen(Unavailable):
    """The provider does not work at the moment; nothing was called. `retry_after_s` is when to come back."""

    def __init__(self, *, provider: str, retry_after_s: float, note: str) -> None:
        said = f" It said last: {note}" if note else ""
        super().__init__(
            f"{provider} has failed too often and is left alone; what needs it waits and tries again by itself in "
            f"{retry_after_s:.0f} s.{said}"
        )
        self.provider, self.retry_after_s, self.note = provider, retry_after_s, note


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """How a circuit stood when it was read; times on this process's monotonic clock."""

    status: str = CircuitStatus.CLOSED
    probe_by: str = ""
    until_s: float = 0.0
    failures: int = 0
    note: str = ""
    read_s: float = field(default_factory=time.monotonic)


@dataclass
class _Memory:
    seen: dict[tuple[str, str], _Seen] = field(default_factory=dict)
    locks: dict[tuple[str, str], threading.Lock] = field(default_factory=dict)


_memory = _Memory()


def forget() -> None:
    """Read everything anew: in a forked child, whose locks may be held by threads that it does not have."""
    global _memory
    _memory = _Memory()


os.register_at_fork(after_in_child=forget)


def require_closed(*, provider: str) -> None:
    """Return when the provider may be called; raise CircuitOpen when not.

    When an open circuit's wait is over, exactly one caller of all processes returns as its probe: this thread, until it
    reports, lets go, or is silent for CIRCUIT_PROBE_S.
    """
    key = _key(provider)
    with _memory.locks.setdefault(key, threading.Lock()):  # of eight threads one asks the database
        seen = _memory.seen.get(key)
        if seen is None or time.monotonic() - seen.read_s >= settings.CIRCUIT_SEEN_S:
            seen = _ask("core_circuit_pass(%s, %s, %s, %s)", provider, _seconds(settings.CIRCUIT_PROBE_S), _window())
            if seen is None:
                return
            _memory.seen[key] = seen
    if seen.status != CircuitStatus.CLOSED and seen.probe_by != node.thread():
        raise _refusal(provider, seen)


def report(*, provider: str, failed: bool, note: str = "") -> None:
    """Tell how a call ended. `failed` is an outage (timeout, refused, 5xx), not a no. A success of a provider that has
    not failed lately is not written anywhere."""
    key = _key(provider)
    seen = _memory.seen.get(key)
    if not failed and (seen is None or not _matters(seen)):
        return
    limits = (
        settings.CIRCUIT_FAILURES,
        _window(),
        _seconds(settings.CIRCUIT_OPEN_S),
        _seconds(settings.CIRCUIT_OPEN_MAX_S),
    )
    said = note.replace("\0", "")  # Postgres has no such character
    now = _ask("core_circuit_report(%s, %s, %s, %s, %s, %s, %s, %s)", provider, failed, said, *limits)
    if now is not None:
        if now.status != CircuitStatus.CLOSED and (seen is None or seen.status != now.status):
            log.warning("the circuit of %s is %s: %s", provider, now.status, note)
        _memory.seen[key] = now


def let_go(*, provider: str) -> None:
    """The call that this thread was let through for was not made: if it was the probe, the next caller makes it."""
    seen = _memory.seen.get(_key(provider))
    if seen is not None and seen.probe_by == node.thread():
        _memory.seen.pop(_key(provider), None)
        _ask("core_circuit_let_go(%s, %s)", provider)


@contextmanager
def through(*, provider: str) -> Iterator[None]:
    """One call to a provider: asked before, reported after. Raises CircuitOpen before anything was called.

    Unavailable counts as a failure and carries the provider's name from here on; a value counts as a success, whatever
    it says; any other exception says nothing about the provider.
    """
    require_closed(provider=provider)
    try:
        yield
    except Unavailable as error:
        if isinstance(error, CircuitOpen):  # of another provider, further in
            let_go(provider=provider)
        else:
            error.provider = provider
            report(provider=provider, failed=True, note=str(error) or repr(error))
        raise
    except BaseException:
        let_go(provider=provider)
        raise
    report(provider=provider, failed=False)


def outage(*, error: BaseException) -> CircuitOpen | None:
    """The outage that this error is due to: its provider's circuit is open now. None: it has nothing to do with one."""
    if isinstance(error, CircuitOpen):
        return error
    if not isinstance(error, Unavailable) or not error.provider:
        return None
    seen = _memory.seen.get(_key(error.provider))
    if seen is None or seen.status == CircuitStatus.CLOSED:
        return None
    return _refusal(error.provider, seen)


def _key(provider: str) -> tuple[str, str]:
    return (str(connection.settings_dict["NAME"]), provider)


def _seconds(value: float) -> str:
    return f"{value} seconds"


def _window() -> str:
    return _seconds(settings.CIRCUIT_WINDOW_S)


def _matters(seen: _Seen) -> bool:
    """Whether a success changes anything: failures to make up for, or the probe of this thread."""
    return seen.failures > 0 if seen.status == CircuitStatus.CLOSED else seen.probe_by == node.thread()


def _refusal(provider: str, seen: _Seen) -> CircuitOpen:
    wait_s = max(0.0, seen.until_s - time.monotonic())
    if seen.status == CircuitStatus.HALF_OPEN:
        wait_s = settings.CIRCUIT_BUSY_S  # its lease is long, its answer is not
    return CircuitOpen(provider=provider, retry_after_s=max(1.0, wait_s), note=seen.note)


@contextmanager
def _own_connection() -> Iterator[Any]:
    """A cursor. The connection is as before: given back when there was none, as while the outside is waited for."""
    held = connection.connection is not None
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        if not held:
            connection.close()


def _ask(call: str, provider: str, *values: Any) -> _Seen | None:
    """One of the room's functions, whose first parameters are the provider and this thread. None: no database."""
    try:
        with _own_connection() as cursor:
            cursor.execute(f"SELECT * FROM {call}", [provider, node.thread(), *values])
            row = cursor.fetchone()
    except Error as error:
        log.warning("the circuit of %s could not be asked: %s", provider, error)
        return None
    if row is None or not row[0]:
        return _Seen()
    return _Seen(status=row[0], probe_by=row[1], until_s=time.monotonic() + row[2], failures=row[3], note=row[4])
