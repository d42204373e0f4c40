"""Stored bytes over HTTP, at the desk: all of them or one range (RFC 9110, section 14), never a whole film in memory.

Whether somebody may see them is for the caller to have asked. Nothing in an answer can run: its type is read from the
bytes and not guessed by the browser, and as a page of its own it is in a sandbox. Requirements: GEN-6, REV-2.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from chimera.core.storage import PIECE_BYTES, UNKNOWN, open, sniffed

SANDBOX = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
_RANGE = re.compile(r"bytes=(?P<first>\d{0,18})-(?P<last>\d{0,18})")


def served(request: HttpRequest, content_hash: str) -> HttpResponseBase:
    """The answer to a GET or HEAD. Raises NotStored. Several ranges at once get all of it, as the RFC allows."""
    file = open(content_hash)
    try:
        size = file.seek(0, 2)
        file.seek(0)
        kind = sniffed(file.read(32))
        headers = {
            "ETag": f'"{content_hash}"',
            "Accept-Ranges": "bytes",
            "Cache-Control": "private, max-age=86400, immutable",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": SANDBOX,
        }
        if kind == UNKNOWN:
            headers["Content-Disposition"] = "attachment"
        if _has(request.headers.get("If-None-Match", ""), content_hash):
            file.close()
            return HttpResponse(status=304, headers=headers)
        begin, end, status = _asked(request, content_hash, size)
    except BaseException:
        file.close()
        raise
    if status == 416:
        file.close()
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    if status == 206:
        headers["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - begin)
    return _answer(request, file, begin, end, status=status, headers=headers, content_type=kind)


def _answer(
    request: HttpRequest,
    file: BinaryIO,
    begin: int,
    end: int,
    *,
    status: int,
    headers: dict[str, str],
    content_type: str,
) -> HttpResponseBase:
    if request.method == "HEAD":
        file.close()
        return HttpResponse(status=status, headers=headers, content_type=content_type)
    if end - begin <= PIECE_BYTES:
        content = b"".join(_pieces(file, begin, end))
        return HttpResponse(content, status=status, headers=headers, content_type=content_type)
    pieces = _pieces(file, begin, end)
    return StreamingHttpResponse(pieces, status=status, headers=headers, content_type=content_type)


def _has(said: str, content_hash: str) -> bool:
    tags = {one.strip().removeprefix("W/") for one in said.split(",")}
    return bool({f'"{content_hash}"', "*"} & tags)


def _asked(request: HttpRequest, content_hash: str, size: int) -> tuple[int, int, int]:
    """Where the answer begins, before which byte it ends, and its status."""
    whole = (0, size, 200)
    found = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if found is None or not (found["first"] or found["last"]):
        return whole
    if (only := request.headers.get("If-Range")) and only.strip() != f'"{content_hash}"':
        return whole  # what somebody has a part of is not this
    if not found["first"]:  # the last so many bytes
        begin, end = max(0, size - int(found["last"])), size
    else:
        if found["last"] and int(found["last"]) < int(found["first"]):
            return whole  # no range at all
        begin, end = int(found["first"]), min(size, int(found["last"]) + 1) if found["last"] else size
    return (begin, end, 206) if begin < end else (0, 0, 416)


def _pieces(file: BinaryIO, begin: int, end: int) -> Iterator[bytes]:
    with file:
        file.seek(begin)
        left = end - begin
        while left > 0 and (piece := file.read(min(PIECE_BYTES, left))):
            left -= len(piece)
            yield piece
