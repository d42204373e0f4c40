"""A blocking client for MCP servers over streamable HTTP: one persistent session per process, URL and token.

The session lives in the event loop of a side thread (an anyio portal); callers are ordinary threads. A call is sent
at most once: whoever calls decides about sending again, because only the caller knows what a second time would do.
The heavy SDK is imported with the first call, so that web processes and forks stay light.

Requirements: MCP-1, PUB-4.
"""

import asyncio
import contextlib
import contextvars
import logging
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chimera.core.errors import Denied, Unavailable

if TYPE_CHECKING:
    import httpx2
    from anyio.from_thread import BlockingPortal
    from mcp.client.session import ClientSession

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 5.0
_NOTHING_RAN = (-32601, -32602)  # JSON-RPC: method not found, invalid params


class NotAllowed(Denied):
    """The allow-list does not name this server. Nothing was sent."""


class Unauthorized(Denied):
    """The server refused our token before it looked at the call. Nothing was done."""


class ToolRefused(Denied):
    """The tool ran and answered with an error; the message is the tool's own text, token removed."""


class NoAnswer(Unavailable):
    """No answer came. `maybe_sent` is False only when no TCP connection could be made at all."""

    def __init__(self, sentence: str, *, maybe_sent: bool) -> None:
        super().__init__(sentence)
        self.maybe_sent = maybe_sent


@dataclass
class _Trace:
    """What the wire saw of one call. Filled in the loop's thread, read in the caller's after the call is over."""

    deadline: float  # time.monotonic
    unconnected: bool = False
    answered: bool = False
    status: int | None = None
    lost: str = ""

    def opened(self) -> None:
        """The session stands: what follows is the call itself, and only that decides whether it was sent."""
        self.unconnected, self.answered, self.status, self.lost = False, False, None, ""

    def left_s(self) -> float:
        return max(0.0, self.deadline - time.monotonic())


_trace: contextvars.ContextVar[_Trace | None] = contextvars.ContextVar("chimera_mcp_trace", default=None)


@dataclass
class _Slot:
    """The place of one session. The lock covers opening and dropping it, never a call."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    session: "ClientSession | None" = None
    portal: "BlockingPortal | None" = None
    stack: contextlib.ExitStack | None = None


_slots: dict[tuple[str, str], _Slot] = {}
_slots_lock = threading.Lock()
_LEAKED: list[Any] = []


def _forget_after_fork() -> None:
    # The loop's thread did not come along. Letting the inherited session be collected would run its exit, which waits
    # for that thread for ever: so it is kept until the child ends, and locks that were held are replaced.
    global _slots, _slots_lock
    _LEAKED.append(_slots)
    _slots, _slots_lock = {}, threading.Lock()


os.register_at_fork(after_in_child=_forget_after_fork)


class Client:
    """Calls the tools of one MCP server from ordinary threads. Cheap to make; the session behind it is shared."""

    def __init__(self, url: str, *, bearer: str, is_allowed: Callable[[str], bool]) -> None:
        """`url` is the whole endpoint ("http://host:port/mcp"); `is_allowed(url)` is asked before every call."""
        self._url = url
        self._bearer = bearer
        self._is_allowed = is_allowed

    def call(self, *, tool: str, arguments: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        """Call `tool` once and return its structured content. Takes `timeout_s` seconds at most, opening included.

        Raises NotAllowed, Unauthorized or ToolRefused (all Denied), or NoAnswer (Unavailable) when the outcome
        is not known here.
        """
        if not self._is_allowed(self._url):
            raise NotAllowed(f"{tool} was not called: {self._url} is not on the list of allowed MCP servers.")
        _load()
        trace = _Trace(deadline=time.monotonic() + timeout_s)
        outcome = self._attempt(tool, arguments, timeout_s, trace)
        # Raised out here, outside every `except`: the SDK's exceptions stay out of the chain, so that neither a token
        # nor a request that carries one can be printed with a traceback.
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def close(self) -> None:
        """Close the session of this URL and token, if this process has one. The next call opens another."""
        slot = _slots.get((self._url, self._bearer))
        if slot is not None:
            _drop(slot, slot.session)

    def _attempt(
        self, tool: str, arguments: dict[str, Any], timeout_s: float, trace: _Trace
    ) -> dict[str, Any] | Denied | Unavailable:
        with _slots_lock:
            slot = _slots.setdefault((self._url, self._bearer), _Slot())
        token = _trace.set(trace)
        session: ClientSession | None = None
        try:
            portal, session = _open(slot, self._url, self._bearer, trace)
            trace.opened()
            result = portal.call(_within, trace.left_s(), lambda: session.call_tool(tool, arguments))
        except Exception as error:  # noqa: BLE001 - whatever the SDK raises becomes one of four answers
            if _is_broken(error):
                _drop(slot, session)
            return self._failure(tool, timeout_s, trace, error)
        finally:
            _trace.reset(token)
        if result.is_error:
            text = " ".join(part.text for part in result.content if part.type == "text")
            return ToolRefused(self._clean(text) or f"{tool} of {self._url} answered with an error and no text.")
        if not isinstance(result.structured_content, dict):
            sentence = f"{tool} of {self._url} answered without structured content; it may have run."
            return NoAnswer(sentence, maybe_sent=True)
        return dict(result.structured_content)

    def _failure(self, tool: str, timeout_s: float, trace: _Trace, error: Exception) -> Denied | Unavailable:
        where = f"{tool} of {self._url}"
        if trace.status in (401, 403):
            return Unauthorized(f"{where} was not called: the server refused our service token (HTTP {trace.status}).")
        if trace.unconnected:
            return NoAnswer(f"{where} was not called: no connection could be made; is the server up?", maybe_sent=False)
        if getattr(error, "code", None) in _NOTHING_RAN and trace.answered:
            return ToolRefused(self._clean(f"{where} was refused by the server: {error}"))
        if isinstance(error, TimeoutError):
            return NoAnswer(f"{where} gave no answer within {timeout_s:g} s; it may have run.", maybe_sent=True)
        status = f"HTTP {trace.status}, " if trace.status is not None and trace.status >= 400 else ""
        why = self._clean(trace.lost or f"{status}{type(error).__name__}: {error}")
        return NoAnswer(f"{where} gave no answer; it may have run ({why}).", maybe_sent=True)

    def _clean(self, text: str) -> str:
        return text.replace(self._bearer, "[token]") if self._bearer else text


def _load() -> None:
    """Import the SDK before the clock of a call starts: the first time it takes over a second."""
    import mcp.client.streamable_http  # noqa: F401 - brings anyio and httpx2


def _is_broken(error: Exception) -> bool:
    """Whether the session is done for. A time-out or an error that the server itself sent leaves it usable."""
    from mcp import MCPError
    from mcp.types import CONNECTION_CLOSED, INVALID_REQUEST

    if isinstance(error, MCPError):
        return error.code in (CONNECTION_CLOSED, INVALID_REQUEST)  # INVALID_REQUEST: the server forgot the session
    return not isinstance(error, TimeoutError)


async def _within(seconds: float, what: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    import anyio

    with anyio.fail_after(seconds):
        return await what()


def _open(slot: _Slot, url: str, bearer: str, trace: _Trace) -> "tuple[BlockingPortal, ClientSession]":
    from anyio.from_thread import start_blocking_portal

    if not slot.lock.acquire(timeout=trace.left_s()):
        raise TimeoutError
    try:
        if slot.session is None or slot.portal is None:
            with contextlib.ExitStack() as stack:
                portal = stack.enter_context(start_blocking_portal("asyncio", name="mcp-session"))
                opening = _session(url=url, bearer=bearer, seconds=trace.left_s())
                slot.session = stack.enter_context(portal.wrap_async_context_manager(opening))
                slot.portal, slot.stack = portal, stack.pop_all()
        return slot.portal, slot.session
    finally:
        slot.lock.release()


def _drop(slot: _Slot, session: "ClientSession | None") -> None:
    """Close `session` unless somebody has put another in its place meanwhile."""
    with slot.lock:
        if session is None or slot.session is not session:
            return
        stack, slot.session, slot.portal, slot.stack = slot.stack, None, None, None
    if stack is None:
        return
    try:
        stack.close()
    except (Exception, BaseExceptionGroup, asyncio.CancelledError) as error:  # noqa: BLE001
        # Leaving a session that broke raises again what broke it; the call that met it has already told.
        logger.debug("a broken MCP session was closed (%s)", type(error).__name__)


def close_all() -> None:
    """Close every session of this process, at its end: a loop that is collected with the interpreter complains."""
    for slot in list(_slots.values()):
        _drop(slot, slot.session)


@contextlib.asynccontextmanager
async def _session(*, url: str, bearer: str, seconds: float) -> "AsyncIterator[ClientSession]":
    import anyio
    import httpx2
    from mcp import Client as SdkClient
    from mcp.client.streamable_http import streamable_http_client

    # Read has no limit of its own: each call brings its deadline. Proxies of the environment are not asked.
    http = httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {bearer}"},
        transport=_noting_transport(),
        timeout=httpx2.Timeout(None, connect=CONNECT_TIMEOUT_S),
        trust_env=False,
    )
    # Nothing to say goodbye to: our servers keep no session, and others let an idle one expire.
    wire = streamable_http_client(url, http_client=http, terminate_on_close=False)
    with anyio.CancelScope(deadline=anyio.current_time() + seconds) as scope:
        async with http, SdkClient(wire) as client:
            # Listed now, so that checking a result against its schema costs no second request after the call.
            await client.session.list_tools()
            scope.deadline = float("inf")
            # The bare session: the SDK's own `call_tool` would send again after some answers.
            yield client.session
    if scope.cancelled_caught:
        raise TimeoutError


def _noting_transport() -> "httpx2.AsyncBaseTransport":
    """The HTTP transport, plus notes for the call at hand.

    A failed request is turned into an HTTP 503 for its own caller: left to itself, the exception would close the
    session under every other call that is waiting on it.
    """
    import httpx2

    class Noting(httpx2.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            trace = _trace.get()
            if trace is not None:
                limits = dict(request.extensions.get("timeout", {}))
                # Sooner than the call's own deadline, so that "never connected" is known and not guessed.
                limits["connect"] = min(CONNECT_TIMEOUT_S, trace.left_s() * 0.9)
                request.extensions = {**request.extensions, "timeout": limits}
            try:
                response = await super().handle_async_request(request)
            except httpx2.TransportError as error:
                if trace is not None:
                    trace.lost = f"connection lost, {type(error).__name__}"
                    connecting = isinstance(error, (httpx2.ConnectError, httpx2.ConnectTimeout))
                    trace.unconnected = connecting and not trace.answered
                return httpx2.Response(503, text=type(error).__name__, request=request)
            if trace is not None:
                trace.answered, trace.status, trace.unconnected = True, response.status_code, False
            return response

    return Noting(retries=0, trust_env=False)
