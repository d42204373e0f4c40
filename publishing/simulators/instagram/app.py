"""Instagram's content publishing API and its pages as a Starlette app. Errors are those of the Graph API.

The API lies at the root and under /v23.0, consent under /oauth; people see / , /{username}/ and /p/{shortcode}/. Three
doors are open to callers on this machine only: `/_people/comments`, where persons comment, `/_figures` and `/_faults`.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from publishing.simulators import audience
from publishing.simulators.courier import Courier
from publishing.simulators.instagram import errors, pages, webhooks
from publishing.simulators.instagram import faults as fault
from publishing.simulators.instagram.consent import Consent
from publishing.simulators.instagram.database import is_id
from publishing.simulators.instagram.desk import Desk, body, loaded, parameters, versioned
from publishing.simulators.instagram.reading import Reading
from publishing.simulators.instagram.store import Store
from publishing.simulators.instagram.tokens import USERNAME
from publishing.simulators.instagram.writing import Writing
from publishing.simulators.x.headers import SafeHeaders

CSS = (Path(__file__).parent / "instagram.css").read_bytes()


def _check_here(request: Request) -> None:
    """Only callers on this machine, and no page in a browser there, which would name its origin. Raises Problem."""
    if not fault.is_here(request) or "origin" in request.headers:
        raise errors.Problem(errors.Refusal(100, None, "There is nothing here."), status=404)


class _Doors:
    """What is there for people and for chaos runs, and not on the real platform's API."""

    def __init__(self, desk: Desk, courier: Courier | None) -> None:
        self._desk, self._store, self.courier = desk, desk.store, courier

    async def order_faults(self, request: Request) -> Response:
        """For chaos runs on this machine: what the next containers, publishes and reads will meet."""
        _check_here(request)
        self._desk.faults += fault.ordered(loaded(await body(request)))
        del self._desk.faults[fault.QUEUE_MAX :]
        return JSONResponse({"waiting": len(self._desk.faults)})

    async def persons_comment(self, request: Request) -> Response:
        """A person comments on a post, which is named by its id or by its page's `code`; the account is made when
        needed. Plays I-13."""
        _check_here(request)
        sent = await parameters(request)
        author, text = sent.get("author", "").removeprefix("@"), sent.get("text", "").strip()
        if not USERNAME.fullmatch(author):
            raise errors.invalid("The author must be a username of 1 to 30 letters, digits, _ or full stops.")
        if not text:
            raise errors.invalid("A text is needed.")
        media_id = sent.get("media_id", "")
        if sent.get("code"):
            post = await run_in_threadpool(self._store.post, code=sent["code"])
            media_id = post["id"] if post else ""
        comment_id = await run_in_threadpool(self._store.add_comment, author, media_id, text, sent.get("parent_id"))
        self._deliver(await run_in_threadpool(webhooks.of_comment, self._store, comment_id))
        return JSONResponse({"id": comment_id}, 201)

    async def persons_withdraw(self, request: Request) -> Response:
        """A person takes an own comment back. Plays I-13, I-20."""
        _check_here(request)
        author, asked = (await parameters(request)).get("author", ""), request.path_params["id"]
        told = await run_in_threadpool(webhooks.of_comment, self._store, asked, is_deleted=True) if is_id(asked) else []
        if not told or not await run_in_threadpool(self._store.withdraw, author=author, comment_id=int(asked)):
            raise errors.missing("delete", asked)
        self._deliver(told)
        return JSONResponse({"success": True})

    def _deliver(self, every: list[dict[str, Any]]) -> None:
        if self.courier is not None:
            for told in every:
                self.courier.deliver(told)

    async def feed(self, request: Request) -> Response:
        """What everybody published. Plays I-5, I-6."""
        before = _before(request)
        posts = await run_in_threadpool(self._store.posts, None, pages.PAGE_POSTS + 1, before=before)
        return HTMLResponse(pages.feed(posts=self._store.measured(posts), is_first=before is None))

    async def account_page(self, request: Request) -> Response:
        """One account with its bio and its posts. Plays I-15."""
        username = request.path_params["username"]
        account = await run_in_threadpool(self._store.account, username=username)
        if account is None:
            return HTMLResponse(pages.missing(what="account"), 404)
        posts = await run_in_threadpool(self._store.posts, username, pages.PAGE_POSTS + 1, before=_before(request))
        return HTMLResponse(pages.account(account=account, posts=self._store.measured(posts)))

    async def post_page(self, request: Request) -> Response:
        """The permalink: one post with its label and its comments. Plays I-5, I-6, I-13."""
        post = await run_in_threadpool(self._store.post, code=request.path_params["code"])
        if post is None:
            return HTMLResponse(pages.missing(what="post"), 404)
        comments = await run_in_threadpool(self._store.comments, post["id"])
        return HTMLResponse(pages.post(post=self._store.measured([post])[0], comments=comments))

    async def order_figures(self, request: Request) -> Response:
        """For tests on this machine: from now on a post has exactly these figures. Plays I-21."""
        _check_here(request)
        sent = loaded(await body(request))
        asked = str(sent.get("id") or "")
        try:
            figures = audience.exact(sent.get("figures"))
        except ValueError as error:
            raise errors.invalid(str(error)) from error
        post = await run_in_threadpool(self._store.post, post_id=int(asked)) if is_id(asked) else None
        if post is None:
            raise errors.missing("post", asked)
        await run_in_threadpool(self._store.say_figures, post_id=asked, figures=figures)
        return JSONResponse({"id": asked, "figures": figures})

    async def file(self, request: Request) -> Response:
        """A published medium as it was fetched."""
        asked = request.path_params["id"]
        found = await run_in_threadpool(self._store.media_file, container_id=int(asked)) if is_id(asked) else None
        if found is None:
            return PlainTextResponse("no such media", 404)
        # An id never shows anything else.
        return FileResponse(found[0], media_type=found[1], headers={"Cache-Control": "public, max-age=31536000"})


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
    """The routes of the API, most special first: GET /{id} would take every word for an id."""
    writing, reading, consent = Writing(desk), Reading(desk), Consent(desk)
    publish, comments = "content_publish", "manage_comments"
    return [
        *versioned("GET", "/oauth/authorize", consent.ask),
        *versioned("POST", "/oauth/authorize", consent.answer),
        *versioned("POST", "/oauth/access_token", consent.token),
        *versioned("GET", "/access_token", consent.exchange),
        *versioned("GET", "/refresh_access_token", consent.refresh),
        *desk.routes("POST", "/{id}/media", writing.container, scope=publish),
        *desk.routes("POST", "/{id}/media_publish", writing.publish, scope=publish),
        *desk.routes("GET", "/{id}/content_publishing_limit", writing.limit, scope=publish),
        *desk.routes("GET", "/{id}/media", reading.media, scope="basic"),
        *desk.routes("GET", "/{id}/insights", reading.insights, scope="manage_insights"),
        *desk.routes("GET", "/{id}/comments", reading.comments, scope=comments),
        *desk.routes("GET", "/{id}/replies", reading.replies, scope=comments),
        *desk.routes("POST", "/{id}/replies", reading.reply, scope=comments),
        *desk.routes("POST", "/{id}/mentions", reading.answer_mention, scope=comments),
        *desk.routes("GET", "/{id}", reading.node),
        *desk.routes("POST", "/{id}", reading.hide, scope=comments),
        *desk.routes("DELETE", "/{id}", reading.delete),
    ]


def build(
    *,
    store: Store,
    client_id: str,
    client_secret: str,
    faults: list[str] | None = None,
    late_s: float = 3.0,
    public_url: str = "",
    deletes_media: bool = False,
    courier: Courier | None = None,
) -> Starlette:
    """The simulator as an ASGI app, with one registered app: `client_id` and its secret.

    `public_url` is where people see the pages; `deletes_media` lets software delete what is published. `faults` is
    kept as it is given, so that a test may add to it while the server runs. `courier` brings what is delivered to
    whoever subscribed.
    """
    desk = Desk(store=store, client_id=client_id, client_secret=client_secret, late_s=late_s, public_url=public_url)
    desk.faults = faults if faults is not None else []
    desk.deletes_media = deletes_media
    doors = _Doors(desk, courier)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        # What a crash cut off is fetched again.
        for container_id in await run_in_threadpool(store.to_fetch):
            desk.fetch(container_id)
        yield

    def route(path: str, endpoint: Callable[[Request], Awaitable[Response]], method: str = "GET") -> Route:
        return Route(path, endpoint, methods=[method])

    return Starlette(
        routes=[
            route("/_people/comments", doors.persons_comment, "POST"),
            route("/_people/comments/{id}", doors.persons_withdraw, "DELETE"),
            route("/_figures", doors.order_figures, "POST"),
            route("/_faults", doors.order_faults, "POST"),
            route("/health", _health),
            route("/instagram.css", _css),
            route("/media/{id}", doors.file),
            route("/", doors.feed),
            route("/p/{code}/", doors.post_page),
            route("/{username}/", doors.account_page),
            *_api(desk),
        ],
        middleware=[Middleware(SafeHeaders)],
        exception_handlers={errors.Problem: _problem},
        lifespan=lifespan,
    )
