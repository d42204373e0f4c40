"""What `manage.py evaluate` can measure: a socket of the switchboard, and what measures share.

A measure runs a rule over written examples and says how often it is right. Requirements: SAF-6, JDG-1.
"""

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from chimera.core.errors import Denied

Z = 1.96  # of 95%


class BadCorpus(Denied):
    """A file of examples that cannot be read; the sentence has its line."""


class Measure(ABC):
    """One line of MEASURES: on examples of a file of the user (`takes_file`), on sets of its own (`halves`), or
    on either: its own where no file is named."""

    takes_file: ClassVar[bool] = False
    halves: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def found(self, *, file: Path | None, half: str | None) -> dict[str, Any]:
        """The figures, as JSON. Raises BadCorpus."""

    @abstractmethod
    def words(self, found: dict[str, Any]) -> Iterator[str]:
        """The same as lines for a person."""


def wilson(*, hits: int, of: int) -> tuple[float, float]:
    """The interval in which the true share lies with 95%."""
    if not of:
        return 0.0, 1.0
    share, spread = hits / of, Z * Z / of
    middle = (share + spread / 2) / (1 + spread)
    width = Z * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return max(0.0, middle - width), min(1.0, middle + width)


def share(*, hits: int, of: int) -> dict[str, Any]:
    """A share with its interval, as JSON."""
    low, high = wilson(hits=hits, of=of)
    return {
        "hits": hits,
        "of": of,
        "share": round(hits / of, 4) if of else None,
        "wilson": [round(low, 4), round(high, 4)],
    }


def said(found: dict[str, Any]) -> str:
    """A share for a person."""
    low, high = found["wilson"]
    return f"{found['hits']} of {found['of']} ({low:.1%} to {high:.1%})"


def rows(file: Path, *, keys: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The rows of a JSONL file, each with at least these keys; empty lines are passed over. Raises BadCorpus."""
    for _, row in numbered(file, keys=keys):
        yield row


def numbered(file: Path, *, keys: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The same, each with where it stands ("Line 7 of stream.jsonl"), for sentences about it."""
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    where = f"Line {number} of {file}"
                    yield where, _row(line, where=where, keys=keys)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise BadCorpus(f"{file} cannot be read: {why}. Name a file with one JSON object a line.") from error


def _row(line: str, *, where: str, keys: tuple[str, ...]) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise BadCorpus(f"{where} is no JSON object ({error}). Write one a line.") from error
    if not isinstance(row, dict):
        raise BadCorpus(f"{where} is no JSON object. Write one a line.")
    if missing := [key for key in keys if key not in row]:
        raise BadCorpus(f"{where} has no {', no '.join(map(repr, missing))}. Each row needs {', '.join(keys)}.")
    return row
