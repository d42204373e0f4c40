"""The memory server: an MCP server over whatever store the settings name. A process of its own.

Whoever has its token is one of our workers and says for which brand it asks; the store looks at no other. Nothing it
answers reaches a model but quoted and with its origin. Runs as a process of its own; imported by nothing else.

Requirements: PER-4, MCP-1, MCP-2.
"""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

from django.db import connection
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from pydantic import Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse

from agents.memory.base import ITEMS_MAX, Ask, Item, Store
from chimera.core.errors import ChimeraError
from chimera.core.mcp.wire import facts
from publishing.connectors.entrance import ServiceToken

NAMES = ("memory",)

Brand = Annotated[int, Field(gt=0)]
Items = Annotated[list[Item], Field(max_length=ITEMS_MAX)]
Asks = Annotated[list[Ask], Field(max_length=ITEMS_MAX)]
Posts = Annotated[list[int], Field(max_length=10_000)]


def _server(store: Callable[[], Store]) -> MCPServer:
    server = MCPServer(NAMES[0], version="1.0.0", instructions="What was published before.", log_level="WARNING")

    @server.tool(
        title="Remember published posts",
        annotations=ToolAnnotations(
            read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )
    def remember(brand_id: Brand, items: Items) -> dict[str, Any]:
        """Keep posts of a brand that were judged and published; once each, however often they are told."""
        return _said(lambda: {"kept": store().keep(brand_id=brand_id, items=items)})

    @server.tool(
        title="Recall what was published",
        annotations=ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False),
    )
    def recall(brand_id: Brand, asks: Asks) -> dict[str, Any]:
        """For each question the posts of the last seconds and those most alike, with where their words came from."""
        return _said(
            lambda: {
                "answers": [one.model_dump(mode="json") for one in store().recall(brand_id=brand_id, asks=asks)],
            }
        )

    @server.tool(
        title="Forget posts",
        annotations=ToolAnnotations(
            read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False
        ),
    )
    def forget(brand_id: Brand, post_ids: Posts) -> dict[str, Any]:
        """Delete what is kept of these posts of a brand."""
        return _said(lambda: {"gone": store().forget(brand_id=brand_id, post_ids=post_ids)})

    return server


def _said(answer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return answer()
    except ChimeraError as error:
        raise ToolError(str(error)) from error
    finally:
        connection.close()  # to its pool: threads of the server come and go


def declared() -> list[dict[str, Any]]:
    """The tools of this server as it lists them, for the lock file beside this module; nothing is served."""

    def nobody() -> Store:
        raise RuntimeError("this server only says which tools it has")

    return [facts(tool) for tool in asyncio.run(_server(nobody).list_tools())]


def build(*, store: Callable[[], Store], service_token: str) -> Starlette:
    """The memory server as an ASGI app: MCP at /mcp (bearer `service_token`), liveness at /health."""
    if not service_token:
        raise ValueError("The memory server needs a token; set MEMORY_TOKEN.")
    server = _server(store)

    @server.custom_route("/health", methods=["GET"])
    async def health(_: Request) -> JSONResponse:
        return JSONResponse({"ok": True})

    # The Host check guards servers that trust whoever reaches them; this one asks for a token that no browser has.
    security = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    app = server.streamable_http_app(stateless_http=True, json_response=True, transport_security=security)
    app.add_middleware(ServiceToken, service_token=service_token)
    return app
