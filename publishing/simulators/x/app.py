"""X's API v2 and its pages as a Starlette app. Errors are problem+json, as on the real platform.

The API lies under /2, consent under /i/oauth2; people see / , /{handle} and /{handle}/status/{id}. Three doors are
open to callers on this machine only: `/_people/posts`, by which persons post, `/_figures` and `/_faults`.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from publishing.simulators import audience
from publishing.simulators.courier import Courier
from publishing.simulators.x import errors, pages, webhooks
from publishing.simulators.x import faults as fault
from publishing.simulators.x.consent import Consent
from publishing.simulators.x.desk import Desk, is_id, json_body, number
from publishing.simulators.x.headers import SafeHeaders
from publishing.simulators.x.media import Media
from publishing.simulators.x.reading import Reading
from publishing.simulators.x.store import Store
from publishing.simulators.x.wording import HANDLE
from publishing.simulators.x.writing import Writing, checked_text

CSS = (Path(__file__).parent / "x.css").read_bytes()


def _check_here(request: Request) -> None:
    """Only callers on this machine, and no page in a browser there, which would name its origin. Raises Problem."""
    if not fault.is_here(request) or "origin" in request.headers:
        raise errors.nothing_here()


class _Doors:
    """What is there for people and for chaos runs, and not on the real platform's API."""

    def __init__(self, desk: Desk, courier: Courier | None) -> None:
        self._desk, self._store, self._courier = desk, desk.store, courier

    async def order_faults(self, request: Request) -> Response:
        """For chaos runs on this machine: what the next posts and uploads will meet."""
        _check_here(request)
        self._desk.faults += fault.ordered(await json_body(request, ("faults",)))
        del self._desk.faults[fault.QUEUE_MAX :]
        return JSONResponse({"waiting": len(self._desk.faults)})

    async def persons_post(self, request: Request) -> Response:
        """A person posts; the account is made when needed. Plays X-13, X-20."""
        _check_here(request)
        sent = await json_body(request, ("author", "text", "reply_to"))
        author = sent.get("author")
        handle = author.removeprefix("@") if isinstance(author, str) else ""
        if not HANDLE.fullmatch(handle):
            raise errors.invalid("author", author, "A handle of 1 to 15 letters, digits or _ is needed.")
        text = checked_text(sent.get("text"), is_needed=True)
        reply_to = number("reply_to", sent["reply_to"]) if sent.get("reply_to") is not None else None
        post_id, author_id = await run_in_threadpool(
            self._store.add_persons_post, handle=handle, text=text, reply_to=reply_to
        )
        self._deliver(await run_in_threadpool(webhooks.of_post, self._store, post_id))
        base_url = (self._desk.public_url or str(request.base_url)).rstrip("/")
        told = {"id": post_id, "text": text, "author_id": author_id, "url": f"{base_url}/{handle}/status/{post_id}"}
        return JSONResponse({"data": told}, 201)

    async def persons_withdraw(self, request: Request) -> Response:
        """A person takes an own post back. Plays X-19."""
        _check_here(request)
        handle, post_id = request.query_params.get("author", ""), number("id", request.path_params["id"])
        told = await run_in_threadpool(webhooks.of_post, self._store, str(post_id), is_deleted=True)
        await run_in_threadpool(self._store.withdraw, handle=handle, post_id=post_id)
        self._deliver(told)
        return JSONResponse({"data": {"deleted": True}})

    def _deliver(self, every: list[dict[str, Any]]) -> None:
        if self._courier is not None:
            for told in every:
                self._courier.deliver(told)

    async def timeline(self, request: Request) -> Response:
        """What everybody posted. Plays X-2, X-3, X-28."""
        before = _before(request)
        posts = await run_in_threadpool(self._store.posts, before=before, count_max=pages.PAGE_POSTS + 1)
        return HTMLResponse(pages.timeline(posts=self._store.measured(posts), is_first=before is None))

    async def account_page(self, request: Request) -> Response:
        """One account with its bio and its automated label. Plays X-28."""
        handle = request.path_params["handle"]
        account = await run_in_threadpool(self._store.account, handle=handle)
        if account is None:
            return HTMLResponse(pages.missing(what="account"), 404)
        posts = await run_in_threadpool(
            self._store.posts, handle=handle, before=_before(request), count_max=pages.PAGE_POSTS + 1
        )
        return HTMLResponse(pages.account(account=account, posts=self._store.measured(posts)))

    async def post_page(self, request: Request) -> Response:
        """One post with its labels and its replies. Plays X-2, X-3."""
        post_id = request.path_params["id"]
        post = await run_in_threadpool(self._store.post, post_id=int(post_id)) if is_id(post_id) else None
        if post is None or post["handle"].lower() != request.path_params["handle"].lower():
            return HTMLResponse(pages.missing(what="post"), 404)
        replies = await run_in_threadpool(self._store.posts, reply_to=int(post_id), count_max=pages.PAGE_POSTS)
        shown, *answers = self._store.measured([post, *replies[::-1]])
        return HTMLResponse(pages.post(post=shown, replies=answers))

    async def order_figures(self, request: Request) -> Response:
        """For tests on this machine: from now on a post has exactly these figures. Plays X-31."""
        _check_here(request)
        sent = await json_body(request, ("id", "figures"))
        post_id = number("id", sent.get("id"))
        try:
            figures = audience.exact(sent.get("figures"))
        except ValueError as error:
            raise errors.invalid("figures", "", str(error)) from error
        if await run_in_threadpool(self._store.post, post_id=post_id) is None:
            raise errors.not_found("tweet", "id", str(post_id))
        await run_in_threadpool(self._store.say_figures, post_id=str(post_id), figures=figures)
        return JSONResponse({"data": {"id": str(post_id), "figures": figures}})


def _before(request: Request) -> int | None:
    asked = request.query_params.get("before", "")
    return int(asked) if is_id(asked) else None


async def _css(_: Request) -> Response:
    return Response(CSS, media_type="text/css", headers={"Cache-Control": "max-age=60"})


async def _health(_: Request) -> Response:
    return JSONResponse({"ok": True})


async def _problem(_: Request, error: Exception) -> Response:
    if not isinstance(error, errors.Problem):
        raise error
    return error.response()


def _api(desk: Desk) -> list[BaseRoute]:
    """The routes for bearers of a token, each with the limit that it counts against and the scopes that it needs."""
    writing, reading, media = Writing(desk), Reading(desk), Media(desk)
    uploads, read, write = "/2/media/upload", ("tweet.read", "users.read"), ("tweet.read", "tweet.write", "users.read")
    up, moderate = ("media.write",), ("tweet.moderate.write", "tweet.read", "users.read")
    return [
        desk.route("POST", "/2/tweets", writing.create, bucket="create", scopes=write),
        desk.route("DELETE", "/2/tweets/{id}", writing.delete, bucket="delete", scopes=write),
        desk.route("PUT", "/2/tweets/{id}/hidden", writing.hide, bucket="hide", scopes=moderate),
        desk.route("GET", "/2/tweets", reading.several, bucket="lookup", scopes=read),
        desk.route("GET", "/2/tweets/{id}", reading.post, bucket="lookup", scopes=read),
        desk.route("GET", "/2/users/me", reading.me, bucket="me", scopes=read),
        desk.route("GET", "/2/users/by/username/{username}", reading.by_username, bucket="user", scopes=read),
        desk.route("GET", "/2/users/{id}/tweets", reading.posts, bucket="posts", scopes=read),
        desk.route("GET", "/2/users/{id}/mentions", reading.mentions, bucket="mentions", scopes=read),
        desk.app_route("GET", "/2/usage/tweets", reading.usage, bucket="usage"),
        desk.route("POST", f"{uploads}/initialize", media.initialize, bucket="media_initialize", scopes=up),
        desk.route("POST", f"{uploads}/{{id}}/append", media.append, bucket="media_append", scopes=up),
        desk.route("POST", f"{uploads}/{{id}}/finalize", media.finalize, bucket="media_finalize", scopes=up),
        desk.route("GET", uploads, media.status, bucket="media_status", scopes=up),
        desk.route("POST", "/2/media/metadata", media.metadata, bucket="media_metadata", scopes=up),
    ]


def build(
    *,
    store: Store,
    client_id: str,
    client_secret: str,
    faults: list[str] | None = None,
    late_s: float = 3.0,
    public_url: str = "",
    courier: Courier | None = None,
    bearer_token: str = "",
) -> Starlette:
    """The simulator as an ASGI app, with one registered app: `client_id`, confidential unless its secret is empty.

    `public_url` is where people see the pages. `faults` is kept as it is given, so that a test may add to it while the
    server runs. `courier` brings what is delivered to whoever subscribed. `bearer_token` is the app's own token.
    """
    desk = Desk(store=store, client_id=client_id, client_secret=client_secret, late_s=late_s, public_url=public_url)
    desk.bearer_token = bearer_token
    desk.faults = faults if faults is not None else []
    consent, doors, media = Consent(desk), _Doors(desk, courier), Media(desk)

    def route(path: str, endpoint: Callable[[Request], Awaitable[Response]], method: str = "GET") -> Route:
        return Route(path, endpoint, methods=[method])

    return Starlette(
        routes=[
            *_api(desk),
            route("/i/oauth2/authorize", consent.ask),
            route("/i/oauth2/authorize", consent.answer, "POST"),
            route("/2/oauth2/token", consent.token, "POST"),
            route("/2/oauth2/revoke", consent.revoke, "POST"),
            route("/_people/posts", doors.persons_post, "POST"),
            route("/_people/posts/{id}", doors.persons_withdraw, "DELETE"),
            route("/_figures", doors.order_figures, "POST"),
            route("/_faults", doors.order_faults, "POST"),
            route("/media/{id}", media.file),
            route("/x.css", _css),
            route("/health", _health),
            route("/", doors.timeline),
            route("/{handle}", doors.account_page),
            route("/{handle}/status/{id}", doors.post_page),
        ],
        middleware=[Middleware(SafeHeaders)],
        exception_handlers={errors.Problem: _problem},
    )
