"""Videos on their way into Plaza: written to disk as they come in, looked at, and kept under their hash.

Requirements: PUB-1, PUB-4.
"""

import hashlib
import tempfile
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from publishing.simulators import films
from publishing.simulators.plaza.store import Problem, Store

BYTES_MAX = 50_000_000


async def taken_in(request: Request, store: Store) -> tuple[str, int, bool]:
    """A body that is an MP4: its id, its size and whether it is new. Raises Problem."""
    sha256, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=store.media_dir, delete=False) as kept:
        part = Path(kept.name)
        try:
            async for piece in request.stream():
                size += len(piece)
                if size > BYTES_MAX:
                    raise Problem(413, "too_large", f"The body is larger than {BYTES_MAX} bytes.")
                sha256.update(piece)
                await run_in_threadpool(kept.write, piece)
            kept.flush()
            if why := films.wrong(part):
                raise Problem(422, "media_invalid", why)
            media_id, is_new = store.add_video(file=part, media_id=sha256.hexdigest())
            return media_id, size, is_new
        finally:
            part.unlink(missing_ok=True)
