"""The endpoints of media: initialize, append, finalize, status, metadata; and the file itself for the pages.

A segment is written to disk as it comes in, so that large uploads do not fill the memory.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import hashlib
from collections.abc import AsyncGenerator
from typing import IO, Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response

from publishing.simulators.x import errors
from publishing.simulators.x import faults as fault
from publishing.simulators.x.desk import Desk, is_id, json_body, known_only, known_parameters, number
from publishing.simulators.x.tokens import Caller
from publishing.simulators.x.uploads import ALT_MAX, CATEGORIES, SEGMENT_BYTES_MAX, SEGMENTS_MAX

ENVELOPE_BYTES_MAX = 64_000  # boundaries, headers and the other field
DRAINED_BYTES_MAX = 4 * SEGMENT_BYTES_MAX


def _announced(sent: dict[str, Any]) -> dict[str, Any]:
    """Type, category and size of a medium that X would take. Plays X-12. Raises Problem."""
    category, media_type, total = sent.get("media_category"), sent.get("media_type"), sent.get("total_bytes")
    if not isinstance(category, str) or category not in CATEGORIES:
        message = f"$.media_category: is not one of {', '.join(CATEGORIES)}."
        raise errors.invalid("media_category", category, message)
    types, bytes_max, _ = CATEGORIES[category]
    if media_type not in types:
        raise errors.invalid("media_type", media_type, f"$.media_type: a {category} is one of {', '.join(types)}.")
    if not isinstance(total, int) or isinstance(total, bool) or not 1 <= total <= bytes_max:
        raise errors.invalid("total_bytes", total, f"$.total_bytes: a {category} has 1 to {bytes_max} bytes.")
    return {"media_type": media_type, "category": category, "total_bytes": total}


async def _bounded(request: Request) -> AsyncGenerator[bytes, None]:
    """The body up to what a segment may be; the rest is read and dropped, so that the caller hears the answer."""
    size = 0
    async for part in request.stream():
        size += len(part)
        if size <= SEGMENT_BYTES_MAX + ENVELOPE_BYTES_MAX:
            yield part
        elif size > DRAINED_BYTES_MAX:
            break
    if size > SEGMENT_BYTES_MAX + ENVELOPE_BYTES_MAX:
        raise errors.invalid("media", size, f"A segment has at most {SEGMENT_BYTES_MAX} bytes.")


async def _form(request: Request) -> FormData:
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise errors.invalid("content-type", request.headers.get("content-type", ""), "multipart/form-data is needed.")
    try:
        return await MultiPartParser(request.headers, _bounded(request), max_files=1, max_fields=4).parse()
    except MultiPartException as error:
        raise errors.invalid("body", "", error.message) from error


def _digest(content: IO[bytes]) -> tuple[int, str]:
    """The size and the hash of a file, read in pieces."""
    content.seek(0)
    sha256 = hashlib.sha256()
    while piece := content.read(1 << 20):
        sha256.update(piece)
    return content.tell(), sha256.hexdigest()


class Media:
    """The endpoints of uploads."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._store = desk, desk.store

    async def initialize(self, request: Request, caller: Caller) -> Response:
        """Announce a medium. Plays X-7, X-12, X-25."""
        if caller.suspended:
            raise errors.suspended()
        asked = _announced(await json_body(request, ("media_type", "total_bytes", "media_category")))
        told = await run_in_threadpool(lambda: self._store.initialize(account_id=caller.account_id, **asked))
        return JSONResponse({"data": told})

    async def append(self, request: Request, caller: Caller) -> Response:
        """Add one segment. Plays X-8."""
        if caller.suspended:
            raise errors.suspended()
        account_id, media_id = caller.account_id, number("id", request.path_params["id"])
        form = await _form(request)
        try:
            await run_in_threadpool(self._store.check_open, account_id=account_id, media_id=media_id)
            for name in form:
                if name not in ("segment_index", "media"):
                    raise errors.invalid(name, "", f"$.{name}: is not defined in the schema.")
            position, media = form.get("segment_index"), form.get("media")
            if not isinstance(position, str) or not is_id(position) or int(position) >= SEGMENTS_MAX:
                raise errors.invalid("segment_index", position, f"A number from 0 to {SEGMENTS_MAX - 1} is needed.")
            if not isinstance(media, UploadFile):
                raise errors.invalid("media", "", "The bytes are needed as a file.")
            size, sha256 = await run_in_threadpool(_digest, media.file)
            if not 1 <= size <= SEGMENT_BYTES_MAX:
                raise errors.invalid("media", size, f"A segment has 1 to {SEGMENT_BYTES_MAX} bytes.")
            expires_at = await run_in_threadpool(
                self._store.append,
                account_id=account_id,
                media_id=media_id,
                position=int(position),
                content=media.file,
                sha256=sha256,
            )
        finally:
            await form.close()
        if fault.taken(self._desk.faults, among=fault.SEGMENTS):
            return fault.Dropped()
        return JSONResponse({"data": {"expires_at": expires_at}})

    async def finalize(self, request: Request, caller: Caller) -> Response:
        """Join the segments and, for moving pictures, begin to process. Plays X-9."""
        if caller.suspended:
            raise errors.suspended()
        media_id = number("id", request.path_params["id"])
        fate = fault.taken(self._desk.faults, among=fault.PROCESSING)
        told = await run_in_threadpool(self._store.finalize, account_id=caller.account_id, media_id=media_id, fate=fate)
        return JSONResponse({"data": told})

    async def status(self, request: Request, caller: Caller) -> Response:
        """How far a medium is. Plays X-10."""
        known_parameters(request, ("command", "media_id"))
        if request.query_params.get("command", "STATUS") != "STATUS":
            raise errors.invalid("command", request.query_params["command"], "The command is STATUS.")
        media_id = number("media_id", request.query_params.get("media_id", ""))
        told = await run_in_threadpool(self._store.status, account_id=caller.account_id, media_id=media_id)
        return JSONResponse({"data": told})

    async def metadata(self, request: Request, caller: Caller) -> Response:
        """Set the alternative text. Plays X-11, X-22."""
        if caller.suspended:
            raise errors.suspended()
        sent = await json_body(request, ("id", "metadata"))
        media_id = number("id", sent.get("id"))
        metadata = known_only(sent.get("metadata"), ("alt_text",), "metadata")
        alt = known_only(metadata.get("alt_text"), ("text",), "metadata.alt_text").get("text")
        if not isinstance(alt, str) or len(alt) > ALT_MAX:
            raise errors.invalid("metadata.alt_text.text", alt, f"A text of at most {ALT_MAX} characters is needed.")
        await run_in_threadpool(self._store.describe, account_id=caller.account_id, media_id=media_id, alt=alt)
        return JSONResponse({"data": {"id": str(media_id), "associated_metadata": {"alt_text": {"text": alt}}}})

    async def file(self, request: Request) -> Response:
        """The medium as it was uploaded, for the pages."""
        media_id = request.path_params["id"]
        found = await run_in_threadpool(self._store.media_file, media_id=int(media_id)) if is_id(media_id) else None
        if found is None:
            return PlainTextResponse("no such media", 404)
        # An id never shows anything else.
        return FileResponse(found[0], media_type=found[1], headers={"Cache-Control": "public, max-age=31536000"})
