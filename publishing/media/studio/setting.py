"""Setting: a text on balanced lines, as large as its room allows, without an orphan and with nothing lost.

The same rules as a poster's title has, for any room and any script: long words are divided, with a hyphen where their
script has one. Requirements: GEN-3.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from publishing.media.images import lettering
from publishing.media.images.lettering import Weight
from publishing.media.studio import faces
from publishing.media.studio.base import BadScript

STEP_PX = 4
SLACK = 0.98  # widths are scaled from one size; hinting may add a little at another
TALL = 1.3  # times the leading, for scripts that reach further up and down
LINES_MORE = 4


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Lines of one size (pixels); `leading_px` lies between their baselines.

    Lines of a text from right to left begin with `faces.RIGHT`, which is not seen.
    """

    lines: tuple[str, ...]
    size_px: int
    leading_px: int
    weight: Weight

    @property
    def width_px(self) -> float:
        """Of the widest line."""
        return max(faces.width(line, weight=self.weight, size_px=self.size_px) for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class Room:
    """What a text may fill, in pixels: sizes from `largest` down to `smallest`, at most `lines_max` lines.

    Above `whole_words` no word is divided: smaller letters read better than a hyphen.
    """

    width: int
    height: int
    largest: int
    smallest: int
    whole_words: int
    leading: float = 1.04
    lines_max: int = 8


def _chunks(word: str, *, width: float, measure: Callable[[str], float]) -> list[str]:
    """A word in pieces no wider than the width: with hyphens, or between its clusters where its script has none."""
    if faces.hyphenates(word) and not any(faces.is_emoji(one) for one in faces.clusters(word)):
        return lettering.divide(word, width_px=width, measure=measure)
    parts = faces.clusters(word)
    count = math.ceil(measure(word) / width)
    while count <= len(parts):
        edges = [round(len(parts) * index / count) for index in range(count + 1)]
        pieces = ["".join(parts[a:b]) for a, b in pairwise(edges)]
        if all(measure(piece) <= width for piece in pieces):
            return pieces
        count += 1
    return parts


def _broken(words: list[str], *, width: float, lines_max: int, measure: Callable[[str], float]) -> list[str] | None:
    """The words on as few lines as they need, or a few more where that avoids an orphan; None if they do not fit."""
    fewest = max(1, math.ceil(measure(" ".join(words)) / width - 1e-9))
    for count in range(fewest, min(len(words), fewest + LINES_MORE, lines_max) + 1):
        lines = lettering.break_lines(words, lines=count, width_px=width, measure=measure)
        if lines is not None:
            return lines
    return None


def _filled(words: list[str], *, width: float, lines_max: int, measure: Callable[[str], float]) -> list[str] | None:
    """Line by line, an orphan taken as it comes: for texts that cannot be broken any better."""
    lines = [words[0]]
    for word in words[1:]:
        if measure(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines if len(lines) <= lines_max and all(measure(line) <= width for line in lines) else None


def fitted(*, text: str, weight: Weight, room: Room, part: str) -> Setting:
    """The cleaned text in its room, large and even. Raises BadScript naming the part when it does not fit at all."""
    stretch = TALL if faces.is_tall(text) else 1.0

    def measure(words: str) -> float:
        return faces.reference(words, weight=weight)

    best: tuple[float, list[str], int] | None = None
    for how in (_broken, _filled):
        for size in range(room.largest, room.smallest - 1, -STEP_PX if room.largest > 60 else -1):
            if best is not None and size < best[0]:
                break  # no smaller size can do better
            width = room.width * SLACK / size * faces.REFERENCE_PX
            words = text.split()
            wide = [word for word in words if measure(word) > width]
            if wide:
                # What is written without spaces is divided at any size: that is no blemish there.
                if size > room.whole_words and any(faces.hyphenates(word) for word in wide):
                    continue
                words = [piece for word in words for piece in _chunks(word, width=width, measure=measure)]
            most = min(room.lines_max, int(room.height / (size * room.leading * stretch)))
            lines = how(words, width=width, lines_max=most, measure=measure)
            if lines is None:
                continue
            # Large letters are good and so are full lines; a tall narrow column and a ragged one are neither.
            widths = [measure(line) / width for line in lines]
            score = size * (max(widths) + min(widths)) / 2
            if best is None or score > best[0]:
                best = (score, lines, size)
        if best is not None:
            _, lines, size = best
            leading_px = round(size * room.leading * stretch)
            sign = faces.RIGHT if faces.direction(text) == "rtl" else ""
            return Setting(
                lines=tuple(sign + line for line in lines), size_px=size, leading_px=leading_px, weight=weight
            )
    raise BadScript(f'{part} ("{text[:40]}") does not fit even in the smallest letters that can be read; shorten it.')
