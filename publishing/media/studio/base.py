"""The studio's values: a look, scenes and a script, checked when they are made.

A script that cannot be read in its time, or that holds what nobody can draw, is refused before anything is rendered;
the sentence names the scene and the line. Nothing here opens a file or a database. Requirements: GEN-3, PUB-2.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chimera.core.errors import Denied
from publishing.media.images import colours
from publishing.media.images.base import MOTIFS

LABEL = "AI-generated"  # PUB-2: plain words of disclosure, on every rendition of every platform
SECONDS_MIN, SECONDS_MAX = 5.0, 60.0  # of the whole
SCENES_MAX = 20
SCENE_SECONDS_MIN = 1.0
CHARACTERS_PER_S = 15.0  # what people read of a picture that moves
LINE_SECONDS_MIN = 0.8  # a line has to be found before it can be read
NOTICE_S = 0.4  # what a proposal leaves for looking at the picture
PICTURE_BYTES_MAX = 40_000_000
PASSAGES = ("cut", "fade")
NAME_LENGTH_MAX = 48
COUNT_MAX = 10


@dataclass(frozen=True, kw_only=True)
class Template:
    """How many lines a kind of scene takes, and how long each may be (characters)."""

    lines_min: int
    lines_max: int
    first_max: int
    other_max: int
    what: str


TEMPLATES: dict[str, Template] = {
    "title": Template(lines_min=1, lines_max=2, first_max=90, other_max=90, what="a title and a line below it"),
    "list": Template(lines_min=2, lines_max=6, first_max=50, other_max=60, what="a heading and up to five points"),
    "quote": Template(lines_min=1, lines_max=2, first_max=180, other_max=60, what="a quotation and who said it"),
    "story": Template(lines_min=1, lines_max=6, first_max=110, other_max=110, what="captions, one after the other"),
    "countdown": Template(lines_min=1, lines_max=2, first_max=60, other_max=60, what="what is counted down to"),
}


class BadScript(Denied):
    """The script cannot be rendered. The message names the scene and the part, and what to write there."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """A persona's visual identity: three colours "#rrggbb", a motif, and the seed that draws the same again."""

    background: str
    ink: str
    accent: str
    motif: str
    seed: int

    def __post_init__(self) -> None:
        for part in ("background", "ink", "accent"):
            value = getattr(self, part)
            if not colours.is_hex(value):
                raise BadScript(
                    f'The look\'s {part} colour is "{str(value)[:20]}"; write it as "#rrggbb", for example "#1d3557".'
                )
        if self.motif not in MOTIFS:
            raise BadScript(f'The look\'s motif is "{self.motif[:20]}"; choose one of {", ".join(MOTIFS)}.')
        contrast = colours.contrast(colours.parse(self.ink), colours.parse(self.background))
        if contrast < colours.READABLE:
            raise BadScript(
                f"Ink {self.ink} on background {self.background} has a contrast of {contrast:.1f}, and text needs "
                f"{colours.READABLE}; make one of them lighter or darker."
            )


def needed_s(line: str) -> float:
    """Seconds in which the line can be read: 15 characters a second (wide letters count twice), at least 0.8."""
    length = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line if not unicodedata.combining(c))
    return max(LINE_SECONDS_MIN, length / CHARACTERS_PER_S)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is seen for a while: a template, its lines, and what is behind them.

    Behind them is `clip` (a file with moving pictures) or `picture` (a file, or its bytes: PNG, JPEG or WebP; a
    figure belongs into its upper two thirds), or without both a ground in the persona's look. `count` is where a
    countdown begins. Raises BadScript; whether the seconds are enough is the script's question, which knows the
    number of the scene.
    """

    template: str
    lines: tuple[str, ...]
    seconds: float
    picture: bytes | Path | None = None
    clip: Path | None = None
    count: int = 3

    def __post_init__(self) -> None:
        kind = TEMPLATES.get(self.template)
        if kind is None:
            raise BadScript(f'There is no template "{self.template[:30]}"; choose one of {", ".join(TEMPLATES)}.')
        if not kind.lines_min <= len(self.lines) <= kind.lines_max:
            raise BadScript(
                f"A {self.template} takes {kind.lines_min} to {kind.lines_max} lines ({kind.what}); it has "
                f"{len(self.lines)}."
            )
        for number, line in enumerate(self.lines, 1):
            longest = kind.first_max if number == 1 else kind.other_max
            if not line.strip():
                raise BadScript(f"Line {number} of a {self.template} is empty; write it or leave it out.")
            if len(line) > longest:
                raise BadScript(
                    f'Line {number} of a {self.template} ("{line[:30]}…") has {len(line)} characters; at most '
                    f"{longest} "
                    "can be read on a phone. Shorten it, or make two scenes of it."
                )
        if not SCENE_SECONDS_MIN <= self.seconds <= SECONDS_MAX:
            raise BadScript(
                f"A scene of {self.seconds:g} s cannot be shown; give it {SCENE_SECONDS_MIN:g} to {SECONDS_MAX:g} s."
            )
        if not 1 <= self.count <= COUNT_MAX:
            raise BadScript(f"A countdown from {self.count} cannot be shown; begin at 1 to {COUNT_MAX}.")
        if self.picture is not None and self.clip is not None:
            raise BadScript("A scene has a picture and a clip; give one of them.")
        if isinstance(self.picture, bytes) and len(self.picture) > PICTURE_BYTES_MAX:
            raise BadScript(
                f"A picture has {len(self.picture):,} bytes; at most {PICTURE_BYTES_MAX:,} are read. Make it smaller."
            )


def proposed_s(*, lines: Sequence[str]) -> float:
    """How long a scene with these lines should be: time to read them and a moment for the picture, in tenths of a
    second."""
    return max(2.0, round(sum(needed_s(line) for line in lines) + NOTICE_S + 0.05, 1))


def timed(*, scenes: Sequence[Scene], seconds_min: float = SECONDS_MIN) -> tuple[Scene, ...]:
    """The scenes with proposed lengths; all are stretched alike where together they would be shorter than
    `seconds_min`."""
    lengths = [proposed_s(lines=scene.lines) for scene in scenes]
    stretch = max(1.0, seconds_min / sum(lengths)) if lengths else 1.0
    return tuple(
        replace(scene, seconds=round(length * stretch + 0.049, 1))
        for scene, length in zip(scenes, lengths, strict=True)
    )


@dataclass(frozen=True, kw_only=True)
class Script:
    """A whole video: scenes in order, the persona's look, and how one scene becomes the next ("cut" or "fade").

    `name`, `handle` and `mark` (a logo: PNG bytes) are the signature; a rendition decides whether it is shown, and
    no script can make TikTok's show it. Raises BadScript with a sentence for a person.
    """

    look: Look
    scenes: tuple[Scene, ...]
    passage: str = "cut"
    name: str = ""
    handle: str = ""
    mark: bytes = b""

    def __post_init__(self) -> None:
        if self.passage not in PASSAGES:
            raise BadScript(f'The passage is "{self.passage[:20]}"; choose one of {", ".join(PASSAGES)}.')
        if not 1 <= len(self.scenes) <= SCENES_MAX:
            raise BadScript(f"The script has {len(self.scenes)} scenes; a video has 1 to {SCENES_MAX}.")
        for part in ("name", "handle"):
            if len(getattr(self, part)) > NAME_LENGTH_MAX:
                raise BadScript(f"The script's {part} has more than {NAME_LENGTH_MAX} characters; shorten it.")
        if len(self.mark) > PICTURE_BYTES_MAX:
            raise BadScript(f"The mark has {len(self.mark):,} bytes; at most {PICTURE_BYTES_MAX:,} are read.")
        if not SECONDS_MIN - 1e-6 <= self.seconds <= SECONDS_MAX + 1e-6:
            raise BadScript(
                f"The scenes take {self.seconds:.1f} s together; a video takes {SECONDS_MIN:g} to {SECONDS_MAX:g} s. "
                "Change their seconds, or let the studio propose them (`timed`)."
            )
        for number, scene in enumerate(self.scenes, 1):
            _readable(scene, number=number)

    @property
    def seconds(self) -> float:
        """Of the whole video."""
        return sum(scene.seconds for scene in self.scenes)


def _readable(scene: Scene, *, number: int) -> None:
    """Raise BadScript for the first line that is not read to its end before the scene is over."""
    read_s = 0.0
    for place, line in enumerate(scene.lines, 1):
        read_s += needed_s(line)
        if read_s > scene.seconds + 1e-6:
            before = "" if place == 1 else f", and those before it {read_s - needed_s(line):.1f} s"
            raise BadScript(
                f'Scene {number}, line {place} ("{line[:40]}") is too fast: it needs {needed_s(line):.1f} s{before}, '
                "and the "
                f"scene has {scene.seconds:g} s. Give the scene {proposed_s(lines=scene.lines):g} s, or write less."
            )
