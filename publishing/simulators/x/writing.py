"""Posting and deleting: the strict schema of `POST /2/tweets`, and what its answers may look like when things go wrong.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import asyncio
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from publishing.simulators.x import errors
from publishing.simulators.x import faults as fault
from publishing.simulators.x.desk import Desk, json_body, known_only, number
from publishing.simulators.x.posts import Draft
from publishing.simulators.x.tokens import Caller
from publishing.simulators.x.uploads import IMAGES_MAX
from publishing.simulators.x.wording import WEIGHT_MAX, weight

FIELDS = ("text", "media", "reply", "quote_tweet_id", "reply_settings", "made_with_ai", "paid_partnership")
MEDIA_FIELDS = ("media_ids", "tagged_user_ids")
REPLY_FIELDS = ("in_reply_to_tweet_id", "exclude_reply_user_ids", "auto_populate_reply_metadata")
REPLY_SETTINGS = ("following", "mentionedUsers", "subscribers", "verified")
TAGGED_MAX = 10


def draft_of(sent: dict[str, Any]) -> Draft:
    """A well-formed post, or the Problem that names the field. Plays X-1, X-2, X-3."""
    media_ids = _media(sent.get("media"))
    reply_to = _reply(sent.get("reply"))
    settings = sent.get("reply_settings")
    if settings is not None and settings not in REPLY_SETTINGS:
        raise errors.invalid(
            "reply_settings", settings, f"$.reply_settings: is not one of {', '.join(REPLY_SETTINGS)}."
        )
    if sent.get("quote_tweet_id") is not None:
        number("quote_tweet_id", sent["quote_tweet_id"])
        detail = "Quoting a post through the API is not part of your enrollment."
        raise errors.forbidden(detail, errors.TYPES["client"], reason="client-not-enrolled")
    return Draft(
        text=checked_text(sent.get("text"), is_needed=not media_ids),
        media_ids=media_ids,
        reply_to=reply_to,
        made_with_ai=_flag(sent, "made_with_ai"),
        paid_partnership=_flag(sent, "paid_partnership"),
        reply_settings=settings or "",
    )


def checked_text(text: Any, *, is_needed: bool) -> str:
    """The text of a post, no heavier than allowed. Raises Problem."""
    if text is not None and not isinstance(text, str):
        raise errors.invalid("text", text, "$.text: must be a string.")
    kept = (text or "").strip()
    if not kept and is_needed:
        raise errors.invalid("text", "", "Either text or media is needed.")
    if any(0xD800 <= ord(char) < 0xE000 for char in kept):
        raise errors.invalid("text", "", "$.text: holds half of a character.")
    if weight(kept) > WEIGHT_MAX:
        raise errors.invalid("text", kept, f"The text weighs {weight(kept)}; {WEIGHT_MAX} is the most.")
    return kept


def _flag(sent: dict[str, Any], name: str) -> bool:
    value = sent.get(name)
    if value is not None and not isinstance(value, bool):
        raise errors.invalid(name, value, f"$.{name}: must be a boolean.")
    return bool(value)


def _ids(sent: Any, name: str, count_max: int) -> tuple[int, ...]:
    if not isinstance(sent, list) or not 1 <= len(sent) <= count_max:
        raise errors.invalid(name, sent, f"$.{name}: must be a list of 1 to {count_max} ids.")
    found = tuple(number(name, one) for one in sent)
    if len(set(found)) < len(found):
        raise errors.invalid(name, sent, f"$.{name}: names an id twice.")
    return found


def _media(sent: Any) -> tuple[int, ...]:
    if sent is None:
        return ()
    media = known_only(sent, MEDIA_FIELDS, "media")
    if media.get("tagged_user_ids"):
        _ids(media["tagged_user_ids"], "media.tagged_user_ids", TAGGED_MAX)
    return _ids(media.get("media_ids"), "media.media_ids", IMAGES_MAX)


def _reply(sent: Any) -> int | None:
    if sent is None:
        return None
    reply = known_only(sent, REPLY_FIELDS, "reply")
    if reply.get("exclude_reply_user_ids"):
        _ids(reply["exclude_reply_user_ids"], "reply.exclude_reply_user_ids", TAGGED_MAX)
    _flag(reply, "auto_populate_reply_metadata")
    return number("reply.in_reply_to_tweet_id", reply.get("in_reply_to_tweet_id"))


class Writing:
    """The endpoints that post, delete and hide."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._store = desk, desk.store

    async def create(self, request: Request, caller: Caller) -> Response:
        """Post. Plays X-1, X-2, X-3, X-20, X-22, X-24, X-25."""
        sent = await json_body(request, FIELDS)
        met = fault.taken(self._desk.faults, among=fault.POSTS)
        if met == "drop_before_accept":
            return fault.Dropped()
        if met == "late":
            await asyncio.sleep(self._desk.late_s)
        draft = draft_of(sent)
        if met == "lie_ok":
            return _created(await run_in_threadpool(self._store.reserved_id), draft.text)
        post_id = await run_in_threadpool(self._store.add_post, caller=caller, draft=draft)
        return fault.instead_of_the_answer(met) or _created(post_id, draft.text)

    async def delete(self, request: Request, caller: Caller) -> Response:
        """Delete an own post. Plays X-27."""
        post_id = number("id", request.path_params["id"])
        met = fault.met_by_delete(self._desk.faults)
        if met == "drop_before_delete":
            return fault.Dropped()
        await run_in_threadpool(self._store.delete_post, caller=caller, post_id=post_id)
        return fault.Dropped() if met else JSONResponse({"data": {"deleted": True}})

    async def hide(self, request: Request, caller: Caller) -> Response:
        """Hide a reply from people, or show it again. Plays X-32."""
        post_id = number("id", request.path_params["id"])
        sent = await json_body(request, ("hidden",))
        is_hidden = sent.get("hidden")
        if not isinstance(is_hidden, bool):
            raise errors.invalid("hidden", is_hidden, "$.hidden: must be a boolean.")
        await run_in_threadpool(self._store.hide_reply, caller=caller, post_id=post_id, is_hidden=is_hidden)
        return JSONResponse({"data": {"hidden": is_hidden}})


def _created(post_id: str, text: str) -> Response:
    return JSONResponse({"data": {"id": post_id, "text": text, "edit_history_tweet_ids": [post_id]}}, 201)
