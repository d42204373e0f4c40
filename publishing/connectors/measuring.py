"""What a platform tells of how posts do, as values, and how a connector's answer becomes them.

A figure that a platform does not tell is None, never 0. Requirements: MET-1, PUB-2.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

NAMES = ("views", "likes", "replies", "reposts", "saves")
FIGURE_MAX = 2**53 - 1  # what JSON carries exactly
NOTE_CHARS_MAX = 300


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Whole numbers since publication, or None where the platform does not tell. `reposts` are shares and quotes too,
    `saves` bookmarks; `replies` are comments."""

    views: int | None = None
    likes: int | None = None
    replies: int | None = None
    reposts: int | None = None
    saves: int | None = None

    def told(self) -> dict[str, int]:
        """Those that the platform tells, by name, in the order of NAMES."""
        return {name: number for name, number in asdict(self).items() if number is not None}

    def sentence(self) -> str:
        """Those that the platform tells, for people: "1,204 views, 96 likes"."""
        words = [f"{number:,} {name if number != 1 else _ONE[name]}" for name, number in self.told().items()]
        return ", ".join(words) or "no figures"


_ONE = {"views": "view", "likes": "like", "replies": "reply", "reposts": "repost", "saves": "save"}


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What one reading brought: figures by the platform's id, the ids that it does not show any more, and a sentence
    about what it did not tell ("" for nothing). An id that is in neither was not answered about."""

    figures: Mapping[str, Figures]
    gone: frozenset[str] = frozenset()
    note: str = ""


def measurement(answer: Mapping[str, Any], *, asked: Collection[str]) -> Measurement:
    """A connector's answer, `{"figures": [{"platform_id", ...}], "gone": [str], "note": str}`, as values.

    What was not asked for is left out. Raises KeyError, TypeError or ValueError for another form.
    """
    wanted = set(asked)
    found = {str(one["platform_id"]): figures(one) for one in answer["figures"]}
    return Measurement(
        figures={key: kept for key, kept in found.items() if key in wanted},
        gone=frozenset(str(one) for one in answer["gone"]) & (wanted - found.keys()),
        note=str(answer.get("note") or "")[:NOTE_CHARS_MAX],
    )


def figures(row: Mapping[str, Any]) -> Figures:
    """The figures among a row's values. Raises ValueError for what is no whole number from 0 on."""
    return Figures(**{name: whole(row.get(name)) for name in NAMES})


def whole(value: Any) -> int | None:
    """A counter, or None where there is none. Raises ValueError."""
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= FIGURE_MAX:
        raise ValueError(f"{str(value)[:40]!r} is no counter")
    return value


def row(platform_id: str, told: Mapping[str, int | None]) -> dict[str, Any]:
    """One row of a connector's answer."""
    return {"platform_id": platform_id, **{name: told.get(name) for name in NAMES}}


def added(numbers: Iterable[int | None]) -> int | None:
    """The sum of those that there are; None of none."""
    there = [one for one in numbers if one is not None]
    return sum(there) if there else None
