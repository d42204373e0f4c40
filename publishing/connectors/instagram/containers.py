"""Containers: what is to be published, made and waited for before anything goes out. Rows I-1 to I-3.

A container shows to nobody and ends after a day, so making one is harmless. Who made it for which payload is sealed
into what the worker gets: it cannot have another one published. PUB-1, PUB-2, PUB-4.
"""

import time
from dataclasses import dataclass
from typing import Any

from chimera.core import canonical
from publishing.connectors import stages
from publishing.connectors.instagram import errors
from publishing.connectors.instagram.calling import PUBLISHING, Caller
from publishing.connectors.instagram.pictures import VIDEO, Shelf
from publishing.connectors.media import video_of
from publishing.connectors.serving import refusal
from publishing.connectors.stages import Stage

CHILDREN_MAX = 10
WAIT_S_MAX = 6.0  # within one call; what takes longer is gone on with by the next try
PICTURES_S_MAX = 60.0  # Instagram has pictures ready within seconds: after a minute another container is made
PAUSE_S = 0.5
FIRST_PAUSE_S = 0.1  # each next one is twice as long, up to PAUSE_S
AFTER_S = 5.0  # a call every now and then: Instagram asks to be asked seldom
MADE_MAX = 2_000
CAPTION_MAX, HASHTAGS_MAX, NAMED_MAX = 2_200, 30, 20


@dataclass(frozen=True, kw_only=True)
class Maker:
    """Makes containers for one process, and remembers those that it may go on with."""

    caller: Caller
    shelf: Shelf
    key: bytes
    made: dict[str, Stage]  # container by what it is for

    def stage(self, *, payload: dict[str, Any], handle: str, shown: str = "") -> dict[str, str]:
        """A container of this payload: what `prepare_post` answers. Raises a refusal: "rejected" or "not_sent".

        `shown` is the stage that the worker shows, of a container that another process may have made.
        """
        digest = canonical.digest(payload)
        stage = stages.opened(shown, key=self.key, digest=digest) or self.made.get(digest)
        what = "the video" if video_of(payload) else "the pictures"
        if stage is not None and not video_of(payload) and stage.age_s > PICTURES_S_MAX:
            stage = stage if self._waited(handle, stage, digest, what, wait_s=0.0) == "READY" else None
        if stage is None:
            stage = stages.begun(self._made(payload, handle))
        self.made[digest] = stage
        while len(self.made) > MADE_MAX:  # of posts that nobody tried again
            self.made.pop(next(iter(self.made)), None)
        state = self._waited(handle, stage, digest, what)
        if state == "EXPIRED":
            return self.stage(payload=payload, handle=handle)
        if state == "READY":
            return stages.told(stage.moved(position=stages.READY), key=self.key, digest=digest)
        if stage.is_over:
            self.made.pop(digest, None)
            sentence = (
                f"Instagram has not finished {what} in {stages.LASTS_S // 60} minutes. Make them anew, and smaller."
            )
            raise refusal("rejected", "media_refused", sentence)
        words = f"Instagram still works on {what}; it is tried again."
        return stages.told(stage, key=self.key, digest=digest, message=words, after_s=AFTER_S)

    def opened(self, *, stage: str, payload: dict[str, Any]) -> str:
        """The container in a stage that this connector made for exactly this payload. Raises a refusal."""
        found = stages.opened(stage, key=self.key, digest=canonical.digest(payload))
        if found is None or not found.is_ready:
            raise refusal("rejected", "stage_mismatch", "The container was not made for this payload; publish anew.")
        return found.name

    def forget(self, payload: dict[str, Any]) -> None:
        """Make another container the next time."""
        self.made.pop(canonical.digest(payload), None)

    def _made(self, payload: dict[str, Any], handle: str) -> str:
        caption = {"caption": str(payload.get("text", "")), "is_ai_generated": "true"}
        if (video := video_of(payload)) is not None:
            address = self.shelf.address(str(video["sha256"]), ending=VIDEO)
            return self._container(handle, {"media_type": "REELS", "video_url": address} | caption)
        pictures = payload.get("media") or []
        if not 1 <= len(pictures) <= CHILDREN_MAX:
            sentence = f"Instagram takes posts of 1 to {CHILDREN_MAX} pictures; this one has {len(pictures)}."
            raise refusal("rejected", "no_media", sentence)
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

    def _waited(self, handle: str, stage: Stage, digest: str, what: str, wait_s: float | None = None) -> str:
        """READY, EXPIRED or UNDERWAY, after waiting for it as long as one call may. Raises a refusal."""
        ends = time.monotonic() + (WAIT_S_MAX if wait_s is None else wait_s)
        pause = min(FIRST_PAUSE_S, PAUSE_S)
        while True:
            told = status(self.caller, handle, stage.name)
            code, words = str(told.get("status_code")), str(told.get("status") or "")[:200]
            if code in ("FINISHED", "PUBLISHED"):
                return "READY"
            if code in ("ERROR", "EXPIRED"):
                self.made.pop(digest, None)
                if code == "EXPIRED":
                    return code
                found = errors.of_container(words)
                # Nothing was published: what nobody knows of a container is tried with another one.
                means = "rejected" if found.means == "rejected" else "not_sent"
                raise refusal(means, found.code, f"Instagram cannot use {what}: {words or code} {found.do}")
            if time.monotonic() + pause > ends:
                return "UNDERWAY"
            time.sleep(pause)
            pause = min(2 * pause, PAUSE_S)


def status(caller: Caller, handle: str, container: str) -> dict[str, Any]:
    """How a container stands: `status_code` and, in words, `status`."""
    fields = {"fields": "id,status_code,status"}
    return caller.asked(handle, "GET", f"/{container}", scope=PUBLISHING, params=fields)
