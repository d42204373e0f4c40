"""A studio server: the MCP server of one provider of images and clips. A process of its own, which alone holds its key.

What the provider makes is stored by content before the answer leaves; no answer holds an address of the provider. It
needs no database. Whoever has its token is one of our workers. Imported by nothing else.

Requirements: GEN-3, GEN-7, MCP-1, MCP-2.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter
from starlette.applications import Starlette
from starlette.requests import Request as WebRequest
from starlette.responses import JSONResponse

from chimera.core.entrance import ServiceToken
from chimera.core.mcp.wire import facts
from chimera.core.prices import selectors as prices
from chimera.core.prices.selectors import UnknownPrice
from publishing.media.making.base import Answer, ClipRequest, Cost, ImageRequest, Later, Unknown
from publishing.media.making.journal import Journal
from publishing.media.making.vendors.base import Vendor

log = logging.getLogger("chimera.studio")

NAMES = ("studio-ideogram", "studio-runway", "studio-gemini")
BEGINS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=True)
READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=True)
ENDS = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True)
STILL_AT_IT_S = 10.0

Key = Annotated[str, Field(min_length=1, max_length=160)]
Model = Annotated[str, Field(min_length=1, max_length=60)]
Task = Annotated[str, Field(min_length=1, max_length=200)]
ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)


class Desk:
    """What the tools do, for one provider: each beginning once, every end a value."""

    def __init__(self, *, vendor: Vendor, journal: Journal) -> None:
        self._vendor, self._journal = vendor, journal
        self._going: set[str] = set()

    def begun(self, key: str, begin: Callable[[], Answer]) -> dict[str, Any]:
        """Begin it, unless it was; then what is known of it."""
        if not self._journal.begins(key=key):
            return self._known(key)
        self._going.add(key)
        try:
            return told(self._begun(key, begin))
        finally:
            self._going.discard(key)

    def _begun(self, key: str, begin: Callable[[], Answer]) -> Answer:
        try:
            answer = begin()
        except Exception as error:
            log.exception("%s failed in words of its own", self._vendor.name)
            answer = Unknown(words=f"The studio server failed ({type(error).__name__}); it may have begun.")
        if isinstance(answer, Later):
            self._journal.forgotten(key=key)
        elif not isinstance(answer, Unknown):
            self._journal.ended(key=key, answer=answer.model_dump_json())
        return answer

    def came(self, key: str) -> dict[str, Any]:
        """What is known of a beginning; Later while this process is still at it, for longer than its caller waited."""
        if key in self._going:  # looked at before the journal: it is left only when the answer stands there
            words = f"The studio server of {self._vendor.name} is still at it."
            return told(Later(words=words, after_s=STILL_AT_IT_S))
        return self._known(key)

    def _known(self, key: str) -> dict[str, Any]:
        answer = self._journal.came(key=key)
        if answer is None:
            return told(Unknown(words=f"The studio server of {self._vendor.name} has no answer for this beginning."))
        return told(ANSWER.validate_json(answer))

    def asked(self, ask: Callable[[], Answer]) -> dict[str, Any]:
        """What may be asked again."""
        try:
            return told(ask())
        except Exception as error:
            log.exception("%s failed in words of its own", self._vendor.name)
            return told(Later(words=f"The studio server failed ({type(error).__name__}); see its log.", after_s=30.0))


def told(answer: BaseModel) -> dict[str, Any]:
    """A value of the socket as it goes over MCP."""
    return answer.model_dump(mode="json")


def _server(vendor: Vendor | None, journal: Journal | None, name: str) -> MCPServer:
    server = MCPServer(name, version="1.0.0", instructions="Makes images and clips.", log_level="WARNING")
    only = None if vendor is None or journal is None else (Desk(vendor=vendor, journal=journal), vendor)

    def desk() -> tuple[Desk, Vendor]:
        if only is None:
            raise RuntimeError("this server only says which tools it has")
        return only

    @server.tool(title="Make an image", annotations=BEGINS)
    def make_image(key: Key, model: Model, request: ImageRequest, cost: Cost) -> dict[str, Any]:
        """Have one image made, once for a key, and store it. Costs money; lasts until it is there."""
        at, maker = desk()
        return at.begun(key, lambda: maker.make_image(request=request, model=model, cost=cost))

    @server.tool(title="Begin a clip", annotations=BEGINS)
    def begin_clip(key: Key, model: Model, request: ClipRequest, cost: Cost) -> dict[str, Any]:
        """Begin one clip from a stored image, once for a key. Costs money; answers with the provider's task."""
        at, maker = desk()
        return at.begun(key, lambda: maker.begin_clip(request=request, model=model, cost=cost))

    @server.tool(title="What came of a beginning", annotations=READS)
    def what_came(key: Key) -> dict[str, Any]:
        """The answer to a beginning that did not reach whoever asked; unknown where there is none."""
        return desk()[0].came(key)

    @server.tool(title="How a clip stands", annotations=READS)
    def clip_status(task: Task, cost: Cost) -> dict[str, Any]:
        """How the provider's task stands; a finished clip is stored first."""
        at, maker = desk()
        return at.asked(lambda: maker.clip_status(task=task, cost=cost))

    @server.tool(title="Cancel a clip", annotations=ENDS)
    def cancel_clip(task: Task, cost: Cost) -> dict[str, Any]:
        """Have the provider stop; a clip that was finished before is stored instead."""
        at, maker = desk()
        return at.asked(lambda: maker.cancel_clip(task=task, cost=cost))

    @server.tool(title="Quote a price", annotations=READS)
    def quote(cost: Cost, at: AwareDatetime) -> dict[str, Any]:
        """What so many units cost at a moment, in micros of a dollar, and where the price is from. Begins nothing."""
        try:
            found = prices.price(item=cost.item, at=at)
        except UnknownPrice as missing:
            raise ToolError(str(missing)) from missing
        return {
            "usd_micros": found.cost_usd_micros(count=cost.count),
            "effective_from": found.effective_from.isoformat(),
            "source": found.source,
        }

    return server


def declared() -> list[dict[str, Any]]:
    """The tools of these servers as they list them, for the lock file beside this module; nothing is served."""
    return [facts(tool) for tool in asyncio.run(_server(None, None, NAMES[0]).list_tools())]


def build(*, vendor: Vendor, journal: Journal, service_token: str) -> Starlette:
    """The studio server as an ASGI app: MCP at /mcp (bearer `service_token`), liveness at /health."""
    if not service_token:
        raise ValueError("A studio server needs a token that its callers show; set STUDIO_TOKEN.")
    server = _server(vendor, journal, f"studio-{vendor.name}")

    @server.custom_route("/health", methods=["GET"])
    async def health(_: WebRequest) -> JSONResponse:
        return JSONResponse({"ok": True})

    # The Host check guards servers that trust whoever reaches them; this one asks for a token that no browser has.
    security = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    app = server.streamable_http_app(stateless_http=True, json_response=True, transport_security=security)
    inner = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(owner: Starlette) -> AsyncIterator[Any]:
        async with inner(owner) as state:
            try:
                yield state
            finally:
                vendor.close()
                journal.close()

    app.router.lifespan_context = lifespan
    app.add_middleware(ServiceToken, service_token=service_token)
    return app
