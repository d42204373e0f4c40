"""Making a film: figures, the gate, the renditions; gone on with at the last finished scene. No database. GEN-3, GEN-4.

An order has a folder of its own under the hash of what it is made from. A figure and a rendition are there whole or
not at all; when all of it is stored the folder is removed.
"""

import ctypes
import fcntl
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from chimera.core import mp4, storage
from chimera.core.errors import Conflict, Denied, Stopped, Unavailable
from publishing.media import likeness
from publishing.media.consistency import apart
from publishing.media.consistency.apart import Referred
from publishing.media.consistency.base import Outcome
from publishing.media.figures.base import FigureSpec
from publishing.media.figures.drawn import DrawnFigures
from publishing.media.films.base import Drawn, Film, Order, Rendered, script
from publishing.media.provenance import services as provenance
from publishing.media.studio import rendering
from publishing.media.studio.rendering import Progress
from publishing.media.studio.renditions import Rendition

MAKER = "studio"
PLAIN = ("talk", "studio")  # pose and place
KEPT_S = 86_400  # a folder that nobody has touched for so long belongs to work that was given up

Tell = Callable[[str], None]


class TooSlow(Unavailable):
    """It took longer than it may at a time; what is finished is kept for the next try."""


def make(*, order: Order, folder: Path, tell: Tell, seconds_max: float) -> Film:
    """The film, stored. `folder` holds the folders of all orders; `tell` hears of each scene, and may raise to end it.

    Raises BadScript and BadVideo for what will not do whatever happens, Conflict while the same is being made,
    Unavailable (TooSlow) where the next try goes on, as it does after the Stopped of a `tell`.
    """
    sweep(folder=folder)
    ends = time.monotonic() + seconds_max

    def told(words: str) -> None:
        if time.monotonic() > ends:
            raise TooSlow(f"The film was not ready after {seconds_max:g} s ({words}); the next try goes on from there.")
        tell(words)

    with _held(folder / order.key[:24]) as place:
        references = tuple(order.references or _references(order, place))
        drawn: list[Drawn] = []
        rendered = []
        for one in order.renditions.values():
            behind: list[bytes | Path] = []
            if order.given:
                behind = [_given(order, number, place) for number in _numbers(order)]
            else:
                size = f"{one.width}x{one.height}"  # drawn for its shape: cropped, somebody loses a hat
                drawn += [_figure(order, number, size, place, references, told) for number in _numbers(order)]
                behind = [_file(place, number, size).read_bytes() for number in _numbers(order)]
            rendered.append(_rendered(order, one, behind, place, told))
            del behind
            _give_back()
        least = min(drawn, key=lambda one: one.score_bp, default=None)
        picture = _file(place, least.scene, least.size).read_bytes() if least else b""
        return Film(drawn=tuple(drawn), rendered=tuple(rendered), references=references, least=picture)


def _give_back() -> None:
    """Hand freed memory back to the machine: pictures are large, and the C library would keep their place."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc alone
    if trim is not None:
        trim(0)


def _numbers(order: Order) -> range:
    return range(1, len(order.shots) + 1)


@contextmanager
def _held(place: Path) -> Iterator[Path]:
    """The order's folder, held by a lock that the kernel frees when we die; removed when all went well or a rule said
    no."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        with (place / "held").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Conflict("This film is being made already; wait for it.") from error
            try:
                yield place
            except Stopped:
                raise  # no verdict on the order: the next try goes on from here
            except Denied:
                shutil.rmtree(place)  # the same order will be refused again
                raise
            shutil.rmtree(place)
    except OSError as error:
        why = error.strerror or "unknown reason"
        raise Unavailable(f"Films cannot be made in their folder ({why}); free space or set FILMS_DIR.") from error


def _noted(path: Path) -> Any:
    """What was written down whole, or None."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _note(path: Path, value: Any) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value), encoding="utf-8")
    part.replace(path)  # a name that is there is whole


def _references(order: Order, place: Path) -> Sequence[Referred]:
    """The persona's reference set, where none is on record: drawn once for this order."""
    path = place / "references.json"
    if (known := _noted(path)) is not None:
        return [Referred(sha256=one["sha256"], head=tuple(one["head"]), asset=one["asset"]) for one in known]
    made = apart.drawn(traits=order.traits)
    _note(path, [asdict(one) for one in made])
    return made


def _file(place: Path, number: int, size: str) -> Path:
    return place / f"figure-{number}-{size}.png"


def _given(order: Order, number: int, place: Path) -> bytes | Path:
    """What a provider made for a scene: its picture, or a clip as a file that ffmpeg reads."""
    one = order.given[number - 1]
    if not one.clip:
        return storage.get(one.picture)
    path = place / f"clip-{one.clip}.mp4"
    if not path.exists():
        part = path.with_suffix(".part")
        with storage.open(one.clip) as file, part.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        part.replace(path)
    return path


def _figure(order: Order, number: int, size: str, place: Path, references: Sequence[Referred], told: Tell) -> Drawn:
    """The figure of one scene: drawn until it is like the persona, at most three times; the best of them is kept."""
    note = _file(place, number, size).with_suffix(".json")
    if (known := _noted(note)) is not None:
        return Drawn(**known)
    told(f"scene {number} of {len(order.shots)} is drawn")
    shot, best, best_picture = order.shots[number - 1], None, b""
    # Drawn by rules, the same stance would be as far off again: plainer ones follow, as the references stand.
    stances = ((shot.pose, shot.place), (PLAIN[0], shot.place), PLAIN)
    for draw, (pose, setting) in enumerate(stances, 1):
        seed = int(order.key[:12], 16) + 31 * number + draw
        spec = FigureSpec(traits=order.traits, pose=pose, setting=setting, seed=seed, size=size)
        picture = DrawnFigures().make(spec=spec).bytes
        verdict = apart.judged(picture=picture, references=references, handle=order.handle, draw=draw)
        found = Drawn(
            scene=number,
            size=size,
            pose=pose,
            place=setting,
            sha256=hashlib.sha256(picture).hexdigest(),
            draws=draw,
            score_bp=verdict.score_bp,
            passes=verdict.outcome is Outcome.PASS,
            parts=verdict.parts,
        )
        if best is None or found.score_bp > best.score_bp:
            best, best_picture = found, picture
        if verdict.outcome is not Outcome.AGAIN:
            break
    assert best is not None, "it was drawn at least once"
    _file(place, number, size).write_bytes(best_picture)
    _note(note, asdict(best))
    return best


def _rendered(order: Order, rendition: Rendition, behind: Sequence[bytes | Path], place: Path, told: Tell) -> Rendered:
    """One rendition, signed and stored with its poster; what is stored already is not made again."""
    note = place / f"{rendition.name}.json"
    if (known := _noted(note)) is not None:
        return Rendered(**known)

    def part(one: Progress) -> None:
        told(f"{one.what} of {len(order.shots)} is rendered for {rendition.name} ({one.parts_done} of {one.parts})")

    told(f"{rendition.name} begins")
    whole = script(shots=order.shots, look=order.look, handle=order.handle, behind=behind)
    video = rendering.render(script=whole, rendition=rendition, folder=place, progress=part)
    content = provenance.mark(video.path.read_bytes(), maker=MAKER)
    still = provenance.mark(video.poster.read_bytes(), maker=MAKER)
    sha256 = storage.put(content)
    with storage.open(sha256) as file:
        facts = mp4.read(file)
    poster = {
        "sha256": storage.put(still),
        "mime": "image/jpeg",
        "size_bytes": len(still),
        "width": video.width,
        "height": video.height,
        "maker": MAKER,
        "likeness": likeness.of(still),
    }
    made = Rendered(
        name=rendition.name,
        sha256=sha256,
        size_bytes=facts.size_bytes,
        width=facts.width,
        height=facts.height,
        ms=facts.duration_ms,
        poster=poster,
    )
    _note(note, asdict(made))
    video.path.unlink()
    video.poster.unlink()
    return made


def sweep(*, folder: Path, kept_s: float = KEPT_S) -> int:
    """Remove the folders of orders that nobody works on and nobody has touched for so long; how many."""
    swept = 0
    for place in folder.glob("*/held"):
        try:
            newest = max(file.stat().st_mtime for file in place.parent.iterdir())
            with place.open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if time.time() - newest < kept_s:
                    continue
                shutil.rmtree(place.parent)
        except (BlockingIOError, FileNotFoundError):
            continue  # somebody works there, or has just ended
        swept += 1
    return swept
