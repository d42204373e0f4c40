"""Gemini: pictures with generateContent, clips with a model of the Interactions API that works in the background.

With an API key `generate_images` and `generate_videos` are refused by Google's own package, and Veo is reached with a
Google Cloud project alone: so a clip is an interaction, whose id is polled and can be cancelled. Requirements: GEN-3.
"""

import base64
import binascii
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from publishing.media.making.base import (
    Answer,
    Cancelled,
    ClipRequest,
    Cost,
    Failed,
    ImageRequest,
    Later,
    Refused,
    Running,
    Unknown,
    Unsafe,
)
from publishing.media.making.vendors import outputs
from publishing.media.making.vendors.base import Vendor
from publishing.media.making.vendors.calling import Caller

IMAGES = ("gemini-3.1-flash-image", "gemini-3-pro-image")
CLIPS = ("gemini-omni-1.2-flash",)
REFERENCE_BYTES_MAX = 7 * 1024 * 1024
# Where an interaction stands, in the words of Google's package; "completed" and "cancelled" end it too.
GOING = frozenset({"queued", "in_progress"})
FAILED = frozenset({"failed", "incomplete", "budget_exceeded"})
# Ends that are a no of its filters.
UNSAFE = frozenset(
    {"SAFETY", "IMAGE_SAFETY", "PROHIBITED_CONTENT", "IMAGE_PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION"}
)


class Gemini(Vendor):
    """`model` is one of IMAGES or CLIPS."""

    name: ClassVar[str] = "gemini"

    def __init__(self, *, url: str, key: str, timeout_s: float) -> None:
        self._key = key
        self.caller = Caller(title="Gemini", url=url, headers={"x-goog-api-key": key}, secret=key, timeout_s=timeout_s)

    def close(self) -> None:
        """See `Vendor.close`."""
        self.caller.close()

    def make_image(self, *, request: ImageRequest, model: str, cost: Cost) -> Answer:
        """See `Vendor.make_image`."""
        if model not in IMAGES:
            return Refused(words=f"Gemini makes no pictures with {model!r} here; choose one of {', '.join(IMAGES)}.")
        words = f"{request.prompt}\nAvoid: {request.negative}" if request.negative else request.prompt
        parts: list[dict[str, Any]] = [{"text": words}]
        for sha256 in request.reference_sha256s:
            shown = outputs.reference(sha256, bytes_max=REFERENCE_BYTES_MAX)
            if not isinstance(shown, tuple):
                return shown
            content, mime = shown
            parts.append({"inlineData": {"mimeType": mime, "data": base64.b64encode(content).decode()}})
        asked = {
            "contents": [{"role": "user", "parts": parts}],
            "generationConfig": {
                "responseModalities": ["IMAGE"],
                "seed": request.seed,
                "imageConfig": {"aspectRatio": request.aspect, "imageSize": "1K"},
            },
        }
        answer = self.caller.asked("POST", f"/v1/models/{model}:generateContent", begins=True, json=asked)
        if not isinstance(answer, tuple):
            return answer
        status, body = answer
        if status >= 400:
            return Refused(words=f"Gemini refused the request (HTTP {status}): {self._error(body)}")
        return self._image(body, cost)

    def _image(self, body: dict[str, Any], cost: Cost) -> Answer:
        blocked = (body.get("promptFeedback") or {}).get("blockReason")
        if blocked:
            return Unsafe(words=f"Gemini blocked the prompt: {self.caller.words(blocked)}", charged=False)
        first: dict[str, Any] = next(iter(body.get("candidates") or []), {})
        for part in (first.get("content") or {}).get("parts") or []:
            inline = part.get("inlineData") or {}
            if inline.get("data") and not part.get("thought"):
                return self._inline(inline["data"], cost, clip=False)
        stop = str(first.get("finishReason") or "")
        if stop in UNSAFE:
            return Unsafe(words=f"Gemini shows no picture: {self.caller.words(stop)}", charged=True)
        words = f"Gemini answered without a picture ({self.caller.words(stop)})."
        return Failed(words=words, retry=False, charged=True)

    def _inline(self, data: object, cost: Cost, *, clip: bool) -> Answer:
        try:
            content = base64.b64decode(str(data), validate=True)
        except binascii.Error:
            return Failed(words="Gemini sent bytes that cannot be read.", retry=False, charged=True)
        return outputs.stored(caller=self.caller, content=content, cost=cost, clip=clip)

    def begin_clip(self, *, request: ClipRequest, model: str, cost: Cost) -> Answer:
        """See `Vendor.begin_clip`."""
        if model not in CLIPS:
            return Refused(words=f"Gemini makes no clips with {model!r} here; choose one of {', '.join(CLIPS)}.")
        shown = outputs.reference(request.image_sha256, bytes_max=REFERENCE_BYTES_MAX)
        if not isinstance(shown, tuple):
            return shown
        content, mime = shown
        first = {"type": "image", "mime_type": mime, "data": base64.b64encode(content).decode()}
        wanted = {"type": "video", "resolution": "720p", "duration": f"{request.seconds}s"}
        asked = {
            "model": model,
            "background": True,
            "input": [first, {"type": "text", "text": request.prompt}],
            "response_format": [{**wanted, "aspect_ratio": request.ratio}],
        }
        answer = self.caller.asked("POST", "/v1/interactions", begins=True, json=asked)
        if not isinstance(answer, tuple):
            return answer
        status, body = answer
        if status >= 400:
            return Refused(words=f"Gemini refused the request (HTTP {status}): {self._error(body)}")
        task = body.get("id")
        if not isinstance(task, str) or not 0 < len(task) <= 200:
            return Unknown(words="Gemini answered with success and named no interaction; it may have begun.")
        return Running(task=task)

    def clip_status(self, *, task: str, cost: Cost) -> Answer:
        """See `Vendor.clip_status`."""
        answer = self.caller.asked("GET", f"{_path(task)}?stream=false", begins=False)
        if not isinstance(answer, tuple):
            return answer
        status, body = answer
        if status == 404:
            return Failed(words="Gemini knows no such interaction any more.", retry=False, charged=True)
        if status >= 400:
            return Later(words=f"Gemini refused to say (HTTP {status}): {self._error(body)}", after_s=30.0)
        stands = body.get("status")
        if stands in GOING:
            return Running(task=task)
        if stands == "cancelled":
            return Cancelled(charged=True)
        if stands == "completed":
            return self._clip(body, cost)
        if stands in FAILED:
            return self._failed(body)
        # An answer that cannot be read, or a word that is new: the clip may go on, and its money stays set aside.
        return Later(words=f"Gemini says {self.caller.words(stands)}, which is not known here.", after_s=30.0)

    def cancel_clip(self, *, task: str, cost: Cost) -> Answer:
        """See `Vendor.cancel_clip`. What was done until then counts as paid: nobody says that it is free."""
        stands = self.clip_status(task=task, cost=cost)
        if not isinstance(stands, Running):
            return stands
        answer = self.caller.asked("POST", f"{_path(task)}/cancel", begins=False)
        if not isinstance(answer, tuple):
            return answer
        if answer[0] >= 400 and answer[0] != 404:
            return Later(words=f"Gemini did not cancel (HTTP {answer[0]}).", after_s=10.0)
        return Cancelled(charged=True)

    def _clip(self, body: dict[str, Any], cost: Cost) -> Answer:
        for step in reversed(body.get("steps") or []):
            for part in step.get("content") or [] if step.get("type") == "model_output" else []:
                if part.get("type") != "video":
                    continue
                if part.get("data"):
                    return self._inline(part["data"], cost, clip=True)
                if part.get("uri"):
                    return self._fetched(str(part["uri"]), cost)
        return Failed(words="Gemini has finished and gives no clip.", retry=False, charged=True)

    def _fetched(self, uri: str, cost: Cost) -> Answer:
        ours, theirs = urlsplit(self.caller.url), urlsplit(uri)
        own = (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc)
        headers = {"x-goog-api-key": self._key} if own else None  # its files ask for the key; nobody else sees it
        return outputs.fetched(caller=self.caller, url=uri, cost=cost, clip=True, headers=headers)

    def _failed(self, body: dict[str, Any]) -> Answer:
        found: dict[str, Any] = next(iter(body.get("errors") or []), {})
        said = f"Gemini failed ({self.caller.words(body.get('status'))}): {self.caller.words(found.get('message'))}"
        charged = bool((body.get("usage") or {}).get("total_output_tokens"))
        if str(found.get("code") or "").upper() in UNSAFE:
            return Unsafe(words=said, charged=charged)
        return Failed(words=said, retry=body.get("status") == "failed" and not charged, charged=charged)

    def _error(self, body: dict[str, Any]) -> str:
        return self.caller.words((body.get("error") or {}).get("message"))


def _path(task: str) -> str:
    return f"/v1/interactions/{quote(task, safe='')}"
