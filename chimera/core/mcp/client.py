"""A blocking client for MCP servers over streamable HTTP, for ordinary threads.

A call is sent at most once: whoever calls decides about sending again, because only the caller knows what a second time
would do. With pins, nothing is called between connecting and the check of what the server lists, and no call goes over
a connection that was made after it. The heavy SDK is imported with the first call, so that web processes and forks stay
light.

Requirements: MCP-1, MCP-2, PUB-4.
"""

import time
from collections.abc import Callable
from typing import Any

from chimera.core import taint
from chimera.core.errors import Denied, Unavailable
from chimera.core.mcp import sessions, wire
from chimera.core.mcp.sessions import Slot, close_all
from chimera.core.mcp.tools import Listing, Pins
from chimera.core.mcp.wire import Trace, trace_of_call

__all__ = ["Client", "NoAnswer", "NotAllowed", "ToolRefused", "Unauthorized", "close_all", "listed"]

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


class Client:
    """Calls the tools of one MCP server from ordinary threads. Cheap to make; the session behind it is shared."""

    def __init__(
        self, url: str, *, bearer: str, is_allowed: Callable[[str], bool] | None = None, pins: Pins | None = None
    ) -> None:
        """`url` is the whole endpoint ("http://host:port/mcp"). At least one of the two others is there to say no:
        `is_allowed(url)` is asked before every call, `pins` as they promise."""
        if is_allowed is None and pins is None:
            raise ValueError(f"{url} would be called unasked; give is_allowed or pins.")
        self._url = url
        self._bearer = bearer
        self._is_allowed = is_allowed
        self._pins = pins

    def call(self, *, tool: str, arguments: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        """Call `tool` once and return its structured content. Takes `timeout_s` seconds at most, opening included.

        Raises NotAllowed, Unauthorized or ToolRefused (all Denied), or NoAnswer (Unavailable) when the outcome
        is not known here; what the pins raise, when nothing was called; TaintedSink for arguments from outside.
        """
        taint.refuse(arguments, sink=f"The tool {tool}")
        if self._is_allowed is not None and not self._is_allowed(self._url):
            raise NotAllowed(f"{tool} was not called: {self._url} is not on the list of allowed MCP servers.")
        if self._pins is not None:
            self._pins.require(url=self._url, tool=tool)
        wire.load()
        trace = Trace(deadline=time.monotonic() + timeout_s)
        outcome = self._attempt(tool, arguments, timeout_s, trace)
        # Raised out here, outside every `except`: the SDK's exceptions stay out of the chain, so that neither a token
        # nor a request that carries one can be printed with a traceback.
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def close(self) -> None:
        """Close the session of this client, if this process has one. The next call opens another."""
        sessions.close(url=self._url, bearer=self._bearer, pins=self._pins)

    def _attempt(
        self, tool: str, arguments: dict[str, Any], timeout_s: float, trace: Trace
    ) -> dict[str, Any] | Denied | Unavailable:
        slot = sessions.slot_of(url=self._url, bearer=self._bearer, pins=self._pins)
        token = trace_of_call.set(trace)
        try:
            outcome = self._tried(slot, tool, arguments, timeout_s, trace, anew=False)
            if trace.again:  # nothing was sent: the list is read on what is there now, and then it is
                outcome = self._tried(slot, tool, arguments, timeout_s, trace, anew=True)
        finally:
            trace_of_call.reset(token)
        return outcome

    def _tried(
        self, slot: Slot, tool: str, arguments: dict[str, Any], timeout_s: float, trace: Trace, *, anew: bool
    ) -> dict[str, Any] | Denied | Unavailable:
        session: Any = None
        try:
            portal, session = sessions.opened(slot, trace=trace)
            trace.looking()
            counts = sessions.checked(slot, session, seconds=trace.left_s(), anew=anew)
            is_bound = self._pins is not None and not anew
            trace.calling(only_known=is_bound, counts=lambda: slot.said == counts)
            result = portal.call(wire.within, trace.left_s(), lambda: session.call_tool(tool, arguments))
        except (Denied, Unavailable) as said:  # the pins
            return said
        except Exception as error:  # noqa: BLE001 - whatever the SDK raises becomes one of four answers
            unread = trace.is_looking and not isinstance(error, TimeoutError)
            if unread or sessions.is_broken(error):
                sessions.drop(slot, session)
            trace.again = not anew and (trace.stranger or unread)  # nothing was called
            return self._failure(tool, timeout_s, trace, error)
        trace.again = False
        if result.is_error:
            text = " ".join(part.text for part in result.content if part.type == "text")
            return ToolRefused(self._clean(text) or f"{tool} of {self._url} answered with an error and no text.")
        if not isinstance(result.structured_content, dict):
            sentence = f"{tool} of {self._url} answered without structured content; it may have run."
            return NoAnswer(sentence, maybe_sent=True)
        return dict(result.structured_content)

    def _failure(self, tool: str, timeout_s: float, trace: Trace, error: Exception) -> Denied | Unavailable:
        where = f"{tool} of {self._url}"
        if trace.status in (401, 403):
            return Unauthorized(f"{where} was not called: the server refused our service token (HTTP {trace.status}).")
        if trace.is_looking:
            sentence = f"{where} was not called: the server's list of tools could not be read again."
            return NoAnswer(sentence, maybe_sent=False)
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


def listed(*, url: str, bearer: str, timeout_s: float) -> Listing:
    """What a server lists, for whoever reviews it: connects, reads the list, calls nothing, leaves.

    Raises NoAnswer, in a sentence, for what cannot be reached or does not speak MCP; Unauthorized for a wrong token.
    """
    wire.load()
    trace = Trace(deadline=time.monotonic() + timeout_s)
    token = trace_of_call.set(trace)
    try:
        return sessions.read_once(url=url, bearer=bearer, trace=trace)
    except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 - as in Client
        failure = error
    finally:
        trace_of_call.reset(token)
    if trace.status in (401, 403):
        raise Unauthorized(f"{url} refused our token (HTTP {trace.status}); check it.")
    if trace.unconnected:
        raise NoAnswer(f"No connection to {url} could be made; is the server up?", maybe_sent=False)
    if isinstance(failure, TimeoutError):
        raise NoAnswer(f"{url} did not list its tools within {timeout_s:g} s.", maybe_sent=False)
    said = f" (HTTP {trace.status})" if trace.status is not None else ""
    raise NoAnswer(f"{url} does not answer as an MCP server{said}; give its whole MCP address.", maybe_sent=False)
