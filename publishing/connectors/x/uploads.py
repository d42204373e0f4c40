"""Bringing pictures to X: initialize, append in segments, finalize, wait until it is processed, say what it shows.

Nothing of it shows before a post names it, so all of it may be done again. A segment whose answer is lost is sent
again by its number. Rows X-7 to X-12. PUB-1, PUB-6.
"""

import time
from typing import Any

import httpx2

from publishing.connectors.serving import refusal
from publishing.connectors.x import errors
from publishing.connectors.x.calling import Caller, json_of

SEGMENT_BYTES = 4 * 1024 * 1024  # X takes 5 MB at most
SEGMENT_TRIES = 3
ALT_MAX = 1_000
PROCESSING_S_MAX = 25.0  # within the caller's patience; what takes longer is begun anew by the next try
PAUSE_S_MAX = 5.0
SCOPE = "media.write"


def brought(caller: Caller, handle: str, *, content: bytes, kind: str, alt: str) -> str:
    """The id under which X keeps an image of this account. Raises a refusal: "rejected" or "not_sent"."""
    started = {"media_type": kind, "total_bytes": len(content), "media_category": "tweet_image"}
    media_id = str(asked(caller, handle, "POST", "/2/media/upload/initialize", json=started)["data"]["id"])
    for number, start in enumerate(range(0, len(content), SEGMENT_BYTES)):
        append(caller, handle, media_id, number, content[start : start + SEGMENT_BYTES])
    finalized = asked(caller, handle, "POST", f"/2/media/upload/{media_id}/finalize")
    _processed(caller, handle, media_id, finalized["data"].get("processing_info"))
    describe(caller, handle, media_id, alt)
    return media_id


def describe(caller: Caller, handle: str, media_id: str, alt: str) -> None:
    """Say what a medium shows, where anything is said. Raises as `asked`."""
    if alt:
        told = {"id": media_id, "metadata": {"alt_text": {"text": alt[:ALT_MAX]}}}
        asked(caller, handle, "POST", "/2/media/metadata", json=told)


def append(caller: Caller, handle: str, media_id: str, number: int, segment: bytes) -> None:
    """Send one segment, again by its number when the answer is lost. Raises as `asked`."""
    for left in range(SEGMENT_TRIES - 1, -1, -1):
        try:
            asked(
                caller, handle, "POST", f"/2/media/upload/{media_id}/append",
                data={"segment_index": str(number)}, files={"media": ("segment", segment, "application/octet-stream")},
            )  # fmt: skip
            return
        except httpx2.TransportError:
            if not left:
                raise


def _processed(caller: Caller, handle: str, media_id: str, info: dict[str, Any] | None) -> None:
    ends = time.monotonic() + PROCESSING_S_MAX
    while info and info.get("state") in ("pending", "in_progress"):
        pause = min(PAUSE_S_MAX, max(0.1, float(info.get("check_after_secs", 1))))
        if time.monotonic() + pause > ends:
            raise refusal("not_sent", "processing", f"X still works on the media after {PROCESSING_S_MAX:g} s.")
        time.sleep(pause)
        info = status(caller, handle, media_id)["data"].get("processing_info")
    check_usable(info)


def status(caller: Caller, handle: str, media_id: str) -> dict[str, Any]:
    """How far X is with a medium. Raises as `asked`."""
    params = {"command": "STATUS", "media_id": media_id}
    return asked(caller, handle, "GET", "/2/media/upload", params=params)


def check_usable(info: dict[str, Any] | None) -> None:
    """Raises a refusal when X says that it cannot use a medium."""
    if info and info.get("state") == "failed":
        why = str((info.get("error") or {}).get("message") or "it does not say why")[:200]
        raise refusal("rejected", "media_failed", f"X cannot use the media: {why}. Make it anew within X's limits.")


def asked(caller: Caller, handle: str, method: str, path: str, **more: Any) -> dict[str, Any]:
    """What X answers. Raises a refusal, "rejected" or "not_sent", or httpx2.TransportError."""
    answer = caller.http.request(method, path, auth=caller.auth(handle, scope=SCOPE), **more)
    if answer.is_success:
        return json_of(answer)
    body = json_of(answer)
    found = errors.said(status=answer.status_code, body=body)
    # Media that X does not take, or not now: no post was begun either way.
    means = "rejected" if found.means == "rejected" else "not_sent"
    raise refusal(means, found.code, errors.sentence(status=answer.status_code, body=body, found=found))
