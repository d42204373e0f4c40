"""What the connector process reads of Instagram about how posts do: likes and comments, and insights. Row I-21.

Insights need a permission of their own; without it likes and comments are told, and a sentence says what is lacking.
"Not there" (100/33) was said of media that were there: gone is only what the account does not list either.

Requirements: MET-1.
"""

from typing import Any

from mcp.server.mcpserver.exceptions import ToolError

from publishing.connectors import measuring
from publishing.connectors.instagram import errors, reading
from publishing.connectors.instagram.calling import BASIC, Caller
from publishing.connectors.refusing import code_of, refusal

IDS_MAX = 20  # two requests each
METRICS = {"views": "views", "saved": "saves", "shares": "reposts"}
NO_INSIGHTS = (
    "Instagram tells likes and comments only: the account has not allowed instagram_business_manage_insights. "
    "Connect it anew: manage.py connect instagram @{account}."
)


def measured(caller: Caller, *, account: str, ids: list[str]) -> dict[str, Any]:
    """`{"figures": [...], "gone": [...], "note": str}` of these media. Raises "rejected" or "unavailable".

    A post that a human found live by its address has no number here: nothing is said of it.
    """
    if not 1 <= len(ids) <= IDS_MAX:
        raise refusal("rejected", "validation", f"Instagram is asked about 1 to {IDS_MAX} media.")
    try:
        return _measured(caller, account, [one for one in ids if one.isascii() and one.isdigit()])
    except ToolError as said:
        raise reading.unread(said) from said
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        sentence = f"Instagram's figures have another form ({type(error).__name__})."
        raise refusal("unavailable", "unreadable", sentence) from error


def _measured(caller: Caller, account: str, ids: list[str]) -> dict[str, Any]:
    figures: list[dict[str, Any]] = []
    absent: list[str] = []
    may_see = True
    for media in ids:
        try:
            fields = {"fields": "like_count,comments_count"}
            node = caller.asked(account, "GET", f"/{media}", scope=BASIC, params=fields)
        except ToolError as said:
            if code_of(said) != errors.NOT_SHOWN.code:
                raise
            absent.append(media)
            continue
        insights = _insights(caller, account, media) if may_see else None
        may_see = insights is not None
        numbers = {"likes": node.get("like_count"), "replies": node.get("comments_count"), **(insights or {})}
        figures.append(measuring.row(media, numbers))
    note = "" if may_see else NO_INSIGHTS.format(account=account)
    return {"figures": figures, "gone": _unlisted(caller, account, absent), "note": note}


def _insights(caller: Caller, account: str, media: str) -> dict[str, int | None] | None:
    """What insights tell by our names; None where the account does not allow them."""
    params = {"metric": ",".join(["reach", *METRICS])}
    try:
        told = caller.asked(account, "GET", f"/{media}/insights", scope=BASIC, params=params)
    except ToolError as said:
        if code_of(said) != errors.PERMISSION.code:
            raise
        return None
    named = {str(one["name"]): one["values"][0]["value"] for one in told["data"]}
    return {ours: named.get(theirs) for theirs, ours in METRICS.items()}


def _unlisted(caller: Caller, account: str, absent: list[str]) -> list[str]:
    """Those that are not among the account's media either; none while its list is too long to be sure."""
    if not absent:
        return []
    page = reading.listed(caller, account=account, before=0)
    there = {one["platform_id"] for one in page["posts"]}
    return [] if page["next"] else [one for one in absent if one not in there]
