"""The connector process of X: an MCP server that holds the tokens of its accounts and the gate to them.

`publish_post` verifies the grant, brings the pictures, consumes the grant and only then posts, labelled: see `serving`.
A video is brought by `prepare_post`, over as many calls as it needs; nothing shows by that. What lists or reads changes
nothing and needs no grant. Runs as a process of its own; imported by nothing else.

Requirements: PUB-1, PUB-2, PUB-3, PUB-4, MCP-1, ENG-1.
"""

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx2
from mcp.server import MCPServer
from starlette.applications import Starlette

from chimera.core import canonical, tls
from chimera.core.errors import Unavailable
from chimera.core.mcp.wire import facts
from publishing.connectors import media, removing, ringing, serving
from publishing.connectors.media import Opens
from publishing.connectors.removing import DELETES
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
from publishing.connectors.x import errors, figures, hiding, reading, uploads, usage, videos
from publishing.connectors.x.calling import Caller, json_of
from publishing.connectors.x.oauth import App
from publishing.connectors.x.videos import Bringer, Bringing
from publishing.connectors.x.webhooks import XDoor
from publishing.credentials.services import NoSuchAccount, NotConnected

NAMES = ("x",)
SCOPE = "tweet.write"


@dataclass(frozen=True, kw_only=True)
class Desk(removing.Desk):
    """X's: calls are made as the account that the grant is for."""

    title: ClassVar[str] = "X"
    caller: Caller
    bringer: Bringer

    def prepare(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, stage: str) -> dict[str, str]:
        """Bring the video of a post, as far as one call gets. The grant is looked at and stays good."""
        ends = time.monotonic() + videos.WORK_S_MAX
        with preparing():
            claims = self.checked(payload, grant, idempotency_key)
            item = media.video_of(payload)
            if item is None:
                raise refusal("rejected", "no_media", "Only a post with a video is prepared; publish this one.")
            with reaching(), media.opened(self.media, str(item["sha256"])) as file:
                self.caller.sign_in(claims.account_handle, scope=SCOPE)
                bringing = Bringing(
                    handle=claims.account_handle,
                    digest=canonical.digest(payload),
                    file=file,
                    film=self.bringer.known(file, str(item["sha256"])),
                    alt=str(item.get("alt") or ""),
                    ends=ends,
                )
                return self.bringer.stage(bringing, shown=stage)

    def prepared(self, *, payload: dict[str, Any], claims: Claims, idempotency_key: str, stage: str) -> httpx2.Request:
        """See `serving.Desk.prepared`. The labels come from what was approved; X has no key for repeated requests."""
        handle = claims.account_handle
        if claims.action == "hide":
            with reaching("the hiding"):
                return hiding.request(self.caller, payload=payload, handle=handle)
        is_paid = payload.get("sponsorship", "none") != "none"
        if is_paid and payload.get("paid_partnership") is not True:
            raise refusal("rejected", "no_disclosure", "The work is paid and paid_partnership is not set.")
        with reaching():
            # The pictures first: a token lasts for a while, and the one that is used was asked for last.
            brought = self._brought(handle, payload, stage)
            signed = self.caller.sign_in(handle, scope=SCOPE)
        post = {
            "text": payload.get("text", ""),
            "made_with_ai": True,
            **({"paid_partnership": True} if is_paid else {}),
            **({"media": {"media_ids": brought}} if brought else {}),
            **({"reply": {"in_reply_to_tweet_id": str(payload["reply_to"])}} if payload.get("reply_to") else {}),
        }
        return self.caller.http.build_request("POST", "/2/tweets", json=post, extensions={"as": (handle, signed)})

    def _brought(self, handle: str, payload: dict[str, Any], stage: str) -> list[str]:
        if media.video_of(payload) is not None:
            return [self.bringer.opened(shown=stage, digest=canonical.digest(payload))]
        return [self._uploaded(handle, item) for item in payload.get("media") or []]

    def _uploaded(self, handle: str, item: dict[str, Any]) -> str:
        content, kind = self.image(item)
        return uploads.brought(self.caller, handle, content=content, kind=kind, alt=str(item.get("alt") or ""))

    def send(self, request: httpx2.Request) -> httpx2.Response:
        """See `serving.Desk.send`."""
        handle, signed = request.extensions["as"]
        try:
            return self.caller.http.send(request, auth=self.caller.auth(handle, scope=SCOPE, signed=signed))
        except (NotConnected, NoSuchAccount) as error:  # X said 401, so it did nothing, and gives no new token
            raise refusal("rejected", "unauthorized", str(error)) from error

    def receipt(self, answer: httpx2.Response, *, claims: Claims) -> dict[str, str]:
        """See `serving.Desk.receipt`."""
        if answer.request.extensions.get("hides"):
            return hiding.hidden(answer)
        body = json_of(answer)
        if answer.is_success:
            post_id = str((body.get("data") or {}).get("id") or "")
            if post_id.isdigit():
                url = f"{self.caller.app.site.rstrip('/')}/{claims.account_handle}/status/{post_id}"
                return {"platform_id": post_id, "url": url, "status": "published"}
            raise refusal("unknown", "no_receipt", "X answered without the id of a post; it may be live.")
        found = errors.said(status=answer.status_code, body=body)
        sentence = errors.sentence(status=answer.status_code, body=body, found=found)
        resets = errors.resets_at(answer.headers) if found is errors.RATE_LIMITED else None
        more = f" Its window ends at {resets:%H:%M:%S} UTC." if resets else ""
        whole_app = errors.is_of_the_app(answer.headers)
        raise refusal(found.means, found.code, sentence + more, until=resets, whole_app=whole_app)

    def removal(self, *, platform_id: str, claims: Claims) -> httpx2.Request:
        """See `removing.Desk.removal`. Row X-27."""
        if not (platform_id.isascii() and platform_id.isdigit() and len(platform_id) <= 20):
            raise refusal("rejected", "bad_id", "What is to be deleted is no id of a post on X.")
        handle = claims.account_handle
        with reaching("the deletion"):
            signed = self.caller.sign_in(handle, scope=SCOPE)
        return self.caller.http.build_request("DELETE", f"/2/tweets/{platform_id}", extensions={"as": (handle, signed)})

    def removed(self, answer: httpx2.Response) -> str:
        """See `removing.Desk.removed`. A post that X does not find is gone."""
        body = json_of(answer)
        if answer.is_success:
            if (body.get("data") or {}).get("deleted") is True:
                return "deleted"
            raise refusal("unknown", "no_receipt", "X answered and did not say that the post is deleted.")
        found = errors.said(status=answer.status_code, body=body)
        if answer.status_code == 404 and found is errors.GONE:
            return "gone"
        sentence = errors.sentence(status=answer.status_code, body=body, found=found)
        raise refusal(found.means, found.code, sentence)


@contextlib.contextmanager
def reaching(what: str = "the post") -> Iterator[None]:
    """What keeps X from being reached before it is begun, as a refusal."""
    try:
        yield
    except (NotConnected, NoSuchAccount) as error:
        raise refusal("rejected", "unauthorized", str(error)) from error
    except (Unavailable, httpx2.TransportError) as error:
        sentence = f"X could not be reached before {what} was begun ({type(error).__name__})."
        raise refusal("not_sent", "unreachable", sentence) from error


def _server(*, desk: Callable[[], Desk]) -> MCPServer:
    server = MCPServer(NAMES[0], version="1.0.0", instructions="Publishes on X under a grant.", log_level="WARNING")

    @server.tool(title="Prepare a post", annotations=PREPARES)
    def prepare_post(payload: dict[str, Any], grant: str, idempotency_key: str, stage: str = "") -> dict[str, str]:
        """Bring the video of an approved post to X, or go on with it. Shows to nobody."""
        return desk().prepare(payload=payload, grant=grant, idempotency_key=idempotency_key, stage=stage)

    @server.tool(title="Publish a post", annotations=PUBLISHES)
    def publish_post(payload: dict[str, Any], grant: str, idempotency_key: str, stage: str = "") -> dict[str, str]:
        """Publish one approved, labelled post on X. The grant is single-use and bound to this payload."""
        return desk().publish(payload=payload, grant=grant, idempotency_key=idempotency_key, stage=stage)

    @server.tool(title="Delete a post", annotations=DELETES)
    def delete_post(payload: dict[str, Any], grant: str, idempotency_key: str) -> dict[str, str]:
        """Take down one post of ours on X. The grant is single-use, for deleting, and bound to this payload."""
        return desk().take_down(payload=payload, grant=grant, idempotency_key=idempotency_key)

    @server.tool(title="Hide a reply", annotations=PUBLISHES)
    def hide_comment(payload: dict[str, Any], grant: str, idempotency_key: str) -> dict[str, str]:
        """Hide one reply in a conversation that an account began. The grant is single-use and bound to this payload."""
        return desk().publish(payload=payload, grant=grant, idempotency_key=idempotency_key, action="hide")

    @server.tool(title="List an account's posts", annotations=READS)
    def list_posts(account: str, before: int = 0) -> dict[str, Any]:
        """What an account has posted, newest first, a page at a time. Changes nothing and needs no grant."""
        return reading.listed(desk().caller, account=account, before=before)

    @server.tool(title="List mentions of accounts", annotations=READS)
    def list_mentions(accounts: list[str], after: int = 0) -> dict[str, Any]:
        """What others said to these accounts, oldest first. Changes nothing and needs no grant."""
        return reading.mentioned(desk().caller, accounts=accounts, after=after)

    @server.tool(title="Read the figures of posts", annotations=READS)
    def read_figures(account: str, ids: list[str]) -> dict[str, Any]:
        """How posts of an account do, by their ids, at most 100 at once. Changes nothing and needs no grant."""
        return figures.measured(desk().caller, account=account, ids=ids)

    @server.tool(title="Read the app's usage", annotations=READS)
    def read_usage() -> dict[str, int]:
        """How many posts the app has read this month, and its cap. Changes nothing and needs no grant."""
        return usage.read(desk().caller)

    return server


def declared() -> list[dict[str, Any]]:
    """The tools of this server as it lists them, for the lock file beside this module; nothing is served."""

    def nobody() -> Desk:
        raise RuntimeError("this server only says which tools it has")

    return [facts(tool) for tool in asyncio.run(_server(desk=nobody).list_tools())]


def app_of(chosen: Mapping[str, str]) -> App:
    """The developer app that `settings.CONNECTORS["x"]` names. Raises ValueError where none is named."""
    if not chosen["client_id"] or not chosen["client_secret"]:
        raise ValueError("X's connector needs the id and secret of a developer app; set X_CLIENT_ID, X_CLIENT_SECRET.")
    return App(
        client_id=chosen["client_id"],
        client_secret=chosen["client_secret"],
        api=chosen["api_url"],
        site=chosen["platform_url"],
        bearer=chosen.get("bearer_token", ""),
    )


def build(*, gate: Gate, chosen: Mapping[str, str], media: Opens, audience: str = "x") -> Starlette:
    """The connector as an ASGI app, see `serving.app`. `media(sha256)` opens an image or a video.

    `chosen` is `settings.CONNECTORS["x"]`. The HTTP client to X lives as long as the app.
    """
    app = app_of(chosen)
    http = httpx2.Client(base_url=app.api, timeout=PLATFORM_TIMEOUT_S, trust_env=False, verify=tls.context())
    caller = Caller(http=http, app=app)
    key = hashlib.sha256(f"chimera x {app.client_secret}".encode()).digest()
    bringer = Bringer(caller=caller, key=key, made={})
    desk = Desk(gate=gate, caller=caller, bringer=bringer, media=media, audience=audience)
    server = _server(desk=lambda: desk)
    open_paths = ringing.mount(server, door=XDoor(secret=chosen.get("webhook_secret", "")))
    return serving.app(server, service_token=chosen["service_token"], close=http.close, open_paths=open_paths)
