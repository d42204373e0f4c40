"""Plaza's API and pages as a Starlette app. Errors are problem+json with a code, as on real platforms.

`platform_class` makes it behave as platforms of other classes do: A keeps idempotency keys, B does not (what an account
posted can be listed, `lag_s` seconds late), C lists nothing either. Faults are in `faults.py`.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from publishing.simulators.plaza import faults as fault
from publishing.simulators.plaza import figures, films, pages
from publishing.simulators.plaza.forms import draft
from publishing.simulators.plaza.headers import SafeHeaders
from publishing.simulators.plaza.store import VIDEO, Problem, Store

IMAGE_BYTES_MAX = 5_000_000
BODY_BYTES_MAX = 64_000
LISTED_MAX = 100
HEARD_MAX = 500  # posts that one reading of mentions looks at
MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
CSS = (Path(__file__).parent / "plaza.css").read_bytes()


async def _body(request: Request, bytes_max: int) -> bytes:
    """The body, read no further than its limit."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > bytes_max:
            raise Problem(413, "too_large", f"The body is larger than {bytes_max} bytes.")
        parts.append(part)
    return b"".join(parts)


@dataclass(kw_only=True)
class _Plaza:
    """The endpoints of one simulator."""

    store: Store
    token: str
    faults: list[str] = field(default_factory=list)
    late_s: float = 3.0
    public_url: str = ""
    platform_class: str = "A"
    lag_s: float = 0.0

    def base_url(self, request: Request) -> str:
        return (self.public_url or str(request.base_url)).rstrip("/")

    def authorize(self, request: Request) -> None:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self.token}".encode()):
            ask = {"WWW-Authenticate": "Bearer"}
            raise Problem(401, "unauthorized", "A valid bearer token is needed.", headers=ask)

    async def add_media(self, request: Request) -> Response:
        self.authorize(request)
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind == VIDEO:
            media_id, size, is_new = await films.taken_in(request, self.store)
            return JSONResponse({"media_id": media_id, "bytes": size}, 201 if is_new else 200)
        if kind not in MAGIC:
            raise Problem(415, "media_type", "Only image/png, image/jpeg and video/mp4 can be uploaded.")
        content = await _body(request, IMAGE_BYTES_MAX)
        if not content.startswith(MAGIC[kind]):
            raise Problem(422, "media_invalid", f"The bytes are not {kind}.")
        media_id, is_new = await run_in_threadpool(self.store.add_media, content=content, kind=kind)
        return JSONResponse({"media_id": media_id, "bytes": len(content)}, 201 if is_new else 200)

    async def add_post(self, request: Request) -> Response:
        self.authorize(request)
        # Without keys every post is another one, whatever the caller sends along.
        key = request.headers.get("idempotency-key", "") if self.platform_class == "A" else secrets.token_hex()
        if not 1 <= len(key) <= 200:
            raise Problem(400, "key_missing", "An Idempotency-Key of 1 to 200 characters is needed.")
        body = await _body(request, BODY_BYTES_MAX)
        met = fault.taken(self.faults)
        if met == "drop_before_accept":
            return fault.Dropped()
        if met == "late":
            await asyncio.sleep(self.late_s)
        sent = draft(body)
        if met == "lie_ok":
            return fault.lie(draft=sent, base_url=self.base_url(request))
        answer, is_replay = await run_in_threadpool(
            self.store.add_post,
            draft=sent,
            key=key,
            body_hash=hashlib.sha256(repr(sent).encode()).hexdigest(),
            base_url=self.base_url(request),
        )
        told = fault.instead_of_the_answer(met)
        return told or JSONResponse(answer, 201, headers={"Idempotent-Replayed": "true"} if is_replay else None)

    async def list_posts(self, request: Request) -> Response:
        self.authorize(request)
        if self.platform_class == "C":
            raise Problem(404, "no_listing", "This platform does not list posts.")
        handle = request.query_params.get("account", "").removeprefix("@") or None
        posts = await run_in_threadpool(
            self.store.posts, handle=handle, before=_number(request, "before"), count_max=LISTED_MAX
        )
        shown = self.store.now() - timedelta(seconds=self.lag_s)
        there = [post for post in posts if datetime.fromisoformat(post["created_at"]) <= shown]
        base_url = self.base_url(request)
        found = [{**post, "url": f"{base_url}/p/{post['id']}"} for post in there]
        return JSONResponse({"posts": found, "next": posts[-1]["seq"] if len(posts) == LISTED_MAX else 0})

    async def list_mentions(self, request: Request) -> Response:
        self.authorize(request)
        if self.platform_class == "C":
            raise Problem(404, "no_listing", "This platform does not list mentions.")
        handles = [one.removeprefix("@") for one in request.query_params.get("accounts", "").split(",") if one]
        after = _number(request, "after") or 0
        found, position = await run_in_threadpool(
            self.store.mentions, handles=handles, after=after, count_max=HEARD_MAX
        )
        return JSONResponse({"mentions": found, "next": position, "more": position - after >= HEARD_MAX})

    async def figures(self, request: Request) -> Response:
        self.authorize(request)
        return await figures.told(request, self.store)

    async def order_figures(self, request: Request) -> Response:
        self.authorize(request)
        return await figures.order(request, self.store)

    async def order_faults(self, request: Request) -> Response:
        """For chaos runs on this machine: what the next posts will meet."""
        if not fault.is_here(request):
            raise Problem(404, "not_here", "There is nothing here.")
        self.authorize(request)
        self.faults += fault.ordered(await _body(request, BODY_BYTES_MAX))
        del self.faults[fault.QUEUE_MAX :]
        return JSONResponse({"waiting": len(self.faults)})

    async def get_post(self, request: Request) -> Response:
        self.authorize(request)
        found = await run_in_threadpool(self.store.post, post_id=request.path_params["post_id"])
        if found is None:
            raise Problem(404, "post_unknown", "There is no such post.")
        return JSONResponse({**found, "url": f"{self.base_url(request)}/p/{found['id']}"})

    async def delete_post(self, request: Request) -> Response:
        """Take down a post of an account. Again it answers the same; what was never there is unknown."""
        self.authorize(request)
        met = fault.taken(self.faults, deletes=True)
        if met == "drop_before_delete":
            return fault.Dropped()
        handle, post_id = request.query_params.get("account", "").removeprefix("@"), request.path_params["post_id"]
        if not await run_in_threadpool(self.store.remove_post, handle=handle, post_id=post_id):
            raise Problem(404, "post_unknown", f"@{handle[:40]} has no such post.")
        return fault.Dropped() if met else JSONResponse({"id": post_id, "status": "removed"})

    async def image(self, request: Request) -> Response:
        found = await run_in_threadpool(self.store.media, media_id=request.path_params["media_id"])
        if found is None:
            return PlainTextResponse("no such image", 404)
        # The address is the content's hash: it can never show anything else.
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        if isinstance(found[0], Path):  # a video, of which players ask for ranges
            return FileResponse(found[0], media_type=found[1], headers=headers)
        return Response(found[0], media_type=found[1], headers=headers)

    async def timeline(self, request: Request) -> Response:
        before = _number(request, "before")
        posts = await run_in_threadpool(self.store.posts, before=before, count_max=pages.PAGE_POSTS + 1)
        is_live = before is None and request.query_params.get("live") != "off"
        return HTMLResponse(
            pages.timeline(
                posts=self.store.measured(posts), now=self.store.now(), is_live=is_live, is_first=before is None
            )
        )

    async def account_page(self, request: Request) -> Response:
        handle = request.path_params["handle"]
        account = await run_in_threadpool(self.store.account, handle=handle)
        if account is None:
            return HTMLResponse(pages.missing(what="account"), 404)
        posts = await run_in_threadpool(
            self.store.posts, handle=handle, before=_number(request, "before"), count_max=pages.PAGE_POSTS + 1
        )
        return HTMLResponse(pages.account(account=account, posts=self.store.measured(posts), now=self.store.now()))

    async def post_page(self, request: Request) -> Response:
        found = await run_in_threadpool(self.store.post, post_id=request.path_params["post_id"])
        if found is None:
            return HTMLResponse(pages.missing(what="post"), 404)
        replies = await run_in_threadpool(self.store.posts, reply_to=found["id"], count_max=pages.PAGE_POSTS)
        shown, *answers = self.store.measured([found, *replies[::-1]])
        return HTMLResponse(pages.post(post=shown, replies=answers, now=self.store.now()))


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


async def _problem(_: Request, error: Exception) -> Response:
    if not isinstance(error, Problem):
        raise error
    title = error.code.replace("_", " ")
    told = {"type": f"/problems/{error.code}", "title": title, "status": error.status, "code": error.code}
    body = {**told, "detail": error.detail}
    return JSONResponse(body, error.status, headers=error.headers, media_type="application/problem+json")


def build(
    *,
    store: Store,
    token: str,
    faults: list[str] | None = None,
    late_s: float = 3.0,
    public_url: str = "",
    platform_class: str = "A",
    lag_s: float = 0.0,
) -> Starlette:
    """The simulator as an ASGI app: API under /api/v1 (bearer `token`), pages for people at /, /@handle and /p/id.

    `public_url` is where people see the pages; without it links carry the host that the caller used. `faults` is kept
    as it is given, so that a test may add to it while the server runs.
    """
    queue = faults if faults is not None else []
    plaza = _Plaza(store=store, token=token, faults=queue, late_s=late_s, public_url=public_url)
    plaza.platform_class, plaza.lag_s = platform_class, lag_s

    async def css(_: Request) -> Response:
        return Response(CSS, media_type="text/css", headers={"Cache-Control": "max-age=60"})

    async def health(_: Request) -> Response:
        return JSONResponse({"ok": True})

    def route(path: str, endpoint: Callable[[Request], Awaitable[Response]], method: str = "GET") -> Route:
        return Route(path, endpoint, methods=[method])

    return Starlette(
        routes=[
            route("/api/v1/media", plaza.add_media, "POST"),
            route("/api/v1/posts", plaza.add_post, "POST"),
            route("/api/v1/posts", plaza.list_posts),
            route("/api/v1/mentions", plaza.list_mentions),
            route("/api/v1/posts/{post_id}", plaza.get_post),
            route("/api/v1/posts/{post_id}", plaza.delete_post, "DELETE"),
            route("/api/v1/figures", plaza.figures),
            route("/_figures", plaza.order_figures, "POST"),
            route("/_faults", plaza.order_faults, "POST"),
            route("/media/{media_id}", plaza.image),
            route("/p/{post_id}", plaza.post_page),
            route("/@{handle}", plaza.account_page),
            route("/plaza.css", css),
            route("/health", health),
            route("/", plaza.timeline),
        ],
        middleware=[Middleware(SafeHeaders)],
        exception_handlers={Problem: _problem},
    )
