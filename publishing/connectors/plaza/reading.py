"""What the connector process reads of Plaza: an account's posts, and what others said to accounts. Changes nothing.

Requirements: PUB-4, ENG-1.
"""

from typing import Any

import httpx2

from publishing.connectors.serving import refusal

LATER = (408, 429)  # answers below 500 that say nothing about what was asked


def listed(http: httpx2.Client, *, account: str, before: int) -> dict[str, Any]:
    """One page of an account's posts, newest first: `{"posts": [...], "next": int}`, next 0 at the end."""
    params = {"account": account, **({"before": str(before)} if before else {})}
    try:
        answer = http.get("/api/v1/posts", params=params)
        page = answer.raise_for_status().json()
        shown = [
            {
                "platform_id": str(post["id"]),
                "url": str(post["url"]),
                "text": str(post["text"]),
                "media": [str(image["id"]) for image in post["media"]],
                "reply_to": str(post["reply_to"] or ""),
                "made_at": str(post["created_at"]),
                "labelled": post.get("ai_generated"),
            }
            for post in page["posts"]
        ]
        return {"posts": shown, "next": int(page["next"])}
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        sentence = f"Plaza could not be read ({type(error).__name__})."
        raise refusal("unavailable", "unreadable", sentence) from error


def mentioned(http: httpx2.Client, *, accounts: list[str], after: int) -> dict[str, Any]:
    """One page of what others said to these accounts, oldest first; `next` is where to go on."""
    try:
        answer = http.get("/api/v1/mentions", params={"accounts": ",".join(accounts), "after": str(after)})
        page = answer.raise_for_status().json()
        shown = [
            {
                "platform_id": str(post["id"]),
                "accounts": [str(handle) for handle in post["mentions"]],
                "author_id": str(post["author_id"]),
                "author_handle": str(post["account"]),
                "ai_generated": post["ai_generated"] is True,
                "text": str(post["text"]),
                "reply_to": str(post["reply_to"] or ""),
                "conversation": str(post["conversation"]),
                "made_at": str(post["created_at"]),
            }
            for post in page["mentions"]
        ]
        return {"mentions": shown, "next": int(page["next"]), "more": page["more"] is True}
    except httpx2.HTTPStatusError as error:
        status = error.response.status_code
        if status in LATER or status >= 500:
            raise refusal("unavailable", "unreadable", f"Plaza could not be read (HTTP {status}).") from error
        raise refusal(
            "rejected", "unreadable", f"Plaza does not show what was said to these (HTTP {status})."
        ) from error
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        sentence = f"Plaza could not be read ({type(error).__name__})."
        raise refusal("unavailable", "unreadable", sentence) from error
