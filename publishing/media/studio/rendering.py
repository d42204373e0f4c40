"""Rendering: a script and a rendition become an MP4 and its poster frame.

Each scene's pictures and each part of the video lie in a work folder under the hash of what they are made from.
Whoever was killed in the middle is continued by the next call with the same script: what is finished is used, what is
not is made anew, and the folder is removed at the end. No database, no network. Requirements: GEN-3, GEN-6, PUB-2,
PUB-6.
"""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chimera.core.errors import Conflict, Denied, Stopped, Unavailable
from publishing.media.studio import graphs, running
from publishing.media.studio.base import Script
from publishing.media.studio.keys import digest_of, key_of
from publishing.media.studio.renditions import Rendition
from publishing.media.studio.shots import FADE_FRAMES, Timeline, shot, timeline
from publishing.media.studio.validating import check

AT_ONCE = 2  # ffmpegs; two of them stay below 400 MB together
POSTER_QUALITY = 92


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a render is: `parts_done` of `parts`, and what was finished last ("scene 2", "the passage to scene
    3")."""

    parts_done: int
    parts: int
    what: str


@dataclass(frozen=True, kw_only=True)
class Video:
    """A finished video: its file and the hash of its bytes, its size, and the picture that stands for it."""

    path: Path
    sha256: str
    width: int
    height: int
    seconds: float
    poster: Path


Told = Callable[[Progress], None]


@contextmanager
def _worked_in(folder: Path) -> Iterator[Path]:
    """The work folder, held by a lock that the kernel frees when we die; removed when all went well
    or when a rule said no.

    Raises Conflict when somebody renders the same now.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict("This video is being rendered already; wait for it.") from error
        for left in (*folder.glob("*.part"), *folder.glob("*.words")):
            left.unlink()  # somebody was killed while these were written
        try:
            yield folder
        except Stopped:
            raise  # whoever hears of the progress was stopped: what is finished is gone on with
        except Denied:
            shutil.rmtree(folder)  # the same script will be refused again: there is nothing to go on with
            raise
        shutil.rmtree(folder)


def render(*, script: Script, rendition: Rendition, folder: Path, progress: Told | None = None) -> Video:
    """The video in `folder` (made if missing), named by rendition and content; a video that is there already is made
    again.

    `progress` is called after each part, in this thread. Raises BadScript before anything is rendered when a line
    cannot be set, and at its scene when a picture or clip cannot be read; BadVideo when the platform would not take it;
    Conflict when the same is being rendered now; Unavailable (RenderFailed) when ffmpeg or the disk fails. After
    Unavailable, and after a Stopped that `progress` raises, the work folder is left for the next try; otherwise nothing
    is.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        key = key_of(script=script, rendition=rendition)
        with _worked_in(folder / f"work-{key[:20]}") as work:
            return _rendered(
                script=script, rendition=rendition, folder=folder, work=work, name=key[:20], progress=progress
            )
    except OSError as error:
        raise Unavailable(
            f"The studio cannot work in its folder ({error.strerror or 'unknown reason'}); free space or name another."
        ) from error


def _rendered(
    *, script: Script, rendition: Rendition, folder: Path, work: Path, name: str, progress: Told | None
) -> Video:
    times = timeline(script=script, rendition=rendition)
    parts = _parts(script=script, rendition=rendition, work=work, times=times, progress=progress)
    whole, frame = work / "whole.mp4", work / "frame.png"
    listing = graphs.joined(parts, frames=times.frames, rendition=rendition, listing=work / "parts.txt")
    _alone(listing, what="the whole", target=whole)
    facts = check(path=whole, rendition=rendition)
    seek = ["-ss", f"{times.poster_s:.3f}", "-i", str(whole), "-frames:v", "1", "-f", "image2"]
    _alone(seek, what="the poster frame", target=frame)
    video, poster = folder / f"{rendition.name}-{name}.mp4", folder / f"{rendition.name}-{name}.jpg"
    _as_jpeg(frame, work / "poster.jpg")
    digest = digest_of(whole)
    (work / "poster.jpg").replace(poster)
    whole.replace(video)
    return Video(
        path=video, sha256=digest, width=facts.width, height=facts.height, seconds=facts.seconds, poster=poster
    )  # fmt: skip


def _as_jpeg(source: Path, target: Path) -> None:
    from PIL import Image

    with Image.open(source) as picture:
        picture.convert("RGB").save(target, "JPEG", quality=POSTER_QUALITY)


def _alone(arguments: list[str], *, what: str, target: Path) -> None:
    with running.Crew(most=1) as crew:
        crew.begin(running.start(arguments=arguments, what=what, target=target))
        crew.finished(room=False)


def _parts(*, script: Script, rendition: Rendition, work: Path, times: Timeline, progress: Told | None) -> list[Path]:
    """All parts in order, made where they are missing; while one is encoded the next scene is painted."""
    files: list[Path] = []
    total, done = len(times.parts), 0

    def tell(what: str) -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(Progress(parts_done=done, parts=total, what=what))

    def land(children: list[running.Child]) -> None:
        for child in children:
            # Named at last only when it is whole: a name that is there is a part that is finished.
            child.target.rename(child.target.with_suffix(".mp4"))
            tell(child.what)

    shots: dict[int, graphs.Shot] = {}

    def drawn(number: int) -> graphs.Shot:
        if number not in shots:
            shots[number] = shot(script=script, number=number, rendition=rendition, work=work, times=times)
        return shots[number]

    with running.Crew(most=AT_ONCE) as crew:
        for part in times.parts:
            file = work / f"{part.key[:24]}.mp4"
            files.append(file)
            if file.exists():
                tell(part.what)
                continue
            if part.is_passage:
                arguments = graphs.passage(
                    drawn(part.number), drawn(part.number + 1), count=FADE_FRAMES, rendition=rendition
                )
            else:
                arguments = graphs.body(drawn(part.number), start=part.start, count=part.count, rendition=rendition)
            land(crew.finished(room=True))
            crew.begin(running.start(arguments=arguments, what=part.what, target=file.with_suffix(".part")))
        land(crew.finished(room=False))
    return files
