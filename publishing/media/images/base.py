"""The socket for image makers, and the values that go through it.

A specification is checked when it is made, so that a persona with an unreadable identity is found before a post
waits for its picture. Requirements: GEN-3, GEN-6, PUB-2.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from chimera.core.errors import Denied
from publishing.media.images import colours

MOTIFS = ("rings", "waves", "grid", "leaves", "circuit", "dots")

# Characters. Beyond these a poster is no longer read at a glance; the sizes shrink until everything fits.
LENGTHS_MAX = {"title": 300, "kicker": 48, "source_line": 120, "name": 48, "handle": 48}


class BadSpec(Denied):
    """The specification cannot be drawn. The message names the part and what to write there."""


@dataclass(frozen=True, kw_only=True)
class PosterSpec:
    """What stands on a poster, in the persona's visual identity.

    Colours are "#rrggbb". `kicker`, `source_line`, `name` and `handle` may be empty; `title` may not. The same
    `seed` gives the same motif. Raises BadSpec with a sentence for a person.
    """

    title: str
    kicker: str
    source_line: str
    name: str
    handle: str
    background: str
    ink: str
    accent: str
    motif: str
    seed: int

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise BadSpec("The poster has no title; give at least one word.")
        for part, length_max in LENGTHS_MAX.items():
            length = len(getattr(self, part))
            if length > length_max:
                raise BadSpec(
                    f"The poster's {part} has {length} characters; at most {length_max} can be set. Shorten it."
                )
        for part in ("background", "ink", "accent"):
            value = getattr(self, part)
            if not colours.is_hex(value):
                raise BadSpec(
                    f'The poster\'s {part} colour is "{value}"; write it as "#rrggbb", for example "#1d3557".'
                )
        if self.motif not in MOTIFS:
            raise BadSpec(f'The poster\'s motif is "{self.motif}"; choose one of {", ".join(MOTIFS)}.')
        contrast = colours.contrast(colours.parse(self.ink), colours.parse(self.background))
        if contrast < colours.READABLE:
            raise BadSpec(
                f"Ink {self.ink} on background {self.background} has a contrast of {contrast:.1f}, and text needs "
                f"{colours.READABLE}; make one of them lighter or darker."
            )


@dataclass(frozen=True, kw_only=True)
class Image:
    """A finished picture: its bytes, their MIME type, and its size in pixels."""

    bytes: bytes
    mime: str
    width: int
    height: int


class ImageMaker(ABC):
    """Makes one image from a specification. Stateless between calls."""

    name: ClassVar[str]

    @abstractmethod
    def worst_case_usd_micros(self, *, spec: PosterSpec) -> int:
        """The most that `make` may cost for this specification, in millionths of a dollar."""

    @abstractmethod
    def make(self, *, spec: PosterSpec) -> Image:
        """The picture. Raises BadSpec when it cannot be drawn, Unavailable when a provider does not answer."""
