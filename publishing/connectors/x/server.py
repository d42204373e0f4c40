"""The connector process of X: an MCP server that holds the tokens of its accounts and the gate to them.

`publish_post` verifies the grant, brings the media, consumes the grant and only then posts, labelled: see `serving`.
`list_posts` and `list_mentions` only read and need no grant. Runs as a process of its own; imported by nothing else.

Requirements: PUB-1, PUB-2, PUB-3, PUB-4, MCP-1, ENG-1.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx2
from mcp.server import MCPServer
from starlette.applications import Starlette

from chimera.core.errors import Unavailable
from chimera.core.mcp.wire import facts
from publishing.connectors import serving
from publishing.connectors.serving import PLATFORM_TIMEOUT_S, PUBLISHES, READS, Claims, Gate, refusal
from publishing.connectors.x import errors, reading, uploads
from publishing.connectors.x.calling import Caller, json_of
from publishing.connectors.x.oauth import App
from publishing.credentials.services import NoSuchAccount, NotConnected

NAMES = ("x",)
SCOPE = "tweet.write"


@dataclass(frozen=True, kw_only=True)
class Desk(serving.Desk):
    """X's: calls are made as the account that the grant is for."""

    title: ClassVar[str] = "X"
    caller: Caller

    def prepared(self, *, payload: dict[str, Any], claims: Claims, idempotency_key: str, stage: str) -> httpx2.Request:
        """See `serving.Desk.prepared`. The labels come from what was approved; X has no key for repeated requests."""
        handle = claims.account_handle
        is_paid = payload.get("sponsorship", "none") != "none"
        if is_paid and payload.get("paid_partnership") is not True:
            raise refusal("rejected", "no_disclosure", "The work is paid and paid_partnership is not set.")
        try:
            self.caller.sign_in(handle, scope=SCOPE)
            media = [self._uploaded(handle, item) for item in payload.get("media") or []]
        except (NotConnected, NoSuchAccount) as error:
            raise refusal("rejected", "unauthorized", str(error)) from error
        except (Unavailable, httpx2.TransportError) as error:
            sentence = f"X could not be reached before the post was begun ({type(error).__name__})."
            raise refusal("not_sent", "unreachable", sentence) from error
        post = {
            "text": payload.get("text", ""),
            "made_with_ai": True,
            **({"paid_partnership": True} if is_paid else {}),
            **({"media": {"media_ids": media}} if media else {}),
            **({"reply": {"in_reply_to_tweet_id": str(payload["reply_to"])}} if payload.get("reply_to") else {}),
        }
        return self.caller.http.build_request("POST", "/2/tweets", json=post, extensions={"handle": handle})

    def _uploaded(self, handle: str, item: dict[str, Any]) -> str:
        content, kind = self.image(item)
        return uploads.brought(self.caller, handle, content=content, kind=kind, alt=str(item.get("alt") or ""))

    def send(self, request: httpx2.Request) -> httpx2.Response:
        """See `serving.Desk.send`."""
        handle = request.extensions["handle"]
        try:
            return self.caller.http.send(request, auth=self.caller.auth(handle, scope=SCOPE))
        except (NotConnected, NoSuchAccount) as error:  # X said 401, so it did nothing, and gives no new token
            raise refusal("rejected", "unauthorized", str(error)) from error

    def receipt(self, answer: httpx2.Response, *, claims: Claims) -> dict[str, str]:
        """See `serving.Desk.receipt`."""
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


def _server(*, desk: Callable[[], Desk]) -> MCPServer:
    server = MCPServer(NAMES[0], version="1.0.0", instructions="Publishes on X under a grant.", log_level="WARNING")

    @server.tool(title="Publish a post", annotations=PUBLISHES)
    def publish_post(payload: dict[str, Any], grant: str, idempotency_key: str) -> dict[str, str]:
        """Publish one approved, labelled post on X. The grant is single-use and bound to this payload."""
        return desk().publish(payload=payload, grant=grant, idempotency_key=idempotency_key)

    @server.tool(title="List an account's posts", annotations=READS)
    def list_posts(account: str, before: int = 0) -> dict[str, Any]:
        """What an account has posted, newest first, a page at a time. Changes nothing and needs no grant."""
        return reading.listed(desk().caller, account=account, before=before)

    @server.tool(title="List mentions of accounts", annotations=READS)
    def list_mentions(accounts: list[str], after: int = 0) -> dict[str, Any]:
        """What others said to these accounts, oldest first. Changes nothing and needs no grant."""
        return reading.mentioned(desk().caller, accounts=accounts, after=after)

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
    )


def build(*, gate: Gate, chosen: Mapping[str, str], media: Callable[[str], bytes], audience: str = "x") -> Starlette:
    """The connector as an ASGI app, see `serving.app`. `media(sha256)` returns the bytes of an image.

    `chosen` is `settings.CONNECTORS["x"]`. The HTTP client to X lives as long as the app.
    """
    app = app_of(chosen)
    http = httpx2.Client(base_url=app.api, timeout=PLATFORM_TIMEOUT_S, trust_env=False)
    desk = Desk(gate=gate, caller=Caller(http=http, app=app), media=media, audience=audience)
    return serving.app(_server(desk=lambda: desk), service_token=chosen["service_token"], close=http.close)
