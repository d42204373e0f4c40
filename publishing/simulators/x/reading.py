"""Reading: who one is, a post, what an account posted, who named it, and what was used. The AI label is never told.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from publishing.simulators.x import errors
from publishing.simulators.x.desk import Desk, is_id, known_parameters, listed, number
from publishing.simulators.x.tokens import Caller
from publishing.simulators.x.uploads import CATEGORIES
from publishing.simulators.x.wording import HANDLE, as_told

POST_FIELDS = (
    "attachments",
    "author_id",
    "conversation_id",
    "created_at",
    "edit_history_tweet_ids",
    "entities",
    "id",
    "in_reply_to_user_id",
    "paid_partnership",
    "public_metrics",
    "referenced_tweets",
    "reply_settings",
    "text",
)
USAGE_FIELDS = ("cap_reset_day", "project_cap", "project_id", "project_usage")  # those by the day are not played
USAGE_DAYS_MAX = 90
USER_FIELDS = ("created_at", "description", "id", "name", "username")
EXPANSIONS = ("author_id",)
SHAPES = ("tweet.fields", "user.fields", "expansions")
PAGING = ("max_results", "since_id", "until_id", "pagination_token")
RESULTS_MIN, RESULTS_DEFAULT, RESULTS_MAX = 5, 10, 100


def _stamp(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _media_key(item: dict[str, Any]) -> str:
    starts = {kind: start for kinds, _, start in CATEGORIES.values() for kind in kinds}
    return f"{starts[item['media_type']]}_{item['id']}"


def shown_post(post: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """A post with the fields that were asked for. Plays X-2, X-3, X-14."""
    page = f"https://x.com/{post['handle']}/status/{post['id']}/photo/1" if post["media"] else ""
    text, links = as_told(post["text"], picture=page)
    told: dict[str, Any] = {"id": post["id"], "text": text, "edit_history_tweet_ids": [post["id"]]}
    more = {
        "entities": {"urls": links} if links else None,
        "author_id": post["author_id"],
        "conversation_id": post["conversation_id"],
        "created_at": _stamp(post["created_ms"]),
        "in_reply_to_user_id": post["reply_account_id"],
        "paid_partnership": post["paid_partnership"],
        "public_metrics": _metrics(post.get("figures", {})) if "public_metrics" in fields else None,
        "reply_settings": post["reply_settings"] or "everyone",
        "referenced_tweets": [{"type": "replied_to", "id": post["reply_to"]}] if post["reply_to"] else None,
        "attachments": {"media_keys": [_media_key(item) for item in post["media"]]} if post["media"] else None,
    }
    return told | {name: more[name] for name in fields if more.get(name) is not None}


def _metrics(figures: Mapping[str, int]) -> dict[str, int]:
    """How a post does, by X's names; that all of what is shared was shared without words is our assumption."""
    return {
        "retweet_count": figures.get("reposts", 0),
        "reply_count": figures.get("replies", 0),
        "like_count": figures.get("likes", 0),
        "quote_count": 0,
        "bookmark_count": figures.get("saves", 0),
        "impression_count": figures.get("views", 0),
    }


def shown_user(account: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """An account with the fields that were asked for; the automated label is not one of them. Plays X-28."""
    told = {"id": account["id"], "name": account["name"], "username": account["handle"]}
    more = {"description": account["bio"], "created_at": _stamp(account["created_ms"])}
    return told | {name: more[name] for name in fields if name in more}


def _token(before: str) -> str:
    return base64.urlsafe_b64encode(f"before {before}".encode()).decode().rstrip("=")


def _before(token: str) -> int | None:
    """Where a page begins. Raises Problem."""
    if not token:
        return None
    try:
        word, _, last = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode().partition(" ")
    except ValueError:
        word, last = "", ""
    if word != "before" or not is_id(last):
        raise errors.invalid("pagination_token", token, "The `pagination_token` is invalid.")
    return int(last)


def _page(request: Request) -> dict[str, int | None]:
    """The window of a list: results, after, before. Raises Problem."""
    asked = request.query_params
    size = asked.get("max_results", str(RESULTS_DEFAULT))
    if not is_id(size) or not RESULTS_MIN <= int(size) <= RESULTS_MAX:
        message = (
            f"The `max_results` query parameter value [{size[:20]}] is not between {RESULTS_MIN} and {RESULTS_MAX}"
        )
        raise errors.invalid("max_results", size, message)
    after = number("since_id", asked["since_id"]) if "since_id" in asked else None
    ends = [number("until_id", asked["until_id"]) if "until_id" in asked else None]
    ends.append(_before(asked.get("pagination_token", "")))
    before = min((end for end in ends if end is not None), default=None)
    return {"count_max": int(size), "after": after, "before": before}


class Reading:
    """The endpoints that read. What they show is paid for first."""

    def __init__(self, desk: Desk) -> None:
        self._store = desk.store

    async def me(self, request: Request, caller: Caller) -> Response:
        """The account for which the token speaks."""
        return await self._user(request, account_id=caller.account_id)

    async def by_username(self, request: Request, _: Caller) -> Response:
        """An account by its handle; one that is not there is told with status 200."""
        username = request.path_params["username"]
        if not HANDLE.fullmatch(username):
            raise errors.invalid("username", username, "The `username` does not match ^[A-Za-z0-9_]{1,15}$")
        return await self._user(request, handle=username)

    async def _user(self, request: Request, *, handle: str = "", account_id: int = 0) -> Response:
        known_parameters(request, ("user.fields",))
        fields = listed(request, "user.fields", USER_FIELDS)
        account = await run_in_threadpool(self._store.account, handle=handle, account_id=account_id)
        if account is None:
            return JSONResponse({"errors": [errors.missing("user", "username", handle)]})
        await run_in_threadpool(self._store.charge_reads, users=[int(account["id"])])
        return JSONResponse({"data": shown_user(account, fields)})

    async def post(self, request: Request, _: Caller) -> Response:
        """One post; one that is not there is told with status 200. Plays X-2, X-3, X-23."""
        known_parameters(request, SHAPES)
        fields = listed(request, "tweet.fields", POST_FIELDS)
        post_id = number("id", request.path_params["id"])
        post = await run_in_threadpool(self._store.post, post_id=post_id)
        if post is None:
            return JSONResponse({"errors": [errors.missing("tweet", "id", str(post_id))]})
        includes = await self._bought(request, [post])
        (counted,) = await run_in_threadpool(self._store.measured, [post])
        return JSONResponse({"data": shown_post(counted, fields), **includes})

    async def several(self, request: Request, _: Caller) -> Response:
        """Up to a hundred posts; those that are not there are told with status 200. Plays X-31, X-23."""
        known_parameters(request, (*SHAPES, "ids"))
        fields = listed(request, "tweet.fields", POST_FIELDS)
        ids = [number("ids", one) for one in request.query_params.get("ids", "").split(",")]
        if len(ids) > RESULTS_MAX:
            raise errors.invalid("ids", len(ids), f"`ids` holds 1 to {RESULTS_MAX} ids.")
        found = [one for one in [await run_in_threadpool(self._store.post, post_id=each) for each in ids] if one]
        there = {one["id"] for one in found}
        lacking = [errors.missing("tweet", "ids", str(each)) for each in ids if str(each) not in there]
        includes = await self._bought(request, found) if found else {}
        counted = await run_in_threadpool(self._store.measured, found)
        told: dict[str, Any] = {"data": [shown_post(one, fields) for one in counted]} if counted else {}
        return JSONResponse({**told, **includes, **({"errors": lacking} if lacking else {})})

    async def posts(self, request: Request, _: Caller) -> Response:
        """What an account posted, newest first. Plays X-14."""
        return await self._list(request, "handle")

    async def mentions(self, request: Request, _: Caller) -> Response:
        """Posts that name an account or answer it, newest first. Plays X-13."""
        return await self._list(request, "mentioning")

    async def _list(self, request: Request, by: str) -> Response:
        known_parameters(request, (*SHAPES, *PAGING))
        fields = listed(request, "tweet.fields", POST_FIELDS)
        listed(request, "expansions", EXPANSIONS)
        page = _page(request)
        account_id = number("id", request.path_params["id"])
        account = await run_in_threadpool(self._store.account, account_id=account_id)
        if account is None:
            return JSONResponse({"errors": [errors.missing("user", "id", str(account_id))]})
        size = page["count_max"] or RESULTS_DEFAULT
        wanted: dict[str, Any] = {**page, "count_max": size + 1, by: account["handle"]}
        found = await run_in_threadpool(lambda: self._store.posts(**wanted))
        shown = found[:size]
        meta: dict[str, Any] = {"result_count": len(shown)}
        if not shown:
            return JSONResponse({"meta": meta})
        includes = await self._bought(request, shown)
        shown = await run_in_threadpool(self._store.measured, shown)
        meta |= {"newest_id": shown[0]["id"], "oldest_id": shown[-1]["id"]}
        if len(found) > size:
            meta["next_token"] = _token(shown[-1]["id"])
        return JSONResponse({"data": [shown_post(post, fields) for post in shown], **includes, "meta": meta})

    async def _bought(self, request: Request, posts: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Pay for these posts, and for their authors where those were asked for; returns `includes`. Plays X-21."""
        user_fields = listed(request, "user.fields", USER_FIELDS)
        wants_authors = "author_id" in listed(request, "expansions", EXPANSIONS)
        authors = sorted({int(post["author_id"]) for post in posts}) if wants_authors else []
        await run_in_threadpool(self._store.charge_reads, posts=[int(post["id"]) for post in posts], users=authors)
        found = [await run_in_threadpool(self._store.account, account_id=author) for author in authors]
        return {"includes": {"users": [shown_user(one, user_fields) for one in found if one]}} if authors else {}

    async def usage(self, request: Request) -> Response:
        """How many posts the project has read this month. Plays X-18."""
        known_parameters(request, ("days", "usage.fields"))
        listed(request, "usage.fields", USAGE_FIELDS)
        days = request.query_params.get("days", "7")
        if not is_id(days) or not 1 <= int(days) <= USAGE_DAYS_MAX:
            raise errors.invalid(
                "days", days, f"The `days` query parameter value is not between 1 and {USAGE_DAYS_MAX}"
            )
        return JSONResponse({"data": await run_in_threadpool(self._store.usage)})
