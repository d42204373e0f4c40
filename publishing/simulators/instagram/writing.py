"""Containers and publishing: what may be asked for, and what the answer may look like when things go wrong.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import asyncio
import json

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from publishing.simulators.instagram import errors
from publishing.simulators.instagram import faults as fault
from publishing.simulators.instagram.containers import CHILDREN_MAX, CHILDREN_MIN, Wish
from publishing.simulators.instagram.database import DAY_MS, is_id
from publishing.simulators.instagram.desk import Desk, Sent, flag, own_account, picked
from publishing.simulators.instagram.tokens import Caller


def _children(sent: Sent) -> tuple[int, ...]:
    """The ids of the children: a list in JSON, or parted by commas. Plays I-2. Raises Problem."""
    given = sent.get("children", "")
    try:
        ids = json.loads(given) if given.startswith("[") else given.split(",")
    except (ValueError, RecursionError) as error:
        raise errors.invalid("The parameter children must be a list of ids.") from error
    ids = [str(one).strip() for one in ids]
    if not CHILDREN_MIN <= len(ids) <= CHILDREN_MAX or not all(is_id(one) for one in ids):
        raise errors.invalid(f"The parameter children must be {CHILDREN_MIN} to {CHILDREN_MAX} ids of containers.")
    if len(set(ids)) < len(ids):
        raise errors.invalid("The parameter children names an id twice.")
    return tuple(int(one) for one in ids)


def wish_of(sent: Sent, *, fate: str) -> Wish:
    """A well-formed container, or the Problem. Plays I-1, I-2, I-6, I-17."""
    media_type, is_item = sent.get("media_type", ""), flag(sent, "is_carousel_item", default=False)
    kind = media_type or "IMAGE"
    if kind not in ("IMAGE", "CAROUSEL", "REELS"):
        raise errors.invalid("The parameter media_type must be CAROUSEL, REELS or none for an image.")
    if kind == "CAROUSEL" and is_item:
        raise errors.invalid("A carousel cannot be an item of a carousel.")
    source = {"IMAGE": "image_url", "REELS": "video_url"}.get(kind, "")
    if source and not sent.get(source):
        raise errors.invalid(f"The parameter {source} is required.")
    label = flag(sent, "is_ai_generated", default=False)
    return Wish(
        kind=kind,
        url=sent.get(source, ""),
        # Caption and label belong to the carousel, not to its items: there they have no effect.
        caption="" if is_item else sent.get("caption", ""),
        alt=sent.get("alt_text", "") if kind == "IMAGE" else "",
        is_ai_generated=label and not is_item,
        is_item=is_item,
        children=_children(sent) if kind == "CAROUSEL" else (),
        fate=fate,
    )


class Writing:
    """The endpoints that make containers and publish them."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._store = desk, desk.store

    async def container(self, request: Request, caller: Caller, sent: Sent) -> Response:
        """Make a container; its medium is fetched afterwards. Plays I-1, I-2, I-6, I-7, I-10, I-16, I-17."""
        own_account(request, caller, "post")
        wish = wish_of(sent, fate=fault.taken(self._desk.faults, fault.PROCESSING))
        container_id = await run_in_threadpool(self._store.add_container, caller=caller, wish=wish)
        if wish.url:
            self._desk.fetch(int(container_id))
        return JSONResponse({"id": container_id})

    async def publish(self, request: Request, caller: Caller, sent: Sent) -> Response:
        """Publish a container that is finished. Plays I-4, I-9, I-12."""
        own_account(request, caller, "post")
        creation_id = sent.get("creation_id", "")
        if not creation_id:
            raise errors.invalid("The parameter creation_id is required.")
        met = fault.taken(self._desk.faults, fault.PUBLISHING)
        if met == "drop_before_accept":
            return fault.Dropped()
        if met == "late":
            await asyncio.sleep(self._desk.late_s)
        if met == "lie_ok":
            return JSONResponse({"id": await run_in_threadpool(self._store.reserved_id)})
        known = int(creation_id) if is_id(creation_id) else 0
        post_id = await run_in_threadpool(self._store.publish, caller=caller, container_id=known)
        return fault.instead_of_the_answer(met) or JSONResponse({"id": post_id})

    async def limit(self, request: Request, caller: Caller, sent: Sent) -> Response:
        """How much of the day's posts is used. Plays I-9."""
        own_account(request, caller, "get")
        used = await run_in_threadpool(self._store.quota_used, account_id=caller.account_id)
        config = {"quota_total": self._store.limits["posts_per_day"], "quota_duration": DAY_MS // 1000}
        whole = {"quota_usage": used, "config": config}
        told = picked(whole, sent, default=("quota_usage",), node="IGContentPublishingLimit")
        return JSONResponse({"data": [told]})
