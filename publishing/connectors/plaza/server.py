"""The connector process of Plaza: an MCP server that holds the platform's token and the gate to it.

`publish_post` verifies the grant, brings the media, consumes the grant and only then posts. Everything before the post
is harmless to repeat, so a failure there is "not_sent"; from the moment the post is begun, whatever is not a clear
answer is "unknown". A clear answer is written down before the worker hears it. `list_posts` and `list_mentions` only
read and need no grant. Runs as a process of its own; imported by nothing else.

Requirements: PUB-1, PUB-2, PUB-3, PUB-4, MCP-1, ENG-1.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Protocol

import httpx2
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse

from chimera.core.errors import Denied, Stopped
from chimera.core.mcp.wire import facts
from governance.controls.looking import LOOK_LASTS_S
from publishing.connectors.entrance import ServiceToken
from publishing.connectors.plaza import reading
from publishing.connectors.plaza.reading import refusal as _refusal

logger = logging.getLogger(__name__)

NAMES = ("plaza", "plaza-b", "plaza-c")  # who is served: the platform, and the same one as other classes
PLATFORM_TIMEOUT_S = 10.0
IMAGE_TYPES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


class Claims(Protocol):
    """What of a verified grant this server compares itself; the rest is the gate's."""

    @property
    def account_handle(self) -> str: ...
    @property
    def effect_key(self) -> str: ...


class Gate(Protocol):
    """Who knows grants. The real one is `governance.grants`; both raise Denied with a sentence."""

    def check(self, *, grant: str, payload: dict[str, Any], audience: str) -> Claims:
        """The claims of a grant that is genuine, unexpired, for this connector (its name) and this very payload."""
        ...

    def consume(self, *, claims: Any) -> None:
        """Use the grant up. Denied when it was used before or its holder lost the row; Stopped by a control."""
        ...

    def ended(self, *, claims: Any, outcome: str, told: dict[str, Any]) -> None:
        """Write down what the platform surely said: "published", "rejected" or "not_sent"."""
        ...


def _told(response: httpx2.Response) -> tuple[str, str]:
    """Code and sentence of a problem+json answer, or the bare status."""
    try:
        problem = response.json()
        return str(problem["code"])[:60], str(problem.get("detail") or problem["title"])[:300]
    except (ValueError, KeyError, TypeError):
        return f"http_{response.status_code}", f"Plaza answered HTTP {response.status_code}."


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The work of one process: a gate, a store of media, one HTTP client with the platform's token.

    `audience` is the connector's name in grants: one for another connector, or another account, opens nothing here.
    """

    gate: Gate
    http: httpx2.Client
    media: Callable[[str], bytes]
    audience: str = "plaza"

    def publish(self, *, payload: dict[str, Any], grant: str, idempotency_key: str) -> dict[str, str]:
        """Publish once; the receipt as `{"platform_id", "url", "status"}`. Raises ToolError, see `_refusal`."""
        try:
            claims = self._checked(payload, grant, idempotency_key)
            post = {
                "account": claims.account_handle,
                "text": payload.get("text", ""),
                "media": [self._uploaded(item) for item in payload.get("media") or []],
                "ai_generated": True,
                **({"reply_to": payload["reply_to"]} if payload.get("reply_to") else {}),
            }
            request = self.http.build_request(
                "POST", "/api/v1/posts", json=post, headers={"Idempotency-Key": idempotency_key}
            )
            looked = time.monotonic()
            self.gate.consume(claims=claims)
        except ToolError:
            raise
        except Stopped as stop:
            raise _refusal("not_sent", "stopped", str(stop)) from stop
        except Denied as error:
            raise _refusal("rejected", "grant_refused", str(error)) from error
        except Exception as error:
            logger.exception("publish stopped before the post was begun")
            sentence = f"The connector failed before the post was begun ({type(error).__name__}); see its log."
            raise _refusal("not_sent", "connector_failed", sentence) from error
        try:
            receipt = self._posted(request, looked)
        except ToolError as refusal:
            told = json.loads(str(refusal))
            if told["class"] != "unknown":
                self._write_down(claims, told["class"], {"code": told["code"], "message": told["message"]})
            raise
        self._write_down(claims, "published", receipt)
        return receipt

    def _write_down(self, claims: Claims, outcome: str, told: dict[str, Any]) -> None:
        try:
            self.gate.ended(claims=claims, outcome=outcome, told=told)
        except Exception:  # the worker hears it all the same; only one that dies now leaves a doubt
            logger.exception("what the platform said (%s) was not written down", outcome)

    def _checked(self, payload: dict[str, Any], grant: str, idempotency_key: str) -> Claims:
        if payload.get("ai_generated") is not True:
            raise _refusal("rejected", "no_label", "The payload carries no AI label; nothing unlabelled is published.")
        claims = self.gate.check(grant=grant, payload=payload, audience=self.audience)
        if not hmac.compare_digest(str(claims.effect_key).encode(), idempotency_key.encode()):
            raise _refusal("rejected", "key_mismatch", "The grant is for another effect than the idempotency key.")
        if not claims.account_handle or payload.get("account_handle") != claims.account_handle:
            raise _refusal("rejected", "account_mismatch", "The grant is for another account than the payload's.")
        return claims

    def _uploaded(self, item: dict[str, Any]) -> dict[str, str]:
        """Bring one image to the platform. By its hash, so that doing it again changes nothing."""
        sha256 = str(item["sha256"])
        content = self.media(sha256)
        kind = next((kind for magic, kind in IMAGE_TYPES.items() if content.startswith(magic)), None)
        if kind is None or hashlib.sha256(content).hexdigest() != sha256:
            sentence = f"Image {sha256[:12]} is not the PNG or JPEG that was approved."
            raise _refusal("rejected", "media_mismatch", sentence)
        try:
            answer = self.http.post("/api/v1/media", content=content, headers={"Content-Type": kind})
        except httpx2.TransportError as error:
            sentence = f"The connection to Plaza failed while an image was brought ({type(error).__name__})."
            raise _refusal("not_sent", "media_failed", sentence) from error
        if 400 <= answer.status_code < 500 and answer.status_code != 429:
            raise _refusal("rejected", *_told(answer))
        if not answer.is_success:
            raise _refusal("not_sent", *_told(answer))
        return {"id": str(answer.json()["media_id"]), "alt": str(item.get("alt") or "")}

    def _posted(self, request: httpx2.Request, looked: float) -> dict[str, str]:
        if time.monotonic() - looked > LOOK_LASTS_S:
            # Whoever stopped the fleet meanwhile was told that whatever leaves has left by now; and a process that
            # stood still may have been given up, its post sent by another.
            sentence = "The connector took too long between using the grant and the call; nothing was sent."
            raise _refusal("not_sent", "too_late", sentence)
        try:
            answer = self.http.send(request)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise _refusal("not_sent", "unreachable", "No connection to Plaza could be made.") from error
        except Exception as error:
            logger.exception("the post was begun and its outcome is not known")
            sentence = f"The connection to Plaza was lost after the post was begun ({type(error).__name__})."
            raise _refusal("unknown", "no_answer", sentence) from error
        if answer.status_code == 429:
            # Nothing was accepted and later is another answer: that is "ask again", not a verdict on the post.
            raise _refusal("not_sent", *_told(answer))
        if answer.status_code == 409 and _told(answer)[0] == "duplicate_post":
            # "I have this already" is no refusal of this post: an earlier send of it may be the one that it has.
            raise _refusal("unknown", *_told(answer))
        if 400 <= answer.status_code < 500:
            raise _refusal("rejected", *_told(answer))
        try:
            post = answer.raise_for_status().json()
            return {"platform_id": str(post["id"]), "url": str(post["url"]), "status": str(post["status"])}
        except (httpx2.HTTPStatusError, ValueError, KeyError, TypeError) as error:
            sentence = f"Plaza answered HTTP {answer.status_code} and no receipt; the post may be live."
            raise _refusal("unknown", "no_receipt", sentence) from error


def _server(*, audience: str, desk: Callable[[], Desk]) -> MCPServer:
    server = MCPServer(audience, version="1.0.0", instructions="Publishes on Plaza under a grant.", log_level="WARNING")

    @server.tool(
        title="Publish a post",
        annotations=ToolAnnotations(
            read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True
        ),
    )
    def publish_post(payload: dict[str, Any], grant: str, idempotency_key: str) -> dict[str, str]:
        """Publish one approved, labelled post on Plaza. The grant is single-use and bound to this payload."""
        return desk().publish(payload=payload, grant=grant, idempotency_key=idempotency_key)

    @server.tool(
        title="List an account's posts",
        annotations=ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=True),
    )
    def list_posts(account: str, before: int = 0) -> dict[str, Any]:
        """What an account has posted, newest first, a page at a time. Changes nothing and needs no grant."""
        return reading.listed(desk().http, account=account, before=before)

    @server.tool(
        title="List mentions of accounts",
        annotations=ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=True),
    )
    def list_mentions(accounts: list[str], after: int = 0) -> dict[str, Any]:
        """What others said to these accounts, oldest first, a page at a time. Changes nothing and needs no grant."""
        return reading.mentioned(desk().http, accounts=accounts, after=after)

    return server


def declared() -> list[dict[str, Any]]:
    """The tools of these servers as they list them, for the lock file beside this module; nothing is served."""

    def nobody() -> Desk:
        raise RuntimeError("this server only says which tools it has")

    return [facts(tool) for tool in asyncio.run(_server(audience=NAMES[0], desk=nobody).list_tools())]


def build(
    *,
    gate: Gate,
    platform_url: str,
    platform_token: str,
    service_token: str,
    media: Callable[[str], bytes],
    audience: str = "plaza",
) -> Starlette:
    """The connector as an ASGI app: MCP at /mcp (bearer `service_token`), liveness at /health.

    `media(sha256)` returns the bytes of an image. The HTTP client to `platform_url` lives as long as the app.
    """
    if not service_token or not platform_token:
        raise ValueError("Plaza's connector needs a service token and a platform token; set both.")
    own = {"Authorization": f"Bearer {platform_token}"}
    http = httpx2.Client(base_url=platform_url, headers=own, timeout=PLATFORM_TIMEOUT_S, trust_env=False)
    desk = Desk(gate=gate, http=http, media=media, audience=audience)
    server = _server(audience=audience, desk=lambda: desk)

    @server.custom_route("/health", methods=["GET"])
    async def health(_: Request) -> JSONResponse:
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
                http.close()

    app.router.lifespan_context = lifespan
    app.add_middleware(ServiceToken, service_token=service_token)
    return app
