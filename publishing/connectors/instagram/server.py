"""The connector process of Instagram: an MCP server that holds the tokens of its accounts and the gate to them.

`prepare_post` makes a container, labelled, and waits until it is ready; nothing shows by it. `publish_post` verifies
the grant, consumes it and has exactly that container published: see `serving`. `list_posts` and `container_status` only
read. Instagram fetches the pictures from /media/. Runs as a process of its own; imported by nothing else.

Requirements: PUB-1, PUB-2, PUB-3, PUB-4, MCP-1.
"""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx2
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from chimera.core.errors import Denied
from chimera.core.mcp.wire import facts
from publishing.connectors import serving
from publishing.connectors.instagram import errors, pictures, reading
from publishing.connectors.instagram.calling import PUBLISHING, Caller, bearer, json_of
from publishing.connectors.instagram.containers import Maker
from publishing.connectors.instagram.oauth import App
from publishing.connectors.instagram.pictures import Shelf
from publishing.connectors.serving import PLATFORM_TIMEOUT_S, PREPARES, PUBLISHES, READS, Claims, Gate, refusal

NAMES = ("instagram",)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Desk(serving.Desk):
    """Instagram's: calls are made as the account that the grant is for."""

    title: ClassVar[str] = "Instagram"
    caller: Caller
    maker: Maker

    def prepare(self, *, payload: dict[str, Any], grant: str, idempotency_key: str) -> dict[str, str]:
        """A container for this payload that is ready: `{"stage"}`. The grant is looked at and stays good."""
        try:
            claims = self.checked(payload, grant, idempotency_key)
            for item in payload.get("media") or []:
                pictures.as_jpeg(self.image(item)[0])
            return {"stage": self.maker.stage(payload=payload, handle=claims.account_handle)}
        except ToolError:
            raise
        except pictures.Unfit as error:
            raise refusal("rejected", "media_refused", f"A picture does not fit Instagram: {error}.") from error
        except Denied as error:
            raise refusal("rejected", "grant_refused", str(error)) from error
        except Exception as error:
            logger.exception("a post could not be prepared")
            sentence = f"The connector failed before the post was begun ({type(error).__name__}); see its log."
            raise refusal("not_sent", "connector_failed", sentence) from error

    def prepared(self, *, payload: dict[str, Any], claims: Claims, idempotency_key: str, stage: str) -> httpx2.Request:
        """See `serving.Desk.prepared`."""
        container = self.maker.opened(stage=stage, payload=payload)
        signed = self.caller.sign_in(claims.account_handle, scope=PUBLISHING)
        self.maker.forget(payload)  # whatever comes of it, it is published once at most
        return self.caller.http.build_request(
            "POST", f"/{signed.user_id}/media_publish", data={"creation_id": container}, headers=bearer(signed)
        )

    def send(self, request: httpx2.Request) -> httpx2.Response:
        """See `serving.Desk.send`."""
        return self.caller.http.send(request)

    def receipt(self, answer: httpx2.Response, *, claims: Claims) -> dict[str, str]:
        """See `serving.Desk.receipt`. The label is read back; where it does not show, the status says so."""
        body = json_of(answer)
        if answer.is_success:
            media_id = str(body.get("id") or "")
            if not media_id.isdigit():
                raise refusal("unknown", "no_receipt", "Instagram answered without the id of a post; it may be live.")
            return {"platform_id": media_id, **self._shown(claims.account_handle, media_id)}
        found = errors.said(status=answer.status_code, body=body)
        words = errors.sentence(status=answer.status_code, body=body, found=found)
        raise refusal(found.means, found.code, words, until=reading.until(found))

    def _shown(self, handle: str, media_id: str) -> dict[str, str]:
        fields = {"fields": "permalink,is_ai_generated"}
        try:
            shown = self.caller.asked(handle, "GET", f"/{media_id}", scope=PUBLISHING, params=fields)
        except ToolError as unread:  # it is live all the same
            logger.warning("what was published as %s could not be read back: %s", media_id, unread)
            return {"url": "", "status": "published, not read back"}
        label = "published" if shown.get("is_ai_generated") is True else "published, label not shown"
        if label != "published":
            logger.error("Instagram does not show the AI label of %s", media_id)
        return {"url": str(shown.get("permalink") or ""), "status": label}


def _server(*, desk: Callable[[], Desk]) -> MCPServer:
    words = "Publishes on Instagram under a grant."
    server = MCPServer(NAMES[0], version="1.0.0", instructions=words, log_level="WARNING")

    @server.tool(title="Prepare a post", annotations=PREPARES)
    def prepare_post(payload: dict[str, Any], grant: str, idempotency_key: str) -> dict[str, str]:
        """Make a labelled container for an approved post and wait until it is ready. Shows to nobody."""
        return desk().prepare(payload=payload, grant=grant, idempotency_key=idempotency_key)

    @server.tool(title="Publish a prepared post", annotations=PUBLISHES)
    def publish_post(payload: dict[str, Any], grant: str, idempotency_key: str, stage: str) -> dict[str, str]:
        """Publish the container that was prepared for this payload. The grant is single-use and bound to it."""
        return desk().publish(payload=payload, grant=grant, idempotency_key=idempotency_key, stage=stage)

    @server.tool(title="List an account's posts", annotations=READS)
    def list_posts(account: str, before: int = 0) -> dict[str, Any]:
        """What an account has posted, newest first. Changes nothing and needs no grant."""
        return reading.listed(desk().caller, account=account, before=before)

    @server.tool(title="How a container stands", annotations=READS)
    def container_status(account: str, container: str) -> dict[str, str]:
        """Whether a container was published. Changes nothing and needs no grant."""
        return reading.container(desk().caller, account=account, name=container)

    @server.tool(title="How many posts an account may publish", annotations=READS)
    def publishing_limit(account: str) -> dict[str, int]:
        """What Instagram says of an account's day. Changes nothing and needs no grant."""
        return reading.limit(desk().caller, account=account)

    return server


def declared() -> list[dict[str, Any]]:
    """The tools of this server as it lists them, for the lock file beside this module; nothing is served."""

    def nobody() -> Desk:
        raise RuntimeError("this server only says which tools it has")

    return [facts(tool) for tool in asyncio.run(_server(desk=nobody).list_tools())]


def app_of(chosen: Mapping[str, str]) -> App:
    """The developer app that `settings.CONNECTORS["instagram"]` names. Raises ValueError where none is named."""
    if not chosen["client_id"] or not chosen["client_secret"]:
        raise ValueError(
            "Instagram's connector needs the id and secret of a developer app; "
            "set INSTAGRAM_CLIENT_ID, INSTAGRAM_CLIENT_SECRET."
        )
    return App(
        client_id=chosen["client_id"],
        client_secret=chosen["client_secret"],
        api=chosen["api_url"],
        site=chosen["platform_url"],
        token_url=chosen["token_url"],
    )


def build(
    *, gate: Gate, chosen: Mapping[str, str], media: Callable[[str], bytes], audience: str = "instagram"
) -> Starlette:
    """The connector as an ASGI app, see `serving.app`. `media(sha256)` returns the bytes of an image.

    `chosen` is `settings.CONNECTORS["instagram"]`. The HTTP client to Instagram lives as long as the app.
    """
    app = app_of(chosen)
    if not chosen["media_url"].startswith(("http://", "https://")):
        raise ValueError("Instagram fetches pictures itself; set INSTAGRAM_MEDIA_URL to where it reaches this process.")
    key = hashlib.sha256(f"chimera instagram {app.client_secret}".encode()).digest()
    http = httpx2.Client(base_url=app.api, timeout=PLATFORM_TIMEOUT_S, trust_env=False)
    caller = Caller(http=http, app=app)
    shelf = Shelf(base=chosen["media_url"], key=key, media=media)
    desk = Desk(
        gate=gate,
        caller=caller,
        maker=Maker(caller=caller, shelf=shelf, key=key, made={}),
        media=media,
        audience=audience,
    )
    server = _server(desk=lambda: desk)

    @server.custom_route("/media/{name}", methods=["GET"])
    async def picture(request: Request) -> Response:
        asked = request.query_params
        until = asked.get("until", "")
        if not (until.isascii() and until.isdigit() and len(until) < 12):
            return PlainTextResponse("no such picture", 404)
        found = await run_in_threadpool(shelf.shown, request.path_params["name"], until, asked.get("mark", ""))
        if found is None:
            return PlainTextResponse("no such picture", 404)
        return Response(found, media_type="image/jpeg", headers={"Cache-Control": "no-store"})

    return serving.app(server, service_token=chosen["service_token"], close=http.close, open_paths=("/media/",))
