"""Bringing a video to X: initialize, segments streamed from storage, finalize, wait until it is processed, say what it
shows. Rows X-7 to X-12. PUB-1, PUB-6.

It may take longer than one call, and than one process lives. So how far it is goes back to the worker as a sealed stage
(see `publishing.connectors.stages`): the next try goes on at the segment at which this one stopped. A segment whose
answer is lost is sent again by its number; the same bytes under the same number change nothing.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import httpx2
from mcp.server.mcpserver.exceptions import ToolError

from publishing.connectors import media, stages
from publishing.connectors.media import Film
from publishing.connectors.refusing import code_of, refusal
from publishing.connectors.stages import Stage
from publishing.connectors.x import uploads
from publishing.connectors.x.calling import Caller
from publishing.connectors.x.client import VIDEO

WORK_S_MAX = 6.0  # within one call; what takes longer is gone on with by the next try
AFTER_S = 1.0
MADE_MAX = 2_000
FILMS_MAX = 50


class Waits(Exception):
    """Not ready in this call; says why, and when to come again."""

    def __init__(self, sentence: str, *, after_s: float = AFTER_S) -> None:
        super().__init__(sentence)
        self.after_s = after_s


@dataclass(frozen=True, kw_only=True)
class Bringing:
    """One call: the video of a payload, open, and until when (time.monotonic) it may be worked on."""

    handle: str
    digest: str  # of the payload
    file: BinaryIO
    film: Film
    alt: str
    ends: float


@dataclass(frozen=True, kw_only=True)
class Bringer:
    """Brings videos for one process, and remembers how far those are whose worker never heard."""

    caller: Caller
    key: bytes
    made: dict[str, Stage]  # by the digest of the payload
    films: dict[str, Film] = field(default_factory=dict)  # those that were looked at, by their hash

    def known(self, file: BinaryIO, sha256: str) -> Film:
        """The video in a file as it was approved: looked at once by a process, and by its pieces from then on."""
        film = self.films.get(sha256)
        if film is None or film.piece_bytes != uploads.SEGMENT_BYTES:
            film = media.approved_film(file, sha256, VIDEO, "X", piece_bytes=uploads.SEGMENT_BYTES)
            self.films[sha256] = film
            while len(self.films) > FILMS_MAX:
                self.films.pop(next(iter(self.films)), None)
        return film

    def stage(self, call: Bringing, *, shown: str) -> dict[str, str]:
        """Go on with the upload for a payload, or begin it: what `prepare_post` answers. Raises a refusal.

        `shown` is the stage that the worker shows. An upload that X does not know any more is begun anew.
        """
        digest = call.digest
        known = self._furthest(stages.opened(shown, key=self.key, digest=digest), self.made.get(digest))
        if known is not None:
            self._remember(digest, known)
        try:
            for stage in self._steps(call, known):
                self._remember(digest, stage)
        except Waits as said:
            if known is not None and known.is_over and known.position > len(call.film.digests):
                self.made.pop(digest, None)  # X has all of it since long, and works on it still
                minutes = stages.LASTS_S // 60
                sentence = f"X has not finished this video in {minutes} minutes. Make it anew, and smaller."
                raise refusal("rejected", "media_failed", sentence) from said
            return self._told(digest, str(said), said.after_s)
        except httpx2.TransportError as error:
            if self.made.get(digest) in (None, known):  # nothing came of this call: that is X's outage
                raise
            return self._told(
                digest, f"The connection to X broke ({type(error).__name__}); it is gone on with.", AFTER_S
            )
        except ToolError as said:
            if known is None or code_of(said) != "not_found":
                raise
            self.made.pop(digest, None)
            return self.stage(call, shown="")
        return self._told(digest, "", AFTER_S)

    def opened(self, *, shown: str, digest: str) -> str:
        """The id of the video that was brought for exactly this payload and is ready. Raises a refusal."""
        stage = stages.opened(shown, key=self.key, digest=digest)
        if stage is None or not stage.is_ready:
            raise refusal("rejected", "stage_mismatch", "The video was not brought for this payload; publish anew.")
        self.made.pop(digest, None)
        return stage.name

    def _furthest(self, shown: Stage | None, made: Stage | None) -> Stage | None:
        """The later of what the worker shows and what this process remembers, of one upload."""
        if shown is None or made is None or shown.name != made.name:
            return shown or made
        return shown if shown.is_ready or (not made.is_ready and shown.position > made.position) else made

    def _remember(self, digest: str, stage: Stage) -> None:
        self.made[digest] = stage
        while len(self.made) > MADE_MAX:  # of posts that nobody tried again
            self.made.pop(next(iter(self.made)), None)

    def _told(self, digest: str, message: str, after_s: float) -> dict[str, str]:
        return stages.told(self.made[digest], key=self.key, digest=digest, message=message, after_s=after_s)

    def _steps(self, call: Bringing, known: Stage | None) -> Iterator[Stage]:
        """The stage after each thing that X took. Ends when the video is ready; raises Waits when the time is over."""
        handle, film = call.handle, call.film
        stage = known
        if stage is None:
            started = {"media_type": "video/mp4", "total_bytes": film.size, "media_category": "tweet_video"}
            told = uploads.asked(self.caller, handle, "POST", "/2/media/upload/initialize", json=started)
            stage = stages.begun(str(told["data"]["id"]))
            yield stage
        count = len(film.digests)
        while not stage.is_ready and stage.position < count:
            if time.monotonic() > call.ends:
                raise Waits(f"X has {stage.position} of {count} segments of the video; the rest follows.", after_s=0.1)
            segment = film.piece(call.file, stage.position)
            uploads.append(self.caller, handle, stage.name, stage.position, segment)
            stage = stage.moved(position=stage.position + 1)
            yield stage
        info = self._processing(handle, stage, count)
        if not stage.is_ready and stage.position == count:
            stage = stage.moved(position=count + 1)  # finalized
            yield stage
        self._processed(handle, stage, info, call.ends)
        if not stage.is_ready:
            uploads.describe(self.caller, handle, stage.name, call.alt)
            yield stage.moved(position=stages.READY)
        else:
            yield stage

    def _processing(self, handle: str, stage: Stage, count: int) -> dict[str, Any] | None:
        """What X says of the work on the video. The first question is that it may begin."""
        if stage.position == count:
            told = uploads.asked(self.caller, handle, "POST", f"/2/media/upload/{stage.name}/finalize")
        else:
            told = uploads.status(self.caller, handle, stage.name)
        found: dict[str, Any] | None = told["data"].get("processing_info")
        return found

    def _processed(self, handle: str, stage: Stage, info: dict[str, Any] | None, ends: float) -> None:
        while info and info.get("state") in ("pending", "in_progress"):
            pause = max(0.1, float(info.get("check_after_secs", 1)))
            if time.monotonic() + pause > ends:
                raise Waits("X still works on the video; it is gone on with.", after_s=pause)
            time.sleep(pause)
            info = uploads.status(self.caller, handle, stage.name)["data"].get("processing_info")
        uploads.check_usable(info)
