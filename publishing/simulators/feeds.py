"""Serves the bundled sample feeds as if their outlets were publishing right now (TRD-1, PUB-1).

A template holds `{{rfc822:-35}}` (RSS) or `{{rfc3339:-35}}` (Atom) where a date belongs: minutes relative to now. So
the demo always has fresh news, and a scan meets what it meets outside: entity tags, conditional requests and 304.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

_DATE = re.compile(rb"\{\{(rfc822|rfc3339):([+-]?\d{1,6})\}\}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
_ATOM = re.compile(rb"<feed[\s>]")


def render(template: bytes, *, now: datetime) -> bytes:
    """The feed with its dates set relative to `now`. Raises ValueError when `now` has no time zone."""
    if now.tzinfo is None:
        raise ValueError("The time of a feed needs a time zone; pass an aware datetime, best in UTC.")

    def date(match: re.Match[bytes]) -> bytes:
        moment = now.astimezone(UTC) + timedelta(minutes=int(match[2]))
        if match[1] == b"rfc822":
            return format_datetime(moment, usegmt=True).encode()
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()

    return _DATE.sub(date, template)


def app(folder: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Starlette:
    """`/` lists the feeds as JSON, `/{name}.xml` serves one. Both change at most once a minute.

    `folder` holds the templates; files put there later are served at once. `clock` returns an aware datetime.
    """

    def listing(request: Request) -> Response:
        names = sorted(path.stem for path in folder.glob("*.xml") if _NAME.fullmatch(path.stem))
        # From the address that was asked for: the app may be mounted below another one.
        here = str(request.url.replace(query="", fragment="")).rstrip("/")
        return JSONResponse({"feeds": [f"{here}/{name}.xml" for name in names]})

    def feed(request: Request) -> Response:
        name = request.path_params["name"]
        path = folder / f"{name}.xml"
        if not _NAME.fullmatch(name) or not path.is_file():
            return PlainTextResponse(f'There is no feed "{name}" here; "/" lists those that are.\n', status_code=404)
        # Whole minutes: within one, the same bytes and so the same tag.
        minute = clock().astimezone(UTC).replace(second=0, microsecond=0)
        body = render(path.read_bytes(), now=minute)
        headers = {
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
            "Last-Modified": format_datetime(minute, usegmt=True),
            "Cache-Control": "max-age=60",
        }
        if _is_known(request, tag=headers["ETag"], modified=minute):
            return Response(status_code=304, headers=headers)
        kind = "application/atom+xml" if _ATOM.search(body[:2000]) else "application/rss+xml"
        return Response(body, media_type=f"{kind}; charset=utf-8", headers=headers)

    return Starlette(routes=[Route("/", listing), Route("/{name}.xml", feed)])


def _is_known(request: Request, *, tag: str, modified: datetime) -> bool:
    """Whether the caller already holds this version (RFC 9110: a tag, if sent, decides alone)."""
    if tags := request.headers.get("if-none-match"):
        held = {entry.strip().removeprefix("W/") for entry in tags.split(",")}
        return "*" in held or tag in held
    if since := request.headers.get("if-modified-since"):
        try:
            return modified <= parsedate_to_datetime(since)
        except (ValueError, TypeError):
            return False  # An unreadable or zoneless date counts as none.
    return False
