"""The pages for people: the feed, an account, a post, and the consent of OAuth. HTML without a script.

Every text comes from outside and is escaped on its way in; the only markup that a text can cause are the links that
`_marked` itself writes.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from publishing.simulators import audience

PAGE_POSTS = 40

_NAMED = re.compile(r"((?<![\w@])@[A-Za-z0-9_](?:[A-Za-z0-9_.]{0,28}[A-Za-z0-9_])?)")


def feed(*, posts: Sequence[dict[str, Any]], is_first: bool) -> str:
    """The newest posts of everybody. `posts` may hold one more than a page: then there is a link to older ones."""
    heading = f"<h1>{'Feed' if is_first else 'Earlier posts'}</h1>"
    return _page(title="Instagram, simulated", main=heading + _feed(posts) + _older(posts, "/"))


def account(*, account: dict[str, Any], posts: Sequence[dict[str, Any]]) -> str:
    """One account with its bio, and its posts, newest first."""
    username, count = escape(account["username"]), account["post_count"]
    restricted = '<p class="notice">This account is restricted.</p>' if account["restricted"] else ""
    bio = f'<p class="bio" dir="auto">{_marked(account["bio"])}</p>' if account["bio"] else ""
    head = (
        f'<header class="profile"><h1 dir="auto">{escape(account["name"])}</h1><p class="soft">@{username}</p>{bio}'
        f'<p class="soft">{count} post{"" if count == 1 else "s"}</p>{restricted}</header>'
    )
    main = _back() + head + _feed(posts) + _older(posts, f"/{username}/")
    return _page(title=f"{account['name']} (@{account['username']})", main=main)


def post(*, post: dict[str, Any], comments: Sequence[dict[str, Any]]) -> str:
    """One post by itself, with its comments, oldest first, and the replies below what they answer."""
    shown = [comment for comment in comments if not comment["hidden"]]
    threads = "".join(_thread(comment, shown) for comment in shown if comment["parent_id"] is None)
    below = f'<h2>Comments</h2><ul class="comments">{threads}</ul>' if threads else '<p class="soft">No comments.</p>'
    heading = f'<h1 class="hidden">Post by {escape(post["name"])}</h1>'
    title = f"{post['name']}: {post['caption'][:60]}"
    return _page(title=title, main=f"{_back()}{heading}{_article(post)}{below}")


def consent(*, asked: Mapping[str, str], scopes: Sequence[str], accounts: Sequence[dict[str, Any]]) -> str:
    """The form on which somebody lets the app act for one of the accounts."""
    hidden = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(asked[name])}">' for name in asked)
    choices = "".join(
        f'<label class="choice"><input type="radio" name="account" value="{escape(one["id"])}" required'
        f"{' checked' if number == 0 else ''}> <span>{escape(one['name'])} "
        f'<span class="soft">@{escape(one["username"])}</span></span></label>'
        for number, one in enumerate(accounts)
    )
    wanted = "".join(f"<li><code>{escape(scope)}</code></li>" for scope in scopes)
    main = (
        f"<h1>Let {escape(asked['client_id'])} act for an account?</h1>"
        f"<p>It asks for:</p><ul>{wanted}</ul>"
        f'<form method="post" action="/oauth/authorize">{hidden}'
        f"<fieldset><legend>Account</legend>{choices or '<p>There are no accounts yet.</p>'}</fieldset>"
        '<p class="buttons"><button type="submit" name="decision" value="allow">Allow</button> '
        '<button type="submit" name="decision" value="deny" class="quiet" formnovalidate>Cancel</button></p></form>'
    )
    return _page(title="Allow an app", main=main)


def refused(*, sentence: str) -> str:
    """The page for a request for consent that is not good."""
    main = f'<h1>Something is wrong with this request</h1><p class="notice">{escape(sentence)}</p>'
    return _page(title="Allow an app", main=main)


def missing(*, what: str) -> str:
    """The page for an account or a post that is not there."""
    return _page(title="Not here", main=f'{_back()}<h1>Not here</h1><p class="soft">There is no such {what}.</p>')


def _page(*, title: str, main: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/instagram.css"></head><body>'
        '<a class="skip" href="#main">Skip to the content</a>'
        '<header class="top"><a href="/">Instagram, simulated</a> <span>nobody here is a real person</span></header>'
        f'<main id="main">{main}</main></body></html>'
    )


def _feed(posts: Sequence[dict[str, Any]]) -> str:
    articles = "".join(_article(each) for each in posts[:PAGE_POSTS])
    return f'<div class="feed">{articles}</div>' if articles else '<p class="soft">Nothing was posted yet.</p>'


def _article(post: dict[str, Any]) -> str:
    username, count = escape(post["username"]), post["comment_count"]
    label = '<p class="label">AI info</p>' if post["is_ai_generated"] else ""
    caption = f'<p class="text" dir="auto">{_marked(post["caption"])}</p>' if post["caption"] else ""
    comments = f'<p class="soft">{count} comment{"" if count == 1 else "s"}</p>' if count else ""
    return (
        f'<article aria-label="Post by {escape(post["name"])}"><header>'
        f'<a class="name" href="/{username}/">{username}</a> '
        f'<a class="soft when" href="{escape(post["permalink"])}">{_when(post["created_ms"])}</a></header>'
        f"{label}{_figures(post)}{caption}{audience.words(post)}{comments}</article>"
    )


def _figures(post: dict[str, Any]) -> str:
    shown = []
    for item in post["media"]:
        address, alt = f"/media/{escape(item['id'])}", escape(item["alt"])
        if item["is_video"]:
            shown.append(f'<video src="{address}" aria-label="Video" controls preload="metadata"></video>')
        else:
            shown.append(f'<img src="{address}" alt="{alt}" loading="lazy">')
    return f'<div class="media">{"".join(shown)}</div>'


def _thread(comment: dict[str, Any], comments: Sequence[dict[str, Any]]) -> str:
    replies = "".join(_thread(each, ()) for each in comments if each["parent_id"] == comment["id"])
    username = escape(comment["username"])
    return (
        f'<li><p class="text" dir="auto"><a class="name" href="/{username}/">{username}</a> '
        f"{_marked(comment['text'])}</p>"
        f'<p class="soft">{_when(comment["created_ms"])}</p>{f"<ul>{replies}</ul>" if replies else ""}</li>'
    )


def _when(ms: int) -> str:
    at = datetime.fromtimestamp(ms / 1000, UTC)
    return f'<time datetime="{at.isoformat(timespec="seconds")}">{at.day} {at:%B %Y}, {at:%H:%M} UTC</time>'


def _marked(text: str) -> str:
    """The text, escaped, with links on accounts; addresses are no links on this platform."""
    parts = []
    for part in _NAMED.split(text):
        safe = escape(part)
        parts.append(f'<a href="/{safe[1:]}/">{safe}</a>' if _NAMED.fullmatch(part) else safe)
    return "".join(parts)


def _older(posts: Sequence[dict[str, Any]], path: str) -> str:
    if len(posts) <= PAGE_POSTS:
        return ""
    last = escape(posts[PAGE_POSTS - 1]["id"])
    return f'<nav class="older" aria-label="Pages"><a href="{path}?before={last}">Earlier posts</a></nav>'


def _back() -> str:
    return '<nav class="back" aria-label="Back"><a href="/"><span aria-hidden="true">←</span> Feed</a></nav>'
