"""The connector process of Harbour."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx2
from mcp.server import MCPServer
from starlette.applications import Starlette

from chimera.core.mcp.wire import facts
from publishing.connectors import serving
from publishing.connectors.serving import PLATFORM_TIMEOUT_S, PUBLISHES, READS, Claims, Gate, refusal

NAMES = ("harbour",)


@dataclass(frozen=True, kw_only=True)
class Desk(serving.Desk):
    """Harbour's: one request, and an answer with a number."""

    title: ClassVar[str] = "Harbour"
    http: httpx2.Client

    def prepared(self, *, payload: dict[str, Any], claims: Claims, idempotency_key: str, stage: str) -> httpx2.Request:
        """See `serving.Desk.prepared`."""
        post = {"who": claims.account_handle, "words": payload["text"], "made_by_machine": True}
        return self.http.build_request("POST", "/posts", json=post)

    def send(self, request: httpx2.Request) -> httpx2.Response:
        """See `serving.Desk.send`."""
        return self.http.send(request)

    def receipt(self, answer: httpx2.Response, *, claims: Claims) -> dict[str, str]:
        """See `serving.Desk.receipt`."""
        if 400 <= answer.status_code < 500:
            raise refusal("rejected", "refused", "Harbour refused the post.")
        try:
            number = str(answer.raise_for_status().json()["number"])
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            raise refusal("unknown", "no_receipt", "Harbour gave no number; the post may be live.") from error
        return {"platform_id": number, "url": f"{self.http.base_url}/posts/{number}", "status": "published"}


def _server(*, desk: Callable[[], Desk]) -> MCPServer:
    server = MCPServer(NAMES[0], version="1.0.0", instructions="Publishes on Harbour.", log_level="WARNING")

    @server.tool(title="Publish a post", annotations=PUBLISHES)
    def publish_post(payload: dict[str, Any], grant: str, idempotency_key: str) -> dict[str, str]:
        """Publish one approved, labelled post on Harbour. The grant is single-use and bound to this payload."""
        return desk().publish(payload=payload, grant=grant, idempotency_key=idempotency_key)

    @server.tool(title="List an account's posts", annotations=READS)
    def list_posts(account: str, before: int = 0) -> dict[str, Any]:
        """What an account has posted, newest first. Changes nothing and needs no grant."""
        try:
            return dict(desk().http.get("/posts", params={"who": account}).raise_for_status().json())
        except (httpx2.HTTPError, ValueError) as error:
            raise refusal("unavailable", "unreadable", "Harbour could not be read.") from error

    return server


def declared() -> list[dict[str, Any]]:
    """The tools of this server, for its lock file; nothing is served."""

    def nobody() -> Desk:
        raise RuntimeError("this server only says which tools it has")

    return [facts(tool) for tool in asyncio.run(_server(desk=nobody).list_tools())]


def build(*, gate: Gate, chosen: Mapping[str, str], media: Callable[[str], bytes], audience: str) -> Starlette:
    """The connector as an ASGI app, see `serving.app`."""
    http = httpx2.Client(base_url=chosen["platform_url"], timeout=PLATFORM_TIMEOUT_S, trust_env=False)
    desk = Desk(gate=gate, http=http, media=media, audience=audience)
    return serving.app(_server(desk=lambda: desk), service_token=chosen["service_token"], close=http.close)
