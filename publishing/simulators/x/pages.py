"""The pages for people: the timeline, an account, a post, and the consent of OAuth. HTML without a script.

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

_MARKS = re.compile(r"(https?://[^\s<>\"']*[\w/]|(?<![\w@])@[A-Za-z0-9_]{1,15}(?![A-Za-z0-9_@]))")


def timeline(*, posts: Sequence[dict[str, Any]], is_first: bool) -> str:
    """The newest posts of everybody. `posts` may hold one more than a page: then there is a link to older ones."""
    heading = f"<h1>{'Timeline' if is_first else 'Earlier posts'}</h1>"
    return _page(title="X, simulated", main=heading + _feed(posts, "Nobody has posted yet.") + _older(posts, "/"))


def account(*, account: dict[str, Any], posts: Sequence[dict[str, Any]]) -> str:
    """One account with its bio and labels, and its posts, newest first."""
    handle = escape(account["handle"])
    count = account["post_count"]
    label = '<span class="label automated">Automated</span>' if account["automated"] else ""
    suspended = '<p class="notice">This account is suspended.</p>' if account["suspended"] else ""
    bio = f'<p class="bio" dir="auto">{_marked(account["bio"])}</p>' if account["bio"] else ""
    head = (
        f'<header class="profile"><h1 dir="auto">{escape(account["name"])}</h1>'
        f'<p class="handle">@{handle} {label}</p>{bio}'
        f'<p class="facts">{count} post{"" if count == 1 else "s"} · here since {_day(account["created_ms"])}</p>'
        f"{suspended}</header>"
    )
    main = _back() + head + _feed(posts, "No posts yet.") + _older(posts, f"/{handle}")
    return _page(title=f"{account['name']} (@{account['handle']})", main=main)


def post(*, post: dict[str, Any], replies: Sequence[dict[str, Any]]) -> str:
    """One post by itself, with the replies to it, oldest first; what its author hid stands apart. Plays X-32."""
    shown, hid = [one for one in replies if not one["hidden"]], [one for one in replies if one["hidden"]]
    thread = f"<h2>Replies</h2>{_feed(shown, '')}" if shown else ""
    thread += f"<details><summary>View hidden replies</summary>{_feed(hid, '')}</details>" if hid else ""
    heading = f'<h1 class="hidden">Post by {escape(post["name"])}</h1>'
    title = f"{post['name']}: {post['text'][:60]}"
    return _page(title=title, main=f"{_back()}{heading}{_feed([post], '')}{thread}")


def consent(*, asked: Mapping[str, str], accounts: Sequence[dict[str, Any]]) -> str:
    """The form on which somebody lets the app act for one of the accounts."""
    hidden = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(asked[name])}">' for name in asked)
    choices = "".join(
        f'<label class="choice"><input type="radio" name="account" value="{escape(one["id"])}" required'
        f"{' checked' if number == 0 else ''}> <span>{escape(one['name'])} "
        f'<span class="handle">@{escape(one["handle"])}</span></span></label>'
        for number, one in enumerate(accounts)
    )
    scopes = "".join(f"<li><code>{escape(scope)}</code></li>" for scope in asked["scope"].split())
    main = (
        f"<h1>Let {escape(asked['client_id'])} act for an account?</h1>"
        f"<p>It asks for:</p><ul>{scopes}</ul>"
        f'<form method="post" action="/i/oauth2/authorize">{hidden}'
        f"<fieldset><legend>Account</legend>{choices or '<p>There are no accounts yet.</p>'}</fieldset>"
        '<p class="buttons"><button type="submit" name="decision" value="allow">Authorize app</button> '
        '<button type="submit" name="decision" value="deny" class="quiet" formnovalidate>Cancel</button></p></form>'
    )
    return _page(title="Authorize an app", main=main)


def refused(*, sentence: str) -> str:
    """The page for a request for consent that is not good."""
    main = f'<h1>Something is wrong with this request</h1><p class="notice">{escape(sentence)}</p>'
    return _page(title="Authorize an app", main=main)


def missing(*, what: str) -> str:
    """The page for an account or a post that is not there."""
    return _page(title="Not here", main=f'{_back()}<h1>Not here</h1><p class="empty">There is no such {what}.</p>')


def _page(*, title: str, main: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/x.css"></head><body>'
        '<a class="skip" href="#main">Skip to the content</a>'
        '<header class="top"><a href="/">X, simulated</a> <span>nobody here is a real person</span></header>'
        f'<main id="main">{main}</main></body></html>'
    )


def _feed(posts: Sequence[dict[str, Any]], empty: str) -> str:
    articles = "".join(_article(each) for each in posts[:PAGE_POSTS])
    return f'<div class="feed">{articles}</div>' if articles else f'<p class="empty">{escape(empty)}</p>'


def _article(post: dict[str, Any]) -> str:
    handle, name = escape(post["handle"]), escape(post["name"])
    automated = ' <span class="label automated">Automated</span>' if post["automated"] else ""
    reply = ""
    if post["reply_to"] and post["reply_handle"]:
        answered = escape(post["reply_handle"])
        link = f'<a href="/{answered}/status/{escape(post["reply_to"])}">@{answered}</a>'
        reply = f'<p class="reply-to">Replying to {link}</p>'
    labels = '<span class="label ai">Made with AI</span>' if post["made_with_ai"] else ""
    labels += '<span class="label paid">Paid partnership</span>' if post["paid_partnership"] else ""
    count = post["reply_count"]
    replies = f'<span class="handle">{count} repl{"y" if count == 1 else "ies"}</span>' if count else ""
    foot = f"<footer>{labels}{replies}</footer>" if labels or replies else ""
    text = f'<p class="text" dir="auto">{_marked(post["text"])}</p>' if post["text"] else ""
    return (
        f'<article aria-label="Post by {name}"><header><a class="name" href="/{handle}">{name}</a> '
        f'<span class="handle">@{handle}</span>{automated} '
        f'<a class="when" href="/{handle}/status/{escape(post["id"])}">{_when(post["created_ms"])}</a></header>'
        f"{reply}{text}{_figures(post)}{audience.words(post)}{foot}</article>"
    )


def _figures(post: dict[str, Any]) -> str:
    shown = []
    for item in post["media"]:
        address, alt = f"/media/{escape(item['id'])}", escape(item["alt"])
        if item["media_type"].startswith("video/"):
            shown.append(f'<video src="{address}" aria-label="{alt or "Video"}" controls preload="metadata"></video>')
        else:
            shown.append(f'<img src="{address}" alt="{alt}" loading="lazy">')
    return f'<div class="media">{"".join(shown)}</div>' if shown else ""


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _day(ms: int) -> str:
    return f"{_at(ms).day} {_at(ms):%B %Y}"


def _when(ms: int) -> str:
    return f'<time datetime="{_at(ms).isoformat(timespec="seconds")}">{_day(ms)}, {_at(ms):%H:%M} UTC</time>'


def _marked(text: str) -> str:
    """The text, escaped, with links on web addresses and accounts."""
    parts = []
    for part in _MARKS.split(text):
        safe = escape(part)
        if not _MARKS.fullmatch(part):
            parts.append(safe)
        elif part.startswith("@"):
            parts.append(f'<a href="/{safe[1:]}">{safe}</a>')
        else:
            parts.append(f'<a href="{safe}" rel="nofollow noopener ugc">{safe}</a>')
    return "".join(parts)


def _older(posts: Sequence[dict[str, Any]], path: str) -> str:
    if len(posts) <= PAGE_POSTS:
        return ""
    last = escape(posts[PAGE_POSTS - 1]["id"])
    return f'<nav class="older" aria-label="Pages"><a href="{path}?before={last}">Earlier posts</a></nav>'


def _back() -> str:
    return '<nav class="back" aria-label="Back"><a href="/"><span aria-hidden="true">←</span> Timeline</a></nav>'
