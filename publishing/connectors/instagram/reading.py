"""What the connector process reads of Instagram: how a container stands, an account's media and its limit.

Rows I-3, I-5, I-9, I-15. Changes nothing. PUB-4, PUB-6.
"""

import json
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection
from mcp.server.mcpserver.exceptions import ToolError

from chimera.core import clock
from publishing.connectors.instagram import containers, errors
from publishing.connectors.instagram.calling import BASIC, PUBLISHING, Caller
from publishing.connectors.serving import refusal

PAGE, POSTS_MAX = 100, 1_000
DAY_S = 86_400
FIELDS = "id,caption,permalink,timestamp,media_type,is_ai_generated"


def listed(caller: Caller, *, account: str, before: int) -> dict[str, Any]:
    """An account's newest posts, at most POSTS_MAX: `{"posts": [...], "next": int}`, next 0 when those are all."""
    posts: list[dict[str, Any]] = []
    params = {"fields": FIELDS, "limit": str(PAGE)}
    if before:
        return {"posts": [], "next": 0}
    try:
        user = caller.sign_in(account, scope=BASIC).user_id
        while len(posts) < POSTS_MAX:
            page = caller.asked(account, "GET", f"/{user}/media", scope=BASIC, params=params)
            posts += [_post(one) for one in page["data"]]
            after = (page.get("paging") or {}).get("cursors", {}).get("after")
            if not after or "next" not in page["paging"]:
                return {"posts": posts, "next": 0}
            params = {**params, "after": str(after)}
    except ToolError as said:
        raise unread(said) from said
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        sentence = f"Instagram's list has another form ({type(error).__name__})."
        raise refusal("unavailable", "unreadable", sentence) from error
    return {"posts": posts, "next": 1}


def limit(caller: Caller, *, account: str) -> dict[str, int]:
    """What Instagram says of an account's day: `{"used", "total", "span_s"}`. Row I-9."""
    try:
        user = caller.sign_in(account, scope=PUBLISHING).user_id
        fields = {"fields": "quota_usage,config"}
        page = caller.asked(account, "GET", f"/{user}/content_publishing_limit", scope=PUBLISHING, params=fields)
        told = page["data"][0]
        config = told["config"]
        return {
            "used": int(told["quota_usage"]),
            "total": int(config["quota_total"]),
            "span_s": int(config.get("quota_duration", DAY_S)),
        }
    except ToolError as said:
        raise unread(said) from said
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        sentence = f"Instagram's limit has another form ({type(error).__name__})."
        raise refusal("unavailable", "unreadable", sentence) from error


def until(found: errors.Said) -> datetime | None:
    """When to ask again after a refusal, by the clock of the database; None where it is no limit of a day: Instagram
    counts a day that rolls and does not say when it has room."""
    if found is not errors.DAILY:
        return None
    try:
        return clock.now() + errors.LOOK_AGAIN
    except DatabaseError:
        return None  # the worker waits as after any refusal
    finally:
        connection.close()


def container(caller: Caller, *, account: str, name: str) -> dict[str, str]:
    """How a container stands: `{"status"}`, Instagram's own word."""
    try:
        return {"status": str(containers.status(caller, account, name).get("status_code") or "")}
    except ToolError as said:
        raise unread(said) from said


def unread(said: ToolError) -> ToolError:
    """A refusal of a read: "rejected" about this account, "unavailable" for later."""
    told = json.loads(str(said))
    kind = "rejected" if told["class"] == "rejected" else "unavailable"
    return refusal(kind, told["code"], told["message"])


def _post(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "platform_id": str(one["id"]),
        "url": str(one.get("permalink") or ""),
        "text": str(one.get("caption") or ""),
        "media": [],
        "reply_to": "",
        "made_at": stamp(one["timestamp"]),
        "labelled": one.get("is_ai_generated"),
    }


def stamp(said: Any) -> str:
    """A moment as Instagram writes it, in the form that Python reads."""
    return str(said).replace("Z", "+00:00").replace("+0000", "+00:00")
