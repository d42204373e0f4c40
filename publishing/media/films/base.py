"""A film's values: shots as an artifact holds them, what it is made from, and what came out. GEN-3, GEN-6."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chimera.core import canonical
from publishing.media.consistency.apart import Referred
from publishing.media.figures.base import POSES, Traits
from publishing.media.studio.base import (
    CHARACTERS_PER_S,
    LINE_SECONDS_MIN,
    NOTICE_S,
    Look,
    Scene,
    Script,
    proposed_s,
)
from publishing.media.studio.renditions import Rendition

VERSION = 1  # raised when the same shots are drawn otherwise
WIDTHS = (1080, 720, 540, 270)
# Whoever walks is drawn whole, with the face where the label stands.
FILMED = tuple(pose for pose in POSES if pose != "walk")
PASSAGE = "cut"


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One scene: what is read for how many milliseconds, and what the persona does where."""

    template: str
    lines: tuple[str, ...]
    ms: int
    pose: str
    place: str
    count: int = 3


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a provider made for a scene: the hashes of a stored picture and of a clip of it, "" for none."""

    picture: str
    clip: str = ""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a film is made from. `references`: of the persona, [] for none on record; `renditions` by their names.
    `given`: one for each shot where providers made the pictures; else the persona is drawn here."""

    shots: tuple[Shot, ...]
    look: Look
    traits: Traits
    handle: str
    references: tuple[Referred, ...]
    renditions: Mapping[str, Rendition]
    given: tuple["Shown", ...] = ()

    @property
    def key(self) -> str:
        """The hash of all that its pictures depend on; the references only judge them."""
        sizes = {name: f"{one.width}x{one.height}" for name, one in self.renditions.items()}
        shots = [{**asdict(shot), "lines": list(shot.lines)} for shot in self.shots]
        what = {"version": VERSION, "shots": shots, "look": asdict(self.look), "traits": self.traits.digest}
        if self.given:
            what["given"] = [asdict(one) for one in self.given]
        return canonical.digest({**what, "handle": self.handle, "sizes": sizes})


def shots_of(*, scenes: Sequence[Mapping[str, Any]]) -> tuple[Shot, ...]:
    """Shots as an artifact holds them."""
    return tuple(
        Shot(
            template=str(one["template"]),
            lines=tuple(str(line) for line in one["lines"]),
            ms=int(one["ms"]),
            pose=str(one["pose"]),
            place=str(one["place"]),
            count=int(one["count"]),
        )
        for one in scenes
    )


def timed(*, scenes: Sequence[Mapping[str, Any]], ms_min: int) -> list[dict[str, Any]]:
    """The scenes, each with the milliseconds that people need for it; stretched alike up to `ms_min` together."""
    lengths = [round(proposed_s(lines=one["lines"]) * 1000) for one in scenes]
    stretch = max(1.0, ms_min / max(1, sum(lengths)))
    return [
        {**one, "ms": -(-round(length * stretch) // 100) * 100} for one, length in zip(scenes, lengths, strict=True)
    ]


def script(*, shots: Sequence[Shot], look: Look, handle: str, behind: Sequence[bytes | Path | None] = ()) -> Script:
    """The studio's script of these shots; `behind` each are a picture's bytes, or the file of a clip.

    Raises BadScript with scene, line, and what to write there.
    """
    grounds = list(behind) or [None] * len(shots)
    scenes = tuple(
        Scene(
            template=shot.template,
            lines=shot.lines,
            seconds=shot.ms / 1000,
            picture=ground if isinstance(ground, bytes) else None,
            clip=ground if isinstance(ground, Path) else None,
            count=shot.count,
        )
        for shot, ground in zip(shots, grounds, strict=True)
    )
    return Script(look=look, scenes=scenes, passage=PASSAGE, handle=handle)


def reading() -> dict[str, int]:
    """How fast people read, for whoever writes a script: whole numbers."""
    return {
        "characters_per_s": round(CHARACTERS_PER_S),
        "line_ms_min": round(LINE_SECONDS_MIN * 1000),
        "scene_ms": round(NOTICE_S * 1000) + 50,
        "scene_ms_min": round(proposed_s(lines=("x",)) * 1000),
    }


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A scene's figure for one shape of video: its hash, how often it was drawn, and how like the persona it is."""

    scene: int
    size: str
    pose: str
    place: str
    sha256: str
    draws: int
    score_bp: int
    passes: bool
    parts: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """One rendition: hashes of the stored video and its poster, and what is known of both."""

    name: str
    sha256: str
    size_bytes: int
    width: int
    height: int
    ms: int
    poster: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Film:
    """What was made of an order, with the reference set where it was drawn for it.

    `least` is the picture of the first of the drawn figures that are least like the persona, b"" where none was drawn.
    """

    drawn: tuple[Drawn, ...]
    rendered: tuple[Rendered, ...]
    references: tuple[Referred, ...]
    least: bytes = b""
