"""Containers: what is to be published, made and waited for before anything goes out. Rows I-1 to I-3.

A container shows to nobody and ends after a day, so making one is harmless. Who made it for which payload is sealed
into what the worker gets: it cannot have another one published. PUB-1, PUB-2, PUB-4.
"""

import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import Any

from chimera.core import canonical
from publishing.connectors.instagram import errors
from publishing.connectors.instagram.calling import PUBLISHING, Caller
from publishing.connectors.instagram.pictures import Shelf
from publishing.connectors.serving import refusal

CHILDREN_MAX = 10
WAIT_S_MAX = 6.0  # within one call; what takes longer is gone on with by the next try
PAUSE_S = 0.5
MADE_MAX = 2_000
CAPTION_MAX, HASHTAGS_MAX, NAMED_MAX = 2_200, 30, 20


@dataclass(frozen=True, kw_only=True)
class Maker:
    """Makes containers for one process, and remembers those that it may go on with."""

    caller: Caller
    shelf: Shelf
    key: bytes
    made: dict[str, str]  # container by what it is for

    def stage(self, *, payload: dict[str, Any], handle: str) -> str:
        """A container of this payload that is ready, sealed. Raises a refusal: "rejected" or "not_sent"."""
        digest = canonical.digest(payload)
        container = self.made.get(digest) or self._made(payload, handle)
        self.made[digest] = container
        while len(self.made) > MADE_MAX:  # of posts that nobody tried again
            self.made.pop(next(iter(self.made)), None)
        self._wait(handle, container, digest)
        return f"{container}.{self._seal(container, digest)}"

    def opened(self, *, stage: str, payload: dict[str, Any]) -> str:
        """The container in a stage that this connector made for exactly this payload. Raises a refusal."""
        container, _, seal = stage.partition(".")
        wanted = self._seal(container, canonical.digest(payload))
        if not container.isdigit() or not hmac.compare_digest(seal.encode(), wanted.encode()):
            raise refusal("rejected", "stage_mismatch", "The container was not made for this payload; publish anew.")
        return container

    def forget(self, payload: dict[str, Any]) -> None:
        """Make another container the next time."""
        self.made.pop(canonical.digest(payload), None)

    def _seal(self, container: str, digest: str) -> str:
        return hmac.new(self.key, f"container {container} {digest}".encode(), hashlib.sha256).hexdigest()

    def _made(self, payload: dict[str, Any], handle: str) -> str:
        pictures = payload.get("media") or []
        if not 1 <= len(pictures) <= CHILDREN_MAX:
            sentence = f"Instagram takes posts of 1 to {CHILDREN_MAX} pictures; this one has {len(pictures)}."
            raise refusal("rejected", "no_media", sentence)
        caption = {"caption": str(payload.get("text", "")), "is_ai_generated": "true"}
        if len(pictures) == 1:
            return self._container(handle, self._picture(pictures[0]) | caption)
        children = [self._container(handle, self._picture(one) | {"is_carousel_item": "true"}) for one in pictures]
        return self._container(handle, {"media_type": "CAROUSEL", "children": ",".join(children)} | caption)

    def _picture(self, item: dict[str, Any]) -> dict[str, str]:
        alt = {"alt_text": str(item["alt"])} if item.get("alt") else {}
        return {"image_url": self.shelf.address(str(item["sha256"])), **alt}

    def _container(self, handle: str, form: dict[str, str]) -> str:
        user = self.caller.sign_in(handle, scope=PUBLISHING).user_id
        told = self.caller.asked(handle, "POST", f"/{user}/media", scope=PUBLISHING, data=form)
        container = str(told.get("id") or "")
        if not container.isdigit():
            raise refusal("not_sent", "provider", "Instagram made a container without an id; it is tried again.")
        return container

    def _wait(self, handle: str, container: str, digest: str) -> None:
        ends = time.monotonic() + WAIT_S_MAX
        while True:
            told = status(self.caller, handle, container)
            code, words = str(told.get("status_code")), str(told.get("status") or "")[:200]
            if code in ("FINISHED", "PUBLISHED"):
                return
            if code in ("ERROR", "EXPIRED"):
                self.made.pop(digest, None)
                found = errors.of_container(words) if code == "ERROR" else errors.GONE
                # Nothing was published: what nobody knows of a container is tried with another one.
                means = "rejected" if found.means == "rejected" else "not_sent"
                raise refusal(means, found.code, f"Instagram cannot use the pictures: {words or code} {found.do}")
            if time.monotonic() + PAUSE_S > ends:
                raise refusal("not_sent", "processing", "Instagram still works on the pictures; it is tried again.")
            time.sleep(PAUSE_S)


def status(caller: Caller, handle: str, container: str) -> dict[str, Any]:
    """How a container stands: `status_code` and, in words, `status`."""
    fields = {"fields": "id,status_code,status"}
    return caller.asked(handle, "GET", f"/{container}", scope=PUBLISHING, params=fields)
