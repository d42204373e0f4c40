"""Ideogram 3: one multipart call makes one picture, with the persona's picture as its character. GEN-3, GEN-4.

What its filter finds unsafe comes as success with an empty address; links expire, so the file is fetched at once.
"""

from typing import ClassVar

from publishing.media.making.base import Answer, Cost, Failed, ImageRequest, Later, Refused, Unknown, Unsafe
from publishing.media.making.vendors import outputs
from publishing.media.making.vendors.base import Vendor
from publishing.media.making.vendors.calling import Caller

PATH = "/v1/ideogram-v3/generate"
SPEEDS = {"v3-turbo": "TURBO", "v3-default": "DEFAULT", "v3-quality": "QUALITY"}
ASPECTS = {"9:16": "9x16", "16:9": "16x9", "1:1": "1x1"}
REFERENCE_BYTES_MAX = 10 * 1024 * 1024


class Ideogram(Vendor):
    """`model` is a rendering speed: "v3-turbo", "v3-default", "v3-quality"."""

    name: ClassVar[str] = "ideogram"

    def __init__(self, *, url: str, key: str, timeout_s: float) -> None:
        self.caller = Caller(title="Ideogram", url=url, headers={"Api-Key": key}, secret=key, timeout_s=timeout_s)

    def close(self) -> None:
        """See `Vendor.close`."""
        self.caller.close()

    def make_image(self, *, request: ImageRequest, model: str, cost: Cost) -> Answer:
        """See `Vendor.make_image`. One picture is asked for, so that one is paid."""
        if model not in SPEEDS:
            return Refused(words=f"Ideogram has no speed {model!r} here; choose one of {', '.join(SPEEDS)}.")
        fields = {
            "prompt": request.prompt,
            "seed": str(request.seed),
            "aspect_ratio": ASPECTS[request.aspect],
            "rendering_speed": SPEEDS[model],
            "magic_prompt": "OFF",  # the prompt that was judged is the one that is drawn
            "num_images": "1",
        }
        if request.negative:
            fields["negative_prompt"] = request.negative
        parts: list[tuple[str, tuple[str | None, bytes | str, str] | tuple[None, str]]]
        parts = [(name, (None, value)) for name, value in fields.items()]
        for sha256 in request.reference_sha256s[:1]:  # Ideogram takes one character
            shown = outputs.reference(sha256, bytes_max=REFERENCE_BYTES_MAX)
            if not isinstance(shown, tuple):
                return shown
            content, mime = shown
            parts.append(("character_reference_images", (f"reference.{mime.rpartition('/')[2]}", content, mime)))
        answer = self.caller.asked("POST", PATH, begins=True, files=parts)
        if not isinstance(answer, tuple):
            return answer
        status, body = answer
        if status == 422:
            return Unsafe(words=self.caller.words(body.get("error") or body.get("detail")), charged=False)
        if status >= 400:
            return Refused(words=f"Ideogram refused the request (HTTP {status}): {self.caller.words(body)}")
        return self._made(body, cost)

    def _made(self, body: dict[str, object], cost: Cost) -> Answer:
        data = body.get("data")
        first = data[0] if isinstance(data, list) and data else None
        if not isinstance(first, dict):
            return Unknown(words="Ideogram answered with success and no picture; it may be paid.")
        if first.get("is_image_safe") is not True:
            return Unsafe(words="Ideogram made a picture that its own filter does not show.", charged=True)
        url = first.get("url")
        if not isinstance(url, str) or not url:
            return Unsafe(words="Ideogram calls the picture safe and gives no address for it.", charged=True)
        answer = outputs.fetched(caller=self.caller, url=url, cost=cost, clip=False)
        if isinstance(answer, Later):  # it is paid, and no task is there to ask again: another call draws another one
            return Failed(words=answer.words, retry=False, charged=True)
        return answer
