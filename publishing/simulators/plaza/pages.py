"""Plaza's pages for people: the timeline, an account, a post. HTML without a script; works in any browser.

Every text comes from outside and is escaped on its way in; the only markup that a text can cause are the links that
`_marked` itself writes. Looks are in `plaza.css`, colours of accounts are classes, because the CSP allows no inline
styles.

Requirements: PUB-1, PUB-2.
"""

import re
import zlib
from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from publishing.simulators import audience

PAGE_POSTS = 40
REFRESH_S = 5
HUES = 12

_MARKS = re.compile(r"(https?://[^\s<>\"']*[\w/]|(?<![\w@#])[@#]\w[\w.-]{0,40}\w)")
_SPARK = (
    '<svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true" focusable="false">'
    '<path d="M8 0l1.9 6.1L16 8l-6.1 1.9L8 16l-1.9-6.1L0 8l6.1-1.9z" fill="currentColor"/></svg>'
)
_TILES = (
    '<svg viewBox="0 0 32 32" width="30" height="30" aria-hidden="true" focusable="false">'
    '<rect class="tile-a" width="15" height="15" rx="4"/><rect class="tile-b" x="17" width="15" height="15" rx="7.5"/>'
    '<rect class="tile-b" y="17" width="15" height="15" rx="7.5"/>'
    '<rect class="tile-c" x="17" y="17" width="15" height="15" rx="4"/></svg>'
)


def timeline(*, posts: Sequence[dict[str, Any]], now: datetime, is_live: bool, is_first: bool) -> str:
    """The newest posts of everybody. `posts` may hold one more than a page: then there is a link to older ones."""
    shown = posts[:PAGE_POSTS]
    switch = (
        '<a class="switch" href="/?live=off">Pause updates</a>' if is_live else '<a class="switch" href="/">Go live</a>'
    )
    state = "Live" if is_live else "Paused"
    head = (
        f'<div class="feed-head"><h1>{"Timeline" if is_first else "Earlier"}</h1>'
        f'<p class="live{" on" if is_live else ""}"><span class="dot" aria-hidden="true"></span>{state}</p>'
        f"{switch}</div>"
    )
    feed = "".join(_article(post, now) for post in shown) or _empty("Nobody has posted yet. It will show up here.")
    return _page(
        title="Plaza",
        main=head + f'<div class="feed">{feed}</div>' + _older(posts, "/?before="),
        aside=_square(shown),
        refresh=is_live,
    )


def account(*, account: dict[str, Any], posts: Sequence[dict[str, Any]], now: datetime) -> str:
    """One account and its posts, newest first."""
    handle, name = account["handle"], account["name"]
    count = account["post_count"]
    suspended = '<p class="notice">This account is suspended.</p>' if account["suspended"] else ""
    since = datetime.fromisoformat(account["created_at"])
    head = (
        f'<header class="profile {_hue(handle)}"><div class="banner" aria-hidden="true"></div>'
        f'{_avatar(handle, name, "large")}<h1>{escape(name)}</h1><p class="handle">@{escape(handle)}</p>'
        f'<p class="facts"><strong>{count}</strong> post{"" if count == 1 else "s"} · on Plaza since '
        f"{since.day} {since:%B %Y}</p>{suspended}</header>"
    )
    feed = "".join(_article(post, now) for post in posts[:PAGE_POSTS]) or _empty("No posts yet.")
    return _page(
        title=f"{name} (@{handle}) · Plaza",
        main=f'{_back()}{head}<div class="feed">{feed}</div>' + _older(posts, f"/@{escape(handle)}?before="),
        aside=_about(),
    )


def post(*, post: dict[str, Any], replies: Sequence[dict[str, Any]], now: datetime) -> str:
    """One post by itself, with the replies to it, oldest first."""
    thread = ""
    if replies:
        answers = "".join(_article(reply, now) for reply in replies)
        thread = f'<h2 class="thread-head">Replies</h2><div class="feed">{answers}</div>'
    title = f"{post['name']}: {post['text'][:60]} · Plaza"
    heading = f'<h1 class="hidden">Post by {escape(post["name"])}</h1>'
    single = f'<div class="feed">{_article(post, now, whole=True)}</div>'
    return _page(title=title, main=_back() + heading + single + thread, aside=_about())


def missing(*, what: str) -> str:
    """The page for an account or a post that is not there."""
    return _page(title="Not here · Plaza", main=f"{_back()}<h1>Not here</h1>{_empty(f'There is no such {what}.')}")


def _page(*, title: str, main: str, aside: str = "", refresh: bool = False) -> str:
    again = f'<meta http-equiv="refresh" content="{REFRESH_S}">' if refresh else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<title>{escape(title)}</title>{again}<link rel="stylesheet" href="/plaza.css"></head><body>'
        '<a class="skip" href="#main">Skip to the posts</a>'
        f'<header class="top"><a class="brand" href="/">{_TILES}<span>Plaza</span></a>'
        "<p>a simulated network</p></header>"
        f'<div class="columns"><main id="main">{main}</main><aside aria-label="About">{aside or _about()}</aside></div>'
        "</body></html>"
    )


def _article(post: dict[str, Any], now: datetime, *, whole: bool = False) -> str:
    handle, name = post["account"], post["name"]
    reply = ""
    if post["reply_to"]:
        target = f"/p/{escape(post['reply_to'])}"
        reply = f'<p class="reply-to">Replying to <a href="{target}">@{escape(post["reply_handle"] or "")}</a></p>'
    badge = f'<span class="badge">{_SPARK}AI-generated</span>' if post["ai_generated"] else ""
    count = post["reply_count"]
    replies = f'<span class="replies">{count} repl{"y" if count == 1 else "ies"}</span>' if count else ""
    foot = f"<footer>{badge}{replies}</footer>" if badge or replies else ""
    return (
        f'<article class="post{" whole" if whole else ""} {_hue(handle)}" aria-label="Post by {escape(name)}">'
        f'{_avatar(handle, name)}<div class="content"><header>'
        f'<a class="name" href="/@{escape(handle)}">{escape(name)}</a> <span class="handle">@{escape(handle)}</span>'
        f"{_when(post, now, whole=whole)}</header>{reply}"
        f'<p class="text" dir="auto">{_marked(post["text"])}</p>{_figures(post)}{audience.words(post)}{foot}'
        "</div></article>"
    )


def _figures(post: dict[str, Any]) -> str:
    return "".join(f"<figure>{_shown(item)}</figure>" for item in post["media"])


def _shown(item: dict[str, Any]) -> str:
    address, alt = f"/media/{escape(item['id'])}", escape(item["alt"])
    if item["type"].startswith("video/"):
        return f'<video src="{address}" aria-label="{alt or "Video"}" controls preload="metadata"></video>'
    return f'<img src="{address}" alt="{alt}" loading="lazy">'


def _avatar(handle: str, name: str, size: str = "") -> str:
    initial = escape((name or handle)[:1].upper())
    return f'<span class="avatar {size} {_hue(handle)}" aria-hidden="true">{initial}</span>'


def _hue(handle: str) -> str:
    # A checksum, not hash(): the colour of an account is the same in every process.
    return f"hue-{zlib.crc32(handle.lower().encode()) % HUES}"


def _when(post: dict[str, Any], now: datetime, *, whole: bool) -> str:
    at = datetime.fromisoformat(post["created_at"])
    full = f"{at.day} {at:%B %Y, %H:%M} UTC"
    shown = full if whole else _ago(at, now)
    stamp = f'<time datetime="{at.isoformat(timespec="seconds")}" title="{full}">{shown}</time>'
    return f'<a class="when" href="/p/{escape(post["id"])}">{stamp}</a>'


def _ago(at: datetime, now: datetime) -> str:
    seconds = int((now - at).total_seconds())
    if seconds < 10:
        return "now"
    for unit_s, word in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        if seconds >= unit_s:
            if unit_s == 86_400 and seconds > 6 * unit_s:
                break
            return f"{seconds // unit_s} {word}"
    return f"{at.day} {at:%b}"


def _marked(text: str) -> str:
    """The text, escaped, with links on web addresses and accounts and a mark on tags."""
    parts = []
    for part in _MARKS.split(text):
        safe = escape(part)
        if not _MARKS.fullmatch(part):
            parts.append(safe)
        elif part.startswith("@"):
            parts.append(f'<a href="/{safe}">{safe}</a>')
        elif part.startswith("#"):
            parts.append(f'<span class="tag">{safe}</span>')
        else:
            parts.append(f'<a href="{safe}" rel="nofollow noopener ugc">{safe}</a>')
    return "".join(parts)


def _older(posts: Sequence[dict[str, Any]], link: str) -> str:
    if len(posts) <= PAGE_POSTS:
        return ""
    last = posts[PAGE_POSTS - 1]["seq"]
    return f'<nav class="older" aria-label="Pages"><a href="{link}{last}">Earlier posts</a></nav>'


def _square(posts: Sequence[dict[str, Any]]) -> str:
    """Who is on this page, in order of their last post."""
    seen = {post["account"]: post["name"] for post in reversed(posts)}
    people = "".join(
        f'<li>{_avatar(handle, name, "small")}<a href="/@{escape(handle)}"><span class="name">{escape(name)}</span> '
        f'<span class="handle">@{escape(handle)}</span></a></li>'
        for handle, name in list(seen.items())[::-1][:8]
    )
    here = f'<section class="card"><h2>On the square</h2><ul class="people">{people}</ul></section>' if people else ""
    return here + _about()


def _about() -> str:
    return (
        '<section class="card quiet"><h2>About Plaza</h2><p>Plaza is a simulated social network. Nobody here is a real '
        f'person.</p><p><span class="badge">{_SPARK}AI-generated</span> marks what a model made.</p></section>'
    )


def _back() -> str:
    return '<nav class="back" aria-label="Back"><a href="/"><span aria-hidden="true">←</span> Timeline</a></nav>'


def _empty(sentence: str) -> str:
    return f'<p class="empty">{escape(sentence)}</p>'
