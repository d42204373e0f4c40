"""What goes over the wire: a session with one server, the notes that a call takes of it, and the list of tools.

Runs in the event loop of the client's side thread. Requirements: MCP-1, MCP-2, PUB-4.
"""

import contextlib
import contextvars
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chimera.core import tls
from chimera.core.mcp.tools import TOOLS_MAX, Listing

if TYPE_CHECKING:
    import httpx2
    from mcp import Client as SdkClient
    from mcp.client.session import ClientSession
    from mcp.types import Tool as SdkTool

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 5.0
LISTEN_AGAIN_S = 5.0
PAGES_MAX = 50


@dataclass
class Trace:
    """What the wire saw of one call. Filled in the loop's thread, read in the caller's after the call is over.

    With `only_known` nothing is sent over a connection that was made for it, nor once `counts` says that another list
    is being read: whoever answers there was not checked.
    """

    deadline: float  # time.monotonic
    unconnected: bool = False
    answered: bool = False
    status: int | None = None
    lost: str = ""
    is_looking: bool = False
    only_known: bool = False
    counts: Callable[[], bool] = bool  # is called in the loop, right before a connection is taken
    stranger: bool = False  # nothing was sent: a new connection was given up, or none that is known was left
    again: bool = False

    def looking(self) -> None:
        """The session stands; its list may be read once more."""
        self._forget()
        self.is_looking = True

    def calling(self, *, only_known: bool, counts: Callable[[], bool]) -> None:
        """What follows is the call itself, and only that decides whether it was sent."""
        self._forget()
        self.is_looking, self.only_known, self.counts = False, only_known, counts

    def _forget(self) -> None:
        self.unconnected, self.answered, self.status, self.lost = False, False, None, ""
        self.only_known, self.stranger = False, False

    def left_s(self) -> float:
        """Seconds until the deadline, at least 0."""
        return max(0.0, self.deadline - time.monotonic())


trace_of_call: contextvars.ContextVar[Trace | None] = contextvars.ContextVar("chimera_mcp_trace", default=None)


class Stranger(Exception):
    """Only a known connection may be used and there is none. Nothing was sent."""


def load() -> None:
    """Import the SDK before the clock of a call starts: the first time it takes over a second."""
    import mcp.client.streamable_http  # noqa: F401 - brings anyio and httpx2


async def within(seconds: float, what: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """The answer of `what`, or TimeoutError after so many seconds."""
    import anyio

    with anyio.fail_after(seconds):
        return await what()


async def listed(session: "ClientSession", *, url: str) -> Listing:
    """Every tool that the server lists, page by page; a server whose pages have no end is not read to the end."""
    from mcp.types import PaginatedRequestParams

    found: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(PAGES_MAX):
        page = await session.list_tools(params=PaginatedRequestParams(cursor=cursor) if cursor else None)
        found += [facts(tool) for tool in page.tools]
        cursor = page.next_cursor
        if not cursor or len(found) > TOOLS_MAX:
            return Listing.of(found, origin=f"mcp:{url}")
    return Listing.of(found, origin=f"mcp:{url}", wrong=f"its list of tools has more than {PAGES_MAX} pages")


def facts(tool: "SdkTool") -> dict[str, Any]:
    """What of a tool is pinned, as it goes over the wire (see `tools.FACTS`)."""
    notes = tool.annotations
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": tool.input_schema,
        "outputSchema": tool.output_schema,
        "annotations": notes.model_dump(mode="json", by_alias=True, exclude_none=True) if notes else None,
    }


@contextlib.asynccontextmanager
async def session(
    *, url: str, bearer: str, seconds: float, on_change: Callable[[], None] | None
) -> "AsyncIterator[tuple[ClientSession, Listing]]":
    """A session and what the server lists; nothing else was asked of it.

    `on_change` is called from the loop when the server says that its list has changed, and when that could not be heard
    for a while; without it nobody listens.
    """
    import anyio
    import httpx2
    from mcp import Client as SdkClient
    from mcp.client.streamable_http import streamable_http_client
    from mcp.types import ToolListChangedNotification

    async def heard(message: Any) -> None:
        if on_change is not None and isinstance(message, ToolListChangedNotification):
            on_change()

    # Read has no limit of its own: each call brings its deadline. Proxies of the environment are not asked.
    http = httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {bearer}"} if bearer else {},
        transport=_noting_transport(),
        timeout=httpx2.Timeout(None, connect=CONNECT_TIMEOUT_S),
        trust_env=False,
    )
    # Nothing to say goodbye to: our servers keep no session, and others let an idle one expire.
    wire = streamable_http_client(url, http_client=http, terminate_on_close=False)
    with anyio.CancelScope(deadline=anyio.current_time() + seconds) as scope:
        # Without a cache: a server could ask us to keep its old list for as long as it likes.
        async with (
            http,
            SdkClient(wire, message_handler=heard, cache=None) as client,
            anyio.create_task_group() as side,
        ):
            # Listed now, so that checking a result against its schema costs no second request after the call.
            listing = await listed(client.session, url=url)
            if on_change is not None and _can_listen(client):
                side.start_soon(_listen, client, on_change)
            scope.deadline = float("inf")
            # The bare session: the SDK's own `call_tool` would send again after some answers.
            yield client.session, listing
            side.cancel_scope.cancel()
    if scope.cancelled_caught:
        raise TimeoutError


def _can_listen(client: "SdkClient") -> bool:
    """Whether changes must be asked for: since revision 2026-07-28 nobody tells them without a subscription."""
    tools = client.session.server_capabilities.tools if client.session.server_capabilities else None
    return client.session.discover_result is not None and bool(tools and tools.list_changed)


async def _listen(client: "SdkClient", on_change: Callable[[], None]) -> None:
    import anyio

    while True:
        try:
            async with client.listen(tools_list_changed=True) as changes:
                async for _ in changes:
                    on_change()
        except Exception as error:  # noqa: BLE001 - whatever ends it, from here on nothing is heard
            logger.info("the server's changes are no longer heard (%s)", type(error).__name__)
        on_change()
        await anyio.sleep(LISTEN_AGAIN_S)


async def _known_only(event: str, told: dict[str, Any]) -> None:
    if event == "connection.connect_tcp.complete":
        await told["return_value"].aclose()  # nobody else knows of it yet
        raise Stranger


def _noting_transport() -> "httpx2.AsyncBaseTransport":
    """The HTTP transport, plus notes for the call at hand.

    A failed request is turned into an HTTP 503 for its own caller: left to itself, the exception would close the
    session under every other call that is waiting on it.
    """
    import httpx2

    class Noting(httpx2.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            trace = trace_of_call.get()
            if trace is not None:
                limits = dict(request.extensions.get("timeout", {}))
                # Sooner than the call's own deadline, so that "never connected" is known and not guessed.
                limits["connect"] = min(CONNECT_TIMEOUT_S, trace.left_s() * 0.9)
                request.extensions = {**request.extensions, "timeout": limits}
                if trace.only_known:
                    request.extensions = {**request.extensions, "trace": _known_only}
            try:
                if trace is not None and trace.only_known and not trace.counts():
                    raise Stranger
                response = await super().handle_async_request(request)
            except Stranger:
                assert trace is not None
                trace.stranger = trace.unconnected = True
                return httpx2.Response(503, text="a connection that was not checked", request=request)
            except httpx2.TransportError as error:
                if trace is not None:
                    trace.lost = f"connection lost, {type(error).__name__}"
                    connecting = isinstance(error, (httpx2.ConnectError, httpx2.ConnectTimeout))
                    trace.unconnected = connecting and not trace.answered
                return httpx2.Response(503, text=type(error).__name__, request=request)
            if trace is not None:
                trace.answered, trace.status, trace.unconnected = True, response.status_code, False
            return response

    return Noting(verify=tls.context(), retries=0, trust_env=False)
