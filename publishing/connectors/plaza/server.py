"""The connector process of Plaza: an MCP server that holds the platform's token and the gate to it.

`publish_post` verifies the grant, brings the media, consumes the grant and only then posts: see `serving`. What
lists or reads changes nothing and needs no grant. Runs as a process of its own; imported by nothing else.

Requirements: PUB-1, PUB-2, PUB-3, PUB-4, MCP-1, ENG-1.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx2
from mcp.server import MCPServer
from starlette.applications import Starlette

from chimera.core import tls
from chimera.core.mcp.wire import facts
from publishing.connectors import removing, serving
from publishing.connectors.media import Opens, approved_film, is_video, opened, video_of
from publishing.connectors.plaza import figures, reading
from publishing.connectors.plaza.client import VIDEO
from publishing.connectors.removing import DELETES
from publishing.connectors.serving import PLATFORM_TIMEOUT_S, PUBLISHES, READS, Claims, Gate, refusal

logger = logging.getLogger(__name__)

POST_ID = re.compile(r"[0-9a-f]{16}")
NAMES = ("plaza", "plaza-b", "plaza-c")  # who is served: the platform, and the same one as other classes


def _told(response: httpx2.Response) -> tuple[str, str]:
    """Code and sentence of a problem+json answer, or the bare status."""
    try:
        problem = response.json()
        return str(problem["code"])[:60], str(problem.get("detail") or problem["title"])[:300]
    except (ValueError, KeyError, TypeError):
        return f"http_{response.status_code}", f"Plaza answered HTTP {response.status_code}."


@dataclass(frozen=True, kw_only=True)
class Desk(removing.Desk):
    """Plaza's: one HTTP client with the platform's token."""

    title: ClassVar[str] = "Plaza"
    http: httpx2.Client

    def prepared(self, *, payload: dict[str, Any], claims: Claims, idempotency_key: str, stage: str) -> httpx2.Request:
        """See `serving.Desk.prepared`."""
        shown = payload.get("media") or []
        video_of(payload)  # one video, or pictures
        post = {
            "account": claims.account_handle,
            "text": payload.get("text", ""),
            "media": [self._uploaded(item) for item in shown],
            "ai_generated": True,
            **({"reply_to": payload["reply_to"]} if payload.get("reply_to") else {}),
        }
        headers = {"Idempotency-Key": idempotency_key}
        return self.http.build_request("POST", "/api/v1/posts", json=post, headers=headers)

    def _uploaded(self, item: dict[str, Any]) -> dict[str, str]:
        """Bring one medium to the platform. By its hash, so that doing it again changes nothing."""
        if is_video(item):
            with opened(self.media, str(item["sha256"])) as file:
                film = approved_film(file, str(item["sha256"]), VIDEO, self.title)
                media_id = self._brought(film.all(file), kind="video/mp4", size=film.size, what="a video")
        else:
            content, kind = self.image(item)
            media_id = self._brought(content, kind=kind, size=len(content), what="an image")
        return {"id": media_id, "alt": str(item.get("alt") or "")}

    def _brought(self, content: bytes | Iterator[bytes], *, kind: str, size: int, what: str) -> str:
        headers = {"Content-Type": kind, "Content-Length": str(size)}
        try:
            answer = self.http.post("/api/v1/media", content=content, headers=headers)
        except httpx2.TransportError as error:
            sentence = f"The connection to Plaza failed while {what} was brought ({type(error).__name__})."
            raise refusal("not_sent", "media_failed", sentence) from error
        if 400 <= answer.status_code < 500 and answer.status_code != 429:
            raise refusal("rejected", *_told(answer))
        if not answer.is_success:
            raise refusal("not_sent", *_told(answer))
        return str(answer.json()["media_id"])

    def send(self, request: httpx2.Request) -> httpx2.Response:
        """See `serving.Desk.send`."""
        return self.http.send(request)

    def receipt(self, answer: httpx2.Response, *, claims: Claims) -> dict[str, str]:
        """See `serving.Desk.receipt`."""
        if answer.status_code == 429:
            # Nothing was accepted and later is another answer: that is "ask again", not a verdict on the post.
            raise refusal("not_sent", *_told(answer))
        if answer.status_code == 409 and _told(answer)[0] == "duplicate_post":
            # "I have this already" is no refusal of this post: an earlier send of it may be the one that it has.
            raise refusal("unknown", *_told(answer))
        if 400 <= answer.status_code < 500:
            raise refusal("rejected", *_told(answer))
        try:
            post = answer.raise_for_status().json()
            return {"platform_id": str(post["id"]), "url": str(post["url"]), "status": str(post["status"])}
        except (httpx2.HTTPStatusError, ValueError, KeyError, TypeError) as error:
            sentence = f"Plaza answered HTTP {answer.status_code} and no receipt; the post may be live."
            raise refusal("unknown", "no_receipt", sentence) from error

    def removal(self, *, platform_id: str, claims: Claims) -> httpx2.Request:
        """See `removing.Desk.removal`. Plaza deletes only what this account posted."""
        if not POST_ID.fullmatch(platform_id):
            raise refusal("rejected", "bad_id", "What is to be deleted is no id of a post on Plaza.")
        params = {"account": claims.account_handle}
        return self.http.build_request("DELETE", f"/api/v1/posts/{platform_id}", params=params)

    def removed(self, answer: httpx2.Response) -> str:
        """See `removing.Desk.removed`."""
        if answer.status_code == 404:
            return "gone"
        if answer.status_code in reading.LATER:
            raise refusal("not_sent", *_told(answer))
        if 400 <= answer.status_code < 500:
            raise refusal("rejected", *_told(answer))
        try:
            if answer.raise_for_status().json()["status"] == "removed":
                return "deleted"
        except (httpx2.HTTPStatusError, ValueError, KeyError, TypeError):
            logger.info("Plaza answered a deletion with HTTP %s", answer.status_code)
        raise refusal("unknown", "no_receipt", f"Plaza answered HTTP {answer.status_code} and not that it is gone.")


def _server(*, audience: str, desk: Callable[[], Desk]) -> MCPServer:
    server = MCPServer(audience, version="1.0.0", instructions="Publishes on Plaza under a grant.", log_level="WARNING")

    @server.tool(
        title="Publish a post",
        annotations=PUBLISHES,
    )
    def publish_post(payload: dict[str, Any], grant: str, idempotency_key: str) -> dict[str, str]:
        """Publish one approved, labelled post on Plaza. The grant is single-use and bound to this payload."""
        return desk().publish(payload=payload, grant=grant, idempotency_key=idempotency_key)

    @server.tool(title="Delete a post", annotations=DELETES)
    def delete_post(payload: dict[str, Any], grant: str, idempotency_key: str) -> dict[str, str]:
        """Take down one post of ours on Plaza. The grant is single-use, for deleting, and bound to this payload."""
        return desk().take_down(payload=payload, grant=grant, idempotency_key=idempotency_key)

    @server.tool(
        title="List an account's posts",
        annotations=READS,
    )
    def list_posts(account: str, before: int = 0) -> dict[str, Any]:
        """What an account has posted, newest first, a page at a time. Changes nothing and needs no grant."""
        return reading.listed(desk().http, account=account, before=before)

    @server.tool(
        title="List mentions of accounts",
        annotations=READS,
    )
    def list_mentions(accounts: list[str], after: int = 0) -> dict[str, Any]:
        """What others said to these accounts, oldest first, a page at a time. Changes nothing and needs no grant."""
        return reading.mentioned(desk().http, accounts=accounts, after=after)

    @server.tool(title="Read the figures of posts", annotations=READS)
    def read_figures(account: str, ids: list[str]) -> dict[str, Any]:
        """How posts of an account do, by their ids, at most 100 at once. Changes nothing and needs no grant."""
        return figures.measured(desk().http, ids=ids)

    return server


def declared() -> list[dict[str, Any]]:
    """The tools of these servers as they list them, for the lock file beside this module; nothing is served."""

    def nobody() -> Desk:
        raise RuntimeError("this server only says which tools it has")

    return [facts(tool) for tool in asyncio.run(_server(audience=NAMES[0], desk=nobody).list_tools())]


def build(*, gate: Gate, chosen: Mapping[str, str], media: Opens, audience: str = "plaza") -> Starlette:
    """The connector as an ASGI app, see `serving.app`. `media(sha256)` opens an image or a video.

    `chosen` is what `settings.CONNECTORS` says of it. The HTTP client to Plaza lives as long as the app.
    """
    if not chosen["platform_token"]:
        raise ValueError("Plaza's connector needs a platform token; set PLAZA_TOKEN.")
    own = {"Authorization": f"Bearer {chosen['platform_token']}"}
    http = httpx2.Client(
        base_url=chosen["platform_url"], headers=own, timeout=PLATFORM_TIMEOUT_S, trust_env=False, verify=tls.context()
    )
    desk = Desk(gate=gate, http=http, media=media, audience=audience)
    server = _server(audience=audience, desk=lambda: desk)
    return serving.app(server, service_token=chosen["service_token"], close=http.close)
