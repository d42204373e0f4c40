"""Reading and answering: any object by its id, an account's media, and the comments on them.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import re
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from publishing.simulators.instagram import errors
from publishing.simulators.instagram import faults as fault
from publishing.simulators.instagram.containers import CAPTION_MAX
from publishing.simulators.instagram.database import is_id
from publishing.simulators.instagram.desk import (
    Desk,
    Sent,
    asked_fields,
    check_scope,
    flag,
    own_account,
    page_of,
    paged,
    picked,
)
from publishing.simulators.instagram.desk import stamp as as_stamp
from publishing.simulators.instagram.tokens import Caller

_MENTIONED = re.compile(r"mentioned_comment\.comment_id\((\d{1,19})\)")
_REPLIES = ("id", "timestamp", "text")
METRICS = {"views": "views", "saved": "saves", "shares": "reposts", "likes": "likes", "comments": "replies"}


def _number(request: Request, verb: str) -> int:
    asked = request.path_params["id"]
    if not is_id(asked):
        raise errors.missing(verb, asked)
    return int(asked)


def _comment(row: dict[str, Any]) -> dict[str, Any]:
    """A comment as the API tells it; a field without a value is left out later. Plays I-13."""
    return {
        "id": row["id"],
        "text": row["text"],
        "username": row["username"],
        "timestamp": as_stamp(row["created_ms"]),
        "from": {"id": row["account_id"], "username": row["username"]},
        "parent_id": row["parent_id"],
        "hidden": row["hidden"],
        "media": {"id": row["media_id"]},
    }


class Reading:
    """The endpoints that read, and those for comments."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._store = desk, desk.store

    async def node(self, request: Request, caller: Caller, sent: Sent) -> Response:
        """Any object by its id: the account, a container, a media or a comment. Plays I-3, I-5, I-6, I-13."""
        if request.path_params["id"] == "me":
            return await self._account(caller, sent)
        asked = _number(request, "get")
        if asked == caller.account_id:
            return await self._account(caller, sent)
        container = await run_in_threadpool(self._store.container, caller=caller, container_id=asked)
        if container is not None:
            check_scope(caller, "content_publish")
            return JSONResponse(picked(container, sent, node="IGMediaBuilder"))
        comment = await run_in_threadpool(self._store.comment, caller=caller, comment_id=asked)
        if comment is not None:
            if fault.taken(self._desk.faults, fault.READING_COMMENTS):
                raise errors.broken()
            check_scope(caller, "manage_comments")
            return JSONResponse(picked(_comment(comment), sent, default=("id", "timestamp", "text"), node="IGComment"))
        # What is neither of these was asked for as a media, also one that a lie made up.
        if fault.taken(self._desk.faults, fault.READING):
            raise errors.missing("get", str(asked))
        check_scope(caller, "basic")
        post = await run_in_threadpool(self._store.post, post_id=asked)
        if post is None or post["account_id"] != str(caller.account_id):
            raise errors.missing("get", str(asked))
        (counted,) = await run_in_threadpool(self._store.measured, [post])
        return JSONResponse(picked(self._media(request, counted), sent, node="IGMedia"))

    async def _account(self, caller: Caller, sent: Sent) -> Response:
        """The token's own account. Plays I-11."""
        check_scope(caller, "basic")
        row = await run_in_threadpool(self._store.account, account_id=caller.account_id) or {}
        whole: dict[str, Any] = {
            "id": row["id"],
            "user_id": row["id"],
            "username": row["username"],
            "name": row["name"],
            "biography": row["bio"],
            "account_type": "BUSINESS",
            "media_count": row["post_count"],
        }
        if named := _MENTIONED.search(sent.get("fields", "")):
            check_scope(caller, "manage_comments")
            found = await run_in_threadpool(self._store.mentioning, caller=caller, comment_id=int(named[1]))
            if found is None:
                raise errors.missing("get", named[1])
            inner = asked_fields(sent["fields"])["mentioned_comment"]
            whole["mentioned_comment"] = picked(_comment(found), {"fields": inner}, node="IGComment")
        return JSONResponse(picked(whole, sent, node="IGUser"))

    def _media(self, request: Request, post: dict[str, Any]) -> dict[str, Any]:
        """A media as the API tells it. Plays I-5, I-6."""
        base_url = self._desk.base_url(request)
        return {
            "id": post["id"],
            "caption": post["caption"] or None,
            "permalink": f"{base_url}{post['permalink']}",
            "shortcode": post["shortcode"],
            "timestamp": as_stamp(post["created_ms"]),
            "media_type": post["media_type"],
            "media_product_type": "REELS" if post["media_type"] == "VIDEO" else "FEED",
            "is_ai_generated": post["is_ai_generated"],
            "media_url": f"{base_url}/media/{post['media'][0]['id']}",
            "username": post["username"],
            "alt_text": post["media"][0]["alt"] or None,
            "comments_count": post["figures"]["replies"],
            "like_count": post["figures"]["likes"],
        }

    async def media(self, request: Request, caller: Caller, sent: Sent) -> Response:
        """What the account published, newest first. Plays I-15."""
        own_account(request, caller, "get")
        limit, before = page_of(sent)
        posts = await run_in_threadpool(self._store.posts, caller.username, limit + 1, before=before)
        counted = await run_in_threadpool(self._store.measured, posts)
        told = [picked(self._media(request, post), sent, node="IGMedia") for post in counted]
        return JSONResponse(paged(request, told, [post["id"] for post in posts], limit=limit))

    async def insights(self, request: Request, caller: Caller, sent: Sent) -> Response:
        """How a media does, by the metrics that are asked for. Plays I-21.

        That a medium of somebody else is "not there" is our assumption.
        """
        post_id = _number(request, "get")
        post = await run_in_threadpool(self._store.post, post_id=post_id)
        if post is None or post["account_id"] != str(caller.account_id):
            raise errors.missing("get", str(post_id))
        figures = (await run_in_threadpool(self._store.measured, [post]))[0]["figures"]
        known = {**{name: figures[ours] for name, ours in METRICS.items()}, "reach": figures["views"] * 4 // 5}
        asked = [one for one in sent.get("metric", "").split(",") if one]
        if not asked or not set(asked) <= known.keys():
            raise errors.invalid(f"metric must be some of: {', '.join(sorted(known))}.")
        told = [
            {"name": name, "period": "lifetime", "values": [{"value": known[name]}], "id": f"{post_id}/insights/{name}"}
            for name in asked
        ]
        return JSONResponse({"data": told})

    async def comments(self, request: Request, caller: Caller, sent: Sent) -> Response:
        """The comments on a media, oldest first, with the replies to them as a field of each. Plays I-13.

        That the oldest come first is our assumption.
        """
        post_id = _number(request, "get")
        post = await run_in_threadpool(self._store.post, post_id=post_id)
        if post is None or post["account_id"] != str(caller.account_id):
            raise errors.missing("get", str(post_id))
        return await self._listed(request, sent, post["id"], parent_id=0)

    async def replies(self, request: Request, caller: Caller, sent: Sent) -> Response:
        """The replies to one comment, oldest first. Plays I-14."""
        comment_id = _number(request, "get")
        comment = await run_in_threadpool(self._store.comment, caller=caller, comment_id=comment_id)
        if comment is None:
            raise errors.missing("get", str(comment_id))
        return await self._listed(request, sent, comment["media_id"], parent_id=comment_id)

    async def _listed(self, request: Request, sent: Sent, media_id: str, parent_id: int) -> Response:
        limit, after = page_of(sent)
        rows = await run_in_threadpool(
            self._store.comments, media_id, after=after or 0, parent_id=parent_id, count_max=limit + 1
        )
        wanted = asked_fields(sent.get("fields", ""))
        told = []
        for row in rows:
            whole = _comment(row)
            if "replies" in wanted:
                below = await run_in_threadpool(self._store.comments, media_id, parent_id=int(row["id"]))
                inner = {"fields": wanted["replies"]}
                replies = [picked(_comment(one), inner, default=_REPLIES, node="IGComment") for one in below]
                whole["replies"] = {"data": replies} if replies else None
            told.append(picked(whole, sent, default=_REPLIES, node="IGComment"))
        return JSONResponse(paged(request, told, [row["id"] for row in rows], limit=limit))

    async def reply(self, request: Request, caller: Caller, sent: Sent) -> Response:
        """Answer a comment. Plays I-14."""
        message = sent.get("message", "").strip()
        # The most for a comment is not documented; that it is the caption's is our assumption.
        if not 1 <= len(message) <= CAPTION_MAX:
            raise errors.invalid(f"The parameter message must have 1 to {CAPTION_MAX} characters.")
        comment_id = _number(request, "post")
        met = fault.taken(self._desk.faults, fault.PUBLISHING)
        if met == "drop_before_accept":
            return fault.Dropped()
        told = await run_in_threadpool(self._store.reply, caller=caller, comment_id=comment_id, text=message)
        return fault.instead_of_the_answer(met) or JSONResponse({"id": told})

    async def answer_mention(self, request: Request, caller: Caller, sent: Sent) -> Response:
        """Answer a comment on somebody else's media that names the account. Plays I-14."""
        own_account(request, caller, "post")
        message, comment_id = sent.get("message", "").strip(), sent.get("comment_id", "")
        if not 1 <= len(message) <= CAPTION_MAX or not is_id(comment_id) or not is_id(sent.get("media_id", "")):
            raise errors.invalid("The parameters message, comment_id and media_id are required.")
        told = await run_in_threadpool(
            self._store.answer_mention, caller=caller, comment_id=int(comment_id), text=message
        )
        return JSONResponse({"id": told})

    async def hide(self, request: Request, caller: Caller, sent: Sent) -> Response:
        """Hide a comment from people, or show it again. Plays I-14."""
        comment_id, is_hidden = _number(request, "post"), flag(sent, "hide")
        if not await run_in_threadpool(self._store.hide, caller=caller, comment_id=comment_id, is_hidden=is_hidden):
            raise errors.missing("post", str(comment_id))
        return JSONResponse({"success": True})

    async def delete(self, request: Request, caller: Caller, sent: Sent) -> Response:
        """Delete a comment. Plays I-14. Or a published media, where the simulator was started to. Plays I-19.

        Otherwise a published media cannot be deleted: "Unsupported delete request" (100/33). The vendor does not
        confirm whether it can, so this is our assumption, on the safe side.
        """
        asked = _number(request, "delete")
        post = await run_in_threadpool(self._store.post, post_id=asked)
        if post is not None and post["account_id"] == str(caller.account_id):
            return await self._delete_media(caller, asked)
        check_scope(caller, "manage_comments")
        if not await run_in_threadpool(self._store.delete_comment, caller=caller, comment_id=asked):
            raise errors.missing("delete", str(asked))
        return JSONResponse({"success": True})

    async def _delete_media(self, caller: Caller, post_id: int) -> Response:
        if not self._desk.deletes_media:
            raise errors.missing("delete", str(post_id))
        check_scope(caller, "content_publish")
        await run_in_threadpool(self._store.delete_post, post_id=post_id)
        met = fault.taken(self._desk.faults, fault.DELETING)
        return fault.Dropped() if met else JSONResponse({"success": True})
