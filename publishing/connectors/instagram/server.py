"""The connector process of Instagram: an MCP server that holds the tokens of its accounts and the gate to them.

`prepare_post` makes a container, labelled, and waits until it is ready; nothing shows by it. `publish_post` verifies
the grant, consumes it and has exactly that container published, or answers one comment: see `serving`. The other tools
only read. Instagram fetches what they show from /media/. Runs as a process of its own; imported by nothing else.

Requirements: PUB-1, PUB-2, PUB-3, PUB-4, MCP-1, ENG-1.
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx2
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from chimera.core import storage, tls
from chimera.core.mcp.wire import facts
from publishing.connectors import removing, ringing, serving
from publishing.connectors.instagram import comments, errors, figures, pictures, reading
from publishing.connectors.instagram.calling import PUBLISHING, Caller, bearer, json_of
from publishing.connectors.instagram.client import REELS
from publishing.connectors.instagram.containers import Maker
from publishing.connectors.instagram.oauth import App
from publishing.connectors.instagram.pictures import Shelf
from publishing.connectors.instagram.webhooks import InstagramDoor
from publishing.connectors.media import Opens, approved_film, opened, video_of
from publishing.connectors.ranges import streamed
from publishing.connectors.removing import DELETES
from publishing.connectors.reversing import CANNOT
from publishing.connectors.serving import (
    PLATFORM_TIMEOUT_S,
    PREPARES,
    PUBLISHES,
    READS,
    Claims,
    Gate,
    preparing,
    refusal,
)

NAMES = ("instagram",)
# "Unsupported request", "no such method", "no permission": Meta does not confirm that published media can be deleted by
# software, and says one of these where they cannot. 100/33 may also mean that nothing is there; that is read.
UNSUPPORTED = (3, 10, 100, 200)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Desk(removing.Desk):
    """Instagram's: calls are made as the account that the grant is for."""

    title: ClassVar[str] = "Instagram"
    brings_media: ClassVar[bool] = False  # it was fetched when the container was made
    reads_back: ClassVar[bool] = True
    caller: Caller
    maker: Maker

    def prepare(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, stage: str) -> dict[str, str]:
        """A container for this payload, as far as it is: see `stages.told`. The grant is looked at and stays good."""
        with preparing():
            claims = self.checked(payload, grant, idempotency_key)
            self._look_at_media(payload)
            return self.maker.stage(payload=payload, handle=claims.account_handle, shown=stage)

    def _look_at_media(self, payload: dict[str, Any]) -> None:
        """Whether they are what was approved and what Instagram takes. Raises a refusal."""
        if (video := video_of(payload)) is not None:
            with opened(self.media, str(video["sha256"])) as file:
                approved_film(file, str(video["sha256"]), REELS, self.title)
            return
        try:
            for item in payload.get("media") or []:
                self.maker.shelf.keep(str(item["sha256"]), pictures.as_jpeg(self.image(item)[0]))
        except pictures.Unfit as error:
            raise refusal("rejected", "media_refused", f"A picture does not fit Instagram: {error}.") from error

    def prepared(self, *, payload: dict[str, Any], claims: Claims, idempotency_key: str, stage: str) -> httpx2.Request:
        """See `serving.Desk.prepared`. An answer to a comment needs no container."""
        if claims.action == "hide":
            return comments.hiding(self.caller, payload=payload, handle=claims.account_handle)
        if payload.get("reply_to"):
            return comments.request(self.caller, payload=payload, handle=claims.account_handle)
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
        """See `serving.Desk.receipt`."""
        body = json_of(answer)
        if answer.is_success and answer.request.extensions.get("hides"):
            return comments.hidden(self.caller, answer)
        if answer.is_success:
            media_id = str(body.get("id") or "")
            if not media_id.isdigit():
                raise refusal("unknown", "no_receipt", "Instagram answered without the id of a post; it may be live.")
            return {"platform_id": media_id, "url": "", "status": "published, not read back"}
        found = errors.said(status=answer.status_code, body=body)
        words = errors.sentence(status=answer.status_code, body=body, found=found)
        raise refusal(found.means, found.code, words, until=reading.until(found))

    def read_back(self, receipt: dict[str, str], *, answer: httpx2.Response, claims: Claims) -> dict[str, str]:
        """See `serving.Desk.read_back`. Where the label does not show the status says so."""
        name, asked = receipt["platform_id"], answer.request.extensions
        if asked.get("hides"):
            return receipt
        if answers := asked.get("answers"):
            url, status = comments.read_back(
                self.caller, handle=answers["handle"], comment_id=name, text=answers["text"], after=answer.request
            )
            return {"platform_id": name, "url": url, "status": status}
        return {"platform_id": name, **self._shown(claims.account_handle, name, answer.request)}

    def _shown(self, handle: str, media_id: str, after: httpx2.Request) -> dict[str, str]:
        fields = {"fields": "permalink,is_ai_generated"}
        try:
            shown = self.caller.asked(handle, "GET", f"/{media_id}", scope=PUBLISHING, after=after, params=fields)
        except ToolError as unread:  # it is live all the same
            logger.warning("what was published as %s could not be read back: %s", media_id, unread)
            return {"url": "", "status": "published, not read back"}
        label = "published" if shown.get("is_ai_generated") is True else "published, label not shown"
        if label != "published":
            logger.error("Instagram does not show the AI label of %s", media_id)
        return {"url": str(shown.get("permalink") or ""), "status": label}

    def removal(self, *, platform_id: str, claims: Claims) -> httpx2.Request:
        """See `removing.Desk.removal`. Row I-19: a try, which Meta's documentation does not confirm."""
        if not (platform_id.isascii() and platform_id.isdigit() and len(platform_id) <= 25):
            sentence = "The post is known by its address alone; Instagram deletes only by the number of a media."
            raise refusal("rejected", CANNOT, sentence)
        signed = self.caller.sign_in(claims.account_handle, scope=PUBLISHING)
        return self.caller.http.build_request("DELETE", f"/{platform_id}", headers=bearer(signed))

    def removed(self, answer: httpx2.Response) -> str:
        """See `removing.Desk.removed`."""
        body = json_of(answer)
        if answer.is_success:
            if body.get("success") is True:
                return "deleted"
            raise refusal("unknown", "no_receipt", "Instagram answered and did not say that the post is deleted.")
        error = body.get("error")
        if answer.status_code == 400 and isinstance(error, dict) and error.get("code") in UNSUPPORTED:
            sentence = f"Instagram does not delete this post for software: {str(error.get('message') or '')[:200]}"
            raise refusal("rejected", CANNOT, sentence)
        found = errors.said(status=answer.status_code, body=body)
        raise refusal(found.means, found.code, errors.sentence(status=answer.status_code, body=body, found=found))


def _server(*, desk: Callable[[], Desk]) -> MCPServer:
    words = "Publishes on Instagram under a grant."
    server = MCPServer(NAMES[0], version="1.0.0", instructions=words, log_level="WARNING")

    @server.tool(title="Prepare a post", annotations=PREPARES)
    def prepare_post(payload: dict[str, Any], grant: str, idempotency_key: str, stage: str = "") -> dict[str, str]:
        """Make a labelled container for an approved post, or go on waiting for one. Shows to nobody."""
        return desk().prepare(payload=payload, grant=grant, idempotency_key=idempotency_key, stage=stage)

    @server.tool(title="Publish a prepared post", annotations=PUBLISHES)
    def publish_post(payload: dict[str, Any], grant: str, idempotency_key: str, stage: str = "") -> dict[str, str]:
        """Publish the container that was prepared for this payload, or answer one comment. The grant is single-use."""
        return desk().publish(payload=payload, grant=grant, idempotency_key=idempotency_key, stage=stage)

    @server.tool(title="Delete a post", annotations=DELETES)
    def delete_post(payload: dict[str, Any], grant: str, idempotency_key: str) -> dict[str, str]:
        """Take down one post of ours, where Instagram lets software. The grant is single-use and bound to this."""
        return desk().take_down(payload=payload, grant=grant, idempotency_key=idempotency_key)

    @server.tool(title="List an account's posts", annotations=READS)
    def list_posts(account: str, before: int = 0) -> dict[str, Any]:
        """What an account has posted, newest first. Changes nothing and needs no grant."""
        return reading.listed(desk().caller, account=account, before=before)

    @server.tool(title="How a container stands", annotations=READS)
    def container_status(account: str, container: str) -> dict[str, str]:
        """Whether a container was published. Changes nothing and needs no grant."""
        return reading.container(desk().caller, account=account, name=container)

    @server.tool(title="Hide a comment", annotations=PUBLISHES)
    def hide_comment(payload: dict[str, Any], grant: str, idempotency_key: str) -> dict[str, str]:
        """Hide one comment below an account's own media. The grant is single-use and bound to this payload."""
        return desk().publish(payload=payload, grant=grant, idempotency_key=idempotency_key, action="hide")

    @server.tool(title="List comments for accounts", annotations=READS)
    def list_mentions(accounts: list[str], after: int = 0) -> dict[str, Any]:
        """What others said on these accounts' newest media, oldest first. Changes nothing and needs no grant."""
        return comments.heard(desk().caller, accounts=accounts, after=after)

    @server.tool(title="Show comments by their ids", annotations=READS)
    def show_mentions(account: str, ids: list[str]) -> dict[str, Any]:
        """The comments that deliveries named, as Instagram shows them now. Changes nothing and needs no grant."""
        return comments.named(desk().caller, account=account, comments=ids)

    @server.tool(title="List an account's answers to a comment", annotations=READS)
    def list_replies(account: str, comment: str) -> dict[str, Any]:
        """What an account itself answered to a comment. Changes nothing and needs no grant."""
        return comments.answers(desk().caller, account=account, comment=comment)

    @server.tool(title="Read the figures of posts", annotations=READS)
    def read_figures(account: str, ids: list[str]) -> dict[str, Any]:
        """How posts of an account do, by their ids, at most 20 at once. Changes nothing and needs no grant."""
        return figures.measured(desk().caller, account=account, ids=ids)

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


def showing(shelf: Shelf) -> Callable[[Request], Awaitable[Response]]:
    """The one path that Instagram reaches: a picture or a video behind a signed address, or nothing."""

    async def show(request: Request) -> Response:
        asked, name = request.query_params, request.path_params["name"]
        until, mark = asked.get("until", ""), asked.get("mark", "")
        if not (until.isascii() and until.isdigit() and len(until) < 12):
            return PlainTextResponse("no such media", 404)
        if name.endswith(f".{pictures.VIDEO}"):
            film = await run_in_threadpool(shelf.film, name, until, mark)
            return PlainTextResponse("no such media", 404) if film is None else streamed(request, film, "video/mp4")
        found = await run_in_threadpool(shelf.shown, name, until, mark)
        if found is None:
            return PlainTextResponse("no such media", 404)
        return Response(found, media_type="image/jpeg", headers={"Cache-Control": "no-store"})

    return show


def build(*, gate: Gate, chosen: Mapping[str, str], media: Opens, audience: str = "instagram") -> Starlette:
    """The connector as an ASGI app, see `serving.app`. `media(sha256)` opens an image or a video.

    `chosen` is `settings.CONNECTORS["instagram"]`. The HTTP client to Instagram lives as long as the app.
    """
    app = app_of(chosen)
    if not chosen["media_url"].startswith(("http://", "https://")):
        raise ValueError("Instagram fetches pictures itself; set INSTAGRAM_MEDIA_URL to where it reaches this process.")
    key = hashlib.sha256(f"chimera instagram {app.client_secret}".encode()).digest()
    http = httpx2.Client(base_url=app.api, timeout=PLATFORM_TIMEOUT_S, trust_env=False, verify=tls.context())
    caller = Caller(http=http, app=app)
    shelf = Shelf(base=chosen["media_url"], key=key, media=media, outside=storage.address)
    desk = Desk(
        gate=gate,
        caller=caller,
        maker=Maker(caller=caller, shelf=shelf, key=key, made={}),
        media=media,
        audience=audience,
    )
    server = _server(desk=lambda: desk)

    server.custom_route("/media/{name}", methods=["GET", "HEAD"])(showing(shelf))
    door = InstagramDoor(secret=app.client_secret, verify_token=chosen.get("webhook_token", ""))
    open_paths = ("/media/", *ringing.mount(server, door=door))
    return serving.app(server, service_token=chosen["service_token"], close=http.close, open_paths=open_paths)
