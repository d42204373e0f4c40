"""A file over HTTP, streamed: all of it, or the range that was asked for (RFC 9110, section 14). PUB-1."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from publishing.connectors.media import pieces

_RANGE = re.compile(r"bytes=(?P<first>\d{0,18})-(?P<last>\d{0,18})")


def streamed(request: Request, file: BinaryIO, media_type: str) -> Response:
    """The answer to a GET or HEAD; closes the file when it has been sent. Several ranges at once get all of it."""
    size = file.seek(0, 2)
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "no-store"}
    found = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    start, end, status = 0, size, 200
    if found is not None and (found["first"] or found["last"]):
        start, end = _bounds(found["first"], found["last"], size)
        if start >= end:
            file.close()
            return PlainTextResponse("no such range", 416, headers={**headers, "Content-Range": f"bytes */{size}"})
        status, headers["Content-Range"] = 206, f"bytes {start}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - start)
    if request.method == "HEAD":
        file.close()
        return Response(status_code=status, headers=headers, media_type=media_type)
    return StreamingResponse(_sent(file, start, end), status_code=status, headers=headers, media_type=media_type)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """Where a range begins and before which byte it ends; empty when it lies outside."""
    if not first:  # the last so many bytes
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size


def _sent(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    with file:
        yield from pieces(file, start=start, end=end)
