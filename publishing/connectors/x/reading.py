"""What the connector process reads of X: an account's posts, and what others said to accounts. Rows X-13, X-14.

Changes nothing; every row that is read costs. PUB-4, ENG-1.
"""

import html
import re
from typing import Any

from chimera.core.errors import Denied, Unavailable
from publishing.connectors.serving import refusal
from publishing.connectors.x.calling import Caller

PAGE = 100
PAGES_MAX = 8  # X shows the 800 newest mentions and no more
# A mention may become visible after one with a higher id: so much is read again, and kept once.
OVERLAP_MS = 60_000
FIELDS = "created_at,author_id,referenced_tweets,conversation_id,attachments,entities,paid_partnership"
_LAST_LINK = re.compile(r"\s*https://t\.co/\w+\s*\Z")


def listed(caller: Caller, *, account: str, before: int) -> dict[str, Any]:
    """One page of an account's posts, newest first: `{"posts": [...], "next": int}`, next 0 at the end."""
    user = _user(caller, account)
    params = {"max_results": str(PAGE), "tweet.fields": FIELDS, **({"until_id": str(before)} if before else {})}
    page = caller.read(account, f"/2/users/{user}/tweets", params=params, scope="tweet.read")
    try:
        posts = [_post(one, account, site=caller.app.site) for one in page.get("data", [])]
        more = bool(page.get("meta", {}).get("next_token"))
        return {"posts": posts, "next": int(posts[-1]["platform_id"]) if posts and more else 0}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise refusal("unavailable", "unreadable", f"X's list has another form ({type(error).__name__}).") from error


def mentioned(caller: Caller, *, accounts: list[str], after: int) -> dict[str, Any]:
    """What others said to these accounts, oldest first; `next` is where to go on.

    One request an account and page: X has no list for several accounts.
    """
    found: dict[str, dict[str, Any]] = {}
    newest = after
    for account in accounts:
        for one, names in _mentions(caller, account, after):
            kept = found.setdefault(str(one["id"]), _mention(one, names))
            kept["accounts"].append(account)
            newest = max(newest, int(one["id"]))
    shown = [found[key] for key in sorted(found, key=int)]
    return {"mentions": shown, "next": newest, "more": False}


def _mentions(caller: Caller, account: str, after: int) -> list[tuple[dict[str, Any], dict[str, str]]]:
    user = _user(caller, account)
    since = max(0, after - (OVERLAP_MS << 22))
    params = {"max_results": str(PAGE), "tweet.fields": FIELDS, "expansions": "author_id", "user.fields": "username"}
    params |= {"since_id": str(since)} if since else {}
    rows: list[tuple[dict[str, Any], dict[str, str]]] = []
    for _ in range(PAGES_MAX):
        page = caller.read(account, f"/2/users/{user}/mentions", params=params, scope="tweet.read")
        try:
            people = page.get("includes", {}).get("users", [])
            names = {str(one["id"]): str(one["username"]) for one in people}
            rows += [(one, names) for one in page.get("data", []) if str(one["author_id"]) != user]
            token = page.get("meta", {}).get("next_token")
        except (KeyError, TypeError, AttributeError) as error:
            sentence = f"X's mentions have another form ({type(error).__name__})."
            raise refusal("unavailable", "unreadable", sentence) from error
        if not token or not after:  # of an account that is new here the newest page is enough
            break
        params["pagination_token"] = str(token)
    return rows


def _user(caller: Caller, account: str) -> str:
    try:
        return caller.sign_in(account, scope="tweet.read").user_id
    except Denied as error:
        raise refusal("rejected", "unauthorized", str(error)) from error
    except Unavailable as error:
        raise refusal("unavailable", "unreadable", str(error)) from error


def _post(one: dict[str, Any], account: str, *, site: str) -> dict[str, Any]:
    media = [str(key) for key in (one.get("attachments") or {}).get("media_keys", [])]
    return {
        "platform_id": str(one["id"]),
        "url": f"{site.rstrip('/')}/{account}/status/{one['id']}",
        "text": readable(one, has_media=bool(media)),
        "media": media,
        "reply_to": _answers(one),
        "made_at": str(one["created_at"]).replace("Z", "+00:00"),
        "paid": one.get("paid_partnership"),  # of made_with_ai X tells software nothing
    }


def _mention(one: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    media = (one.get("attachments") or {}).get("media_keys", [])
    return {
        "platform_id": str(one["id"]),
        "accounts": [],
        "author_id": str(one["author_id"]),
        "author_handle": names.get(str(one["author_id"]), ""),
        "ai_generated": False,  # X shows no label to software
        "text": readable(one, has_media=bool(media)),
        "reply_to": _answers(one),
        "conversation": str(one.get("conversation_id") or one["id"]),
        "made_at": str(one["created_at"]).replace("Z", "+00:00"),
    }


def _answers(one: dict[str, Any]) -> str:
    return next((str(to["id"]) for to in one.get("referenced_tweets") or [] if to.get("type") == "replied_to"), "")


def readable(one: dict[str, Any], *, has_media: bool) -> str:
    """The words as they were written: X escapes HTML, wraps links, and adds one for pictures."""
    text = str(one["text"])
    for link in (one.get("entities") or {}).get("urls", []):
        if link.get("media_key") is None and link.get("expanded_url"):
            text = text.replace(str(link["url"]), str(link["expanded_url"]))
    if has_media:
        text = _LAST_LINK.sub("", text)
    return html.unescape(text)
