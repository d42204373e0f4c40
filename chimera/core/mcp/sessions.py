"""One session per process, server, token and pins: opened by whoever calls first, shared, dropped when it is done for.

The session lives in the event loop of a side thread (an anyio portal). Between opening and use stands the check of what
the server lists: nothing is called on a session whose list was not accepted. Requirements: MCP-1, MCP-2, PUB-4.
"""

import asyncio
import contextlib
import logging
import os
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from chimera.core.errors import ChimeraError, Denied
from chimera.core.mcp import wire
from chimera.core.mcp.tools import Listing, Pins
from chimera.core.mcp.wire import Trace

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal
    from mcp.client.session import ClientSession

logger = logging.getLogger(__name__)

LIST_LASTS_S = 60.0  # a server that tells no changes is asked for its list so often, right before a call
LOOK_TIMEOUT_S = 10.0
PAUSE_S = 0.1  # between two looks at the list of a server that cries all the time
LOOP = {"use_uvloop": True}  # of the side thread


@dataclass
class Slot:
    """The place of one session. `lock` covers opening and dropping it, `checking` a look at its list, neither a call.

    `said` counts what made its list doubtful: the server told of a change, or something happened to the session.
    `looked` is how much of that the last accepted list takes in. A list that is still being read takes in nothing:
    until the pins have seen it no other call goes out, least of all over the connection that was made to read it.
    """

    url: str
    bearer: str
    pins: Pins | None
    lock: threading.Lock = field(default_factory=threading.Lock)
    checking: threading.Lock = field(default_factory=threading.Lock)
    session: "ClientSession | None" = None
    portal: "BlockingPortal | None" = None
    stack: contextlib.ExitStack | None = None
    said: int = 0
    looked: int = 0
    heard: bool = False  # a thread is on its way to look
    read_at: float = 0.0  # time.monotonic


_slots: dict[tuple[str, str, Pins | None], Slot] = {}
_slots_lock = threading.Lock()
_LEAKED: list[Any] = []


def _forget_after_fork() -> None:
    # The loop's thread did not come along. Letting the inherited session be collected would run its exit, which waits
    # for that thread for ever: so it is kept until the child ends, and locks that were held are replaced.
    global _slots, _slots_lock
    _LEAKED.append(_slots)
    _slots, _slots_lock = {}, threading.Lock()


os.register_at_fork(after_in_child=_forget_after_fork)


def slot_of(*, url: str, bearer: str, pins: Pins | None) -> Slot:
    """The place of this session in this process; it may be empty."""
    with _slots_lock:
        return _slots.setdefault((url, bearer, pins), Slot(url=url, bearer=bearer, pins=pins))


def opened(slot: Slot, *, trace: Trace) -> "tuple[BlockingPortal, ClientSession]":
    """The session, opened and checked when there is none. Raises what the pins say, and what the SDK raises."""
    if not slot.lock.acquire(timeout=trace.left_s()):
        raise TimeoutError
    try:
        if slot.session is None or slot.portal is None:
            stack, portal, session, listing = _entered(slot, trace)
            try:
                if slot.pins is not None:
                    slot.pins.seen(url=slot.url, listing=listing)
            except BaseException:
                _leave(stack)
                raise
            slot.stack, slot.portal, slot.session, slot.read_at = stack, portal, session, time.monotonic()
        return slot.portal, slot.session
    finally:
        slot.lock.release()


def _entered(slot: Slot, trace: Trace) -> "tuple[contextlib.ExitStack, BlockingPortal, ClientSession, Listing]":
    from anyio.from_thread import start_blocking_portal

    with contextlib.ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal("asyncio", LOOP, name="mcp-session"))
        slot.looked = slot.said
        heard = partial(_noticed, slot) if slot.pins is not None else None
        opening = wire.session(url=slot.url, bearer=slot.bearer, seconds=trace.left_s(), on_change=heard)
        session, listing = stack.enter_context(portal.wrap_async_context_manager(opening))
        return stack.pop_all(), portal, session, listing


def read_once(*, url: str, bearer: str, trace: Trace) -> Listing:
    """What the server lists, read in a session of its own that ends with it."""
    from anyio.from_thread import start_blocking_portal

    with start_blocking_portal("asyncio", LOOP, name="mcp-list") as portal:
        opening = wire.session(url=url, bearer=bearer, seconds=trace.left_s(), on_change=None)
        with portal.wrap_async_context_manager(opening) as (_, listing):
            return listing


def checked(slot: Slot, session: "ClientSession", *, seconds: float, anew: bool = False) -> int:
    """Return when the list of this session counts; where it may not any more, it is read and the pins are told.

    `anew` reads it in any case. The result is the `said` up to which it counts: a call goes out while that is
    the newest. Raises what the pins say (the session is dropped then), or what the SDK raises.
    """
    if slot.pins is None or not (anew or _is_doubtful(slot)):
        return slot.looked
    if not slot.checking.acquire(timeout=seconds):
        raise TimeoutError
    try:
        portal = slot.portal
        if slot.session is not session or portal is None:
            raise TimeoutError  # somebody has dropped it meanwhile
        if not (anew or _is_doubtful(slot)):
            return slot.looked
        if anew:
            slot.said += 1  # nobody goes by the last list any more
        said = slot.said  # before reading: what the server says from here on counts anew
        try:
            listing = portal.call(wire.within, seconds, lambda: wire.listed(session, url=slot.url))
            slot.pins.seen(url=slot.url, listing=listing)
        except BaseException as error:
            slot.said += 1
            if isinstance(error, Denied):
                drop(slot, session)
            raise
        slot.looked, slot.read_at = said, time.monotonic()
        return said
    finally:
        slot.checking.release()


def _is_doubtful(slot: Slot) -> bool:
    return slot.looked != slot.said or time.monotonic() - slot.read_at >= LIST_LASTS_S


def _noticed(slot: Slot) -> None:
    """In the loop's thread, which may not wait: from now on every call looks first, and a thread looks without one."""
    slot.said += 1
    if slot.heard:
        return
    slot.heard = True
    threading.Thread(target=_look, args=(slot,), name="mcp-list", daemon=True).start()


def _look(slot: Slot) -> None:
    slot.heard = False
    with slot.lock:  # whoever is opening it has not looked at what it says now
        session = slot.session
    if session is None:
        return
    try:
        checked(slot, session, seconds=LOOK_TIMEOUT_S)
    except ChimeraError as said:
        logger.warning("%s", said)
    except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - the next call looks, and tells
        logger.info("the list of %s could not be read again (%s)", slot.url, type(error).__name__)
    if slot.looked != slot.said and slot.session is session:
        time.sleep(PAUSE_S)


def is_broken(error: BaseException) -> bool:
    """Whether the session is done for. A time-out or an error that the server itself sent leaves it usable."""
    from mcp import MCPError
    from mcp.types import CONNECTION_CLOSED, INVALID_REQUEST

    if isinstance(error, MCPError):
        return error.code in (CONNECTION_CLOSED, INVALID_REQUEST)  # INVALID_REQUEST: the server forgot the session
    return not isinstance(error, TimeoutError)


def drop(slot: Slot, session: "ClientSession | None") -> None:
    """Close `session` unless somebody has put another in its place meanwhile."""
    with slot.lock:
        if session is None or slot.session is not session:
            return
        stack, slot.session, slot.portal, slot.stack = slot.stack, None, None, None
    if stack is not None:
        _leave(stack)


def _leave(stack: contextlib.ExitStack) -> None:
    try:
        stack.close()
    except (Exception, BaseExceptionGroup, asyncio.CancelledError) as error:  # noqa: BLE001
        # Leaving a session that broke raises again what broke it; the call that met it has already told.
        logger.debug("a broken MCP session was closed (%s)", type(error).__name__)


def close(*, url: str, bearer: str, pins: Pins | None) -> None:
    """Close this session, if this process has one."""
    slot = _slots.get((url, bearer, pins))
    if slot is not None:
        drop(slot, slot.session)


def close_all() -> None:
    """Close every session of this process, at its end: a loop that is collected with the interpreter complains."""
    for slot in list(_slots.values()):
        drop(slot, slot.session)
