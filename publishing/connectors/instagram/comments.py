"""Comments of others on an account's own media, and answers to them. Rows I-13, I-14. PUB-1, PUB-2, PUB-4, ENG-1.

Instagram gives comments no numbers that grow over several media, so a position is a moment: the second of the newest
comment that was heard. A little before it is read again, and kept once. A reply has no field for the label: people see
it in the text, and what does not show it is not sent.
"""

from datetime import datetime
from typing import Any

import httpx2
from mcp.server.mcpserver.exceptions import ToolError

from publishing.connectors.base import is_labelled
from publishing.connectors.instagram import VISIBLE_LABEL, errors
from publishing.connectors.instagram.calling import BASIC, Caller, bearer
from publishing.connectors.instagram.reading import stamp, unread
from publishing.connectors.refusing import code_of, refusal

COMMENTING = "instagram_business_manage_comments"
MEDIA_MAX = 12  # the newest media of an account that are read; a delivery names comments on older ones
PAGES_MAX = 3  # of one medium, a hundred comments each
OVERLAP_S = 120  # a comment may become visible late
NAMED_MAX = 50
FIELDS = "id,text,username,timestamp,from,parent_id,hidden"
FIELDS_OF_ONE = f"{FIELDS},media"
REPLIES_MAX = 300


def heard(caller: Caller, *, accounts: list[str], after: int) -> dict[str, Any]:
    """What others said on these accounts' newest media, oldest first; `next` is where to go on, in seconds."""
    found: dict[str, dict[str, Any]] = {}
    newest = after
    for account in accounts:
        try:
            user = caller.sign_in(account, scope=COMMENTING).user_id
            for one, media in _comments(caller, account, user, max(0, after - OVERLAP_S)):
                if is_for_us(one, account, user):
                    found.setdefault(str(one["id"]), told(one, account, media))
                newest = max(newest, _second(one))
        except ToolError as said:
            raise unread(said) from said
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _another_form(error) from error
    shown = sorted(found.values(), key=lambda one: (one["made_at"], one["platform_id"]))
    return {"mentions": shown, "next": newest, "more": False}


def named(caller: Caller, *, account: str, comments: list[str]) -> dict[str, Any]:
    """The comments that deliveries named, as Instagram shows them to this account; what it does not show is left out.

    First as a comment on its own media, then as one elsewhere that mentions it.
    """
    mentions: list[dict[str, Any]] = []
    try:
        user = caller.sign_in(account, scope=COMMENTING).user_id
        for name in dict.fromkeys(comments[:NAMED_MAX]):
            one = where(caller, account=account, user=user, comment=name)
            if one is not None and is_for_us(one, account, user):
                mentions.append(told(one, account, str((one.get("media") or {}).get("id") or "")))
    except ToolError as said:
        raise unread(said) from said
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _another_form(error) from error
    return {"mentions": mentions}


def where(caller: Caller, *, account: str, user: str, comment: str) -> dict[str, Any] | None:
    """A comment with its `media`, and `is_elsewhere` when that is somebody else's; None when neither is shown.

    "There is no such thing" (100/33) was also said of things that were there: None is no proof. Raises a refusal.
    """
    if not comment.isdigit():
        return None
    one = _shown(caller, account, f"/{comment}", FIELDS_OF_ONE)
    if one is not None:
        return one
    fields = f"mentioned_comment.comment_id({comment}){{id,text,timestamp,username,media}}"
    page = _shown(caller, account, f"/{user}", fields)
    mentioned = (page or {}).get("mentioned_comment")
    return {**mentioned, "is_elsewhere": True} if isinstance(mentioned, dict) else None


def _shown(caller: Caller, account: str, path: str, fields: str) -> dict[str, Any] | None:
    try:
        return caller.asked(account, "GET", path, scope=COMMENTING, params={"fields": fields})
    except ToolError as said:
        if code_of(said) in (errors.NOT_SHOWN.code, errors.VALIDATION.code):
            return None
        raise  # an outage shows nothing either, and proves nothing


def is_for_us(one: dict[str, Any], account: str, user: str) -> bool:
    """Whether it is somebody else's and people see it."""
    author = one.get("from") or {}
    own = str(author.get("id") or "") == user or _author(one).lower() == account.removeprefix("@").lower()
    return not own and one.get("hidden") is not True


def _comments(caller: Caller, account: str, user: str, since: int) -> list[tuple[dict[str, Any], str]]:
    """Comments since a second, each with its medium: one request for the media, and one for each that has some."""
    params = {"fields": "id,comments_count", "limit": str(MEDIA_MAX)}
    media = caller.asked(account, "GET", f"/{user}/media", scope=BASIC, params=params)["data"]
    return [
        (one, str(medium["id"]))
        for medium in media[:MEDIA_MAX]
        if medium.get("comments_count")
        for one in _of_medium(caller, account, str(medium["id"]))
        if _second(one) >= since
    ]


def _of_medium(caller: Caller, account: str, medium: str) -> list[dict[str, Any]]:
    """Its comments and the replies to them, at most PAGES_MAX pages: Instagram does not say in which order."""
    return listed(caller, account, f"/{medium}/comments", f"{FIELDS},replies.limit(50){{{FIELDS}}}", PAGES_MAX)[0]


def listed(caller: Caller, account: str, path: str, fields: str, pages_max: int) -> tuple[list[dict[str, Any]], bool]:
    """The comments under a path with the replies within them, and whether these are all."""
    found: dict[str, dict[str, Any]] = {}
    params = {"fields": fields, "limit": "100"}
    for _ in range(pages_max):
        page = caller.asked(account, "GET", path, scope=COMMENTING, params=params)
        for one in page["data"]:
            found[str(one["id"])] = one
            for reply in (one.get("replies") or {}).get("data", []):
                found.setdefault(str(reply["id"]), {"parent_id": one["id"], **reply})
        paging = page.get("paging") or {}
        after = (paging.get("cursors") or {}).get("after")
        if not after or "next" not in paging:
            return list(found.values()), True
        params = {**params, "after": str(after)}
    return list(found.values()), False


def answers(caller: Caller, *, account: str, comment: str) -> dict[str, Any]:
    """What the account itself answered to a comment: `{"posts": [...], "whole": bool}`, as `list_posts` tells posts."""
    try:
        user = caller.sign_in(account, scope=COMMENTING).user_id
        # Threads have two levels: what answers a reply stands below the comment above both.
        one = caller.asked(account, "GET", f"/{comment}", scope=COMMENTING, params={"fields": "id,parent_id"})
        above = str(one.get("parent_id") or comment)
        rows, whole = listed(caller, account, f"/{above}/replies", FIELDS, REPLIES_MAX // 100)
        own = [one for one in rows if not is_for_us({**one, "hidden": False}, account, user)]
        return {"posts": [_answer(one, comment) for one in own], "whole": whole}
    except ToolError as said:
        raise unread(said) from said
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _another_form(error) from error


def request(caller: Caller, *, payload: dict[str, Any], handle: str) -> httpx2.Request:
    """The one request that answers a comment. Raises a refusal: nothing that people cannot tell for AI is sent."""
    text, comment = str(payload.get("text") or ""), str(payload["reply_to"])
    if not is_labelled(text, label=VISIBLE_LABEL):
        sentence = (
            f"A reply on Instagram has no field for the label; its text must begin or end with “{VISIBLE_LABEL}”."
        )
        raise refusal("rejected", "no_label", sentence)
    if payload.get("media"):
        raise refusal("rejected", "validation", "A reply on Instagram takes no pictures; send the words alone.")
    signed = caller.sign_in(handle, scope=COMMENTING)
    known = where(caller, account=handle, user=signed.user_id, comment=comment)
    if known is None:
        sentence = "Instagram shows no such comment now; it is tried again, and lets go of when it stays away."
        raise refusal("not_sent", "comment_gone", sentence)
    form = {"message": text}
    path = f"/{comment}/replies"
    if known.get("is_elsewhere"):
        path, form = f"/{signed.user_id}/mentions", {**form, "comment_id": comment, "media_id": known["media"]["id"]}
    more = {"answers": {"handle": handle, "text": text}}
    return caller.http.build_request("POST", path, data=form, headers=bearer(signed), extensions=more)


def read_back(caller: Caller, *, handle: str, comment_id: str, text: str, after: httpx2.Request) -> tuple[str, str]:
    """The address and the status of a reply that is out: whether its words, the label among them, are shown."""

    def read(name: str, scope: str, fields: str) -> dict[str, Any]:
        return caller.asked(handle, "GET", f"/{name}", scope=scope, after=after, params={"fields": fields})

    try:
        shown = read(comment_id, COMMENTING, FIELDS_OF_ONE)
        same = str(shown.get("text") or "").split() == text.split()
        status = "published" if same else "published, label not shown"
        medium = str((shown.get("media") or {}).get("id") or "")
        page = read(medium, BASIC, "permalink") if medium else {}
        return str(page.get("permalink") or ""), status
    except ToolError:
        return "", "published, not read back"  # on somebody else's medium nobody shows it to us


def hiding(caller: Caller, *, payload: dict[str, Any], handle: str) -> httpx2.Request:
    """The one request that hides a comment; hiding it again changes nothing. Raises a refusal."""
    comment = str(payload.get("comment") or "")
    if not comment.isdigit() or payload.get("action") != "hide":
        raise refusal("rejected", "validation", "The payload names no comment to hide; order it anew at the desk.")
    signed = caller.sign_in(handle, scope=COMMENTING)
    more = {"hides": {"handle": handle, "comment": comment}}
    return caller.http.build_request(
        "POST", f"/{comment}", data={"hide": "true"}, headers=bearer(signed), extensions=more
    )


def hidden(caller: Caller, answer: httpx2.Response) -> dict[str, str]:
    """The receipt of a comment that Instagram says is hidden; read back, and the status says what was seen."""
    asked, after = answer.request.extensions["hides"], answer.request
    name, fields = asked["comment"], {"fields": "id,hidden"}
    try:
        shown = caller.asked(asked["handle"], "GET", f"/{name}", scope=COMMENTING, after=after, params=fields)
    except ToolError:
        return {"platform_id": name, "url": "", "status": "hidden, not read back"}
    status = "hidden" if shown.get("hidden") is True else "hidden, but shown"
    return {"platform_id": name, "url": "", "status": status}


def told(one: dict[str, Any], account: str, media: str) -> dict[str, Any]:
    """A comment as `list_mentions` tells it. Its conversation is the comment above it, which has two levels only."""
    author = one.get("from") or {}
    name = _author(one)
    return {
        "platform_id": str(one["id"]),
        "accounts": [account.removeprefix("@")],
        "author_id": str(author.get("id") or name),
        "author_handle": name,
        "ai_generated": False,  # Instagram shows no label of a comment to software
        "text": str(one.get("text") or ""),
        "reply_to": str(one.get("parent_id") or media),
        "conversation": str(one.get("parent_id") or one["id"]),
        "made_at": stamp(one["timestamp"]),
    }


def _answer(one: dict[str, Any], comment: str) -> dict[str, Any]:
    text, made_at = str(one.get("text") or ""), stamp(one["timestamp"])
    return {"platform_id": str(one["id"]), "url": "", "text": text, "media": [], "reply_to": comment} | {
        "made_at": made_at
    }


def _author(one: dict[str, Any]) -> str:
    return str((one.get("from") or {}).get("username") or one.get("username") or "")


def _second(one: dict[str, Any]) -> int:
    return int(datetime.fromisoformat(stamp(one["timestamp"])).timestamp())


def _another_form(error: Exception) -> ToolError:
    return refusal("unavailable", "unreadable", f"Instagram's comments have another form ({type(error).__name__}).")
