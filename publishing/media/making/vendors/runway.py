"""Runway: a clip from a stored picture; a task there, asked for every five seconds at most. Requirements: GEN-3.

Runway keeps no idempotency key: a task that was begun and not heard of is found by a human, or by nobody.
"""

import threading
import time
from typing import Any, ClassVar
from urllib.parse import quote

from publishing.media.making.base import (
    Answer,
    Cancelled,
    ClipRequest,
    Cost,
    Failed,
    Later,
    Refused,
    Running,
    Unknown,
    Unsafe,
)
from publishing.media.making.vendors import outputs
from publishing.media.making.vendors.base import Vendor
from publishing.media.making.vendors.calling import Caller

VERSION = "2024-11-06"
RATIOS = {"9:16": "720:1280", "16:9": "1280:720", "1:1": "960:960"}
SECONDS: dict[str, frozenset[int]] = {
    "gen4_turbo": frozenset(range(2, 11)),
    "gen4.5": frozenset(range(2, 11)),
    "veo3.1": frozenset({4, 6, 8}),
}
POLL_S = 5.0  # what its documentation asks for at least
PICTURE_BYTES_MAX = 3_600_000  # as base64 in a data URI of at most 5 MB
TASKS_MAX = 5_000  # whose last answer is remembered


class Runway(Vendor):
    """`model` is one of SECONDS; a clip of a length that it does not make is refused before it is asked."""

    name: ClassVar[str] = "runway"

    def __init__(self, *, url: str, key: str, timeout_s: float, poll_s: float = POLL_S) -> None:
        headers = {"Authorization": f"Bearer {key}", "X-Runway-Version": VERSION}
        self.caller = Caller(title="Runway", url=url, headers=headers, secret=key, timeout_s=timeout_s)
        self._poll_s = poll_s
        self._asked: dict[str, tuple[float, Running]] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """See `Vendor.close`."""
        self.caller.close()

    def begin_clip(self, *, request: ClipRequest, model: str, cost: Cost) -> Answer:
        """See `Vendor.begin_clip`."""
        if request.seconds not in SECONDS.get(model, frozenset()):
            return Refused(words=f"Runway makes no {request.seconds} s with {model!r} here.")
        shown = outputs.reference(request.image_sha256, bytes_max=PICTURE_BYTES_MAX)
        if not isinstance(shown, tuple):
            return shown
        content, mime = shown
        asked = {
            "model": model,
            "promptImage": outputs.data_uri(content, mime),
            "promptText": request.prompt,
            "ratio": RATIOS[request.ratio],
            "duration": request.seconds,
            "seed": request.seed,
        }
        answer = self.caller.asked("POST", "/v1/image_to_video", begins=True, json=asked)
        if not isinstance(answer, tuple):
            return answer
        status, body = answer
        if status >= 400:
            return Refused(words=f"Runway refused the request (HTTP {status}): {self.caller.words(body.get('error'))}")
        task = body.get("id")
        if not isinstance(task, str) or not 0 < len(task) <= 200:
            return Unknown(words="Runway answered with success and named no task; it may have begun.")
        return Running(task=task, waits=True)

    def clip_status(self, *, task: str, cost: Cost) -> Answer:
        """See `Vendor.clip_status`. Asked sooner than Runway wants to be, it says what Runway said last."""
        with self._lock:
            at, last = self._asked.get(task, (float("-inf"), None))
            if last is not None and time.monotonic() - at < self._poll_s:
                return last
        answer = self.caller.asked("GET", _path(task), begins=False)
        if not isinstance(answer, tuple):
            return answer
        status, body = answer
        if status == 404:
            return Failed(words="Runway knows no such task any more.", retry=False, charged=True)
        if status >= 400:
            return Later(words=f"Runway refused to say (HTTP {status}): {self.caller.words(body)}", after_s=30.0)
        said = self._said(task, body, cost)
        with self._lock:
            self._asked.pop(task, None)
            if isinstance(said, Running):
                self._asked[task] = (time.monotonic(), said)
                while len(self._asked) > TASKS_MAX:
                    self._asked.pop(next(iter(self._asked)))
        return said

    def cancel_clip(self, *, task: str, cost: Cost) -> Answer:
        """See `Vendor.cancel_clip`. What is finished is paid, so it is fetched and not deleted."""
        with self._lock:
            self._asked.pop(task, None)
        stands = self.clip_status(task=task, cost=cost)
        if not isinstance(stands, Running):
            return stands
        answer = self.caller.asked("DELETE", _path(task), begins=False)
        if not isinstance(answer, tuple):
            return answer
        if answer[0] not in (200, 204, 404):
            return Later(words=f"Runway did not cancel (HTTP {answer[0]}).", after_s=10.0)
        return Cancelled(charged=not stands.waits)

    def _said(self, task: str, body: dict[str, Any], cost: Cost) -> Answer:
        status = body.get("status")
        if status in ("PENDING", "THROTTLED", "RUNNING"):
            return Running(task=task, waits=status != "RUNNING")
        if status == "CANCELLED":
            return Cancelled(charged=True)
        if status == "FAILED":
            return self._failed(str(body.get("failureCode") or ""), body.get("failure"))
        if status != "SUCCEEDED":
            return Later(words=f"Runway says {self.caller.words(status)}, which is not known here.", after_s=30.0)
        output = body.get("output")
        if not isinstance(output, list) or not output or not isinstance(output[0], str):
            return Failed(words="Runway has finished and gives no clip.", retry=False, charged=True)
        return outputs.fetched(caller=self.caller, url=output[0], cost=cost, clip=True)

    def _failed(self, code: str, words: object) -> Answer:
        said = f"Runway failed ({self.caller.words(code)}): {self.caller.words(words)}"
        if code.startswith("SAFETY"):
            return Unsafe(words=said, charged=True)  # nobody says that it is free, so it counts as paid
        return Failed(words=said, retry=code.startswith("INTERNAL"), charged=False)


def _path(task: str) -> str:
    return f"/v1/tasks/{quote(task, safe='')}"
