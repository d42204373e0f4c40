"""`manage.py evaluate injection --corpus FILE.jsonl`: what the tripwire catches and flags, beside open detectors.

Requirements: SAF-1.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from chimera.core.injection import detector, peers
from chimera.core.measures import BadCorpus, Measure, rows, said, share

LISTED_MAX = 20
ATTACK = frozenset(("1", "true", "injection", "attack", "malicious", "yes", "unsafe", "jailbreak"))
BENIGN = frozenset(("0", "false", "benign", "safe", "no", "clean", "harmless"))


class InjectionMeasure(Measure):
    """The detector on a file of yours: rows with `id`, `text` and `label`."""

    takes_file = True

    def found(self, *, file: Path | None, half: str | None) -> dict[str, Any]:
        """Shares with their intervals, ours and each peer's; the first ids that went wrong. Raises BadCorpus."""
        if file is None:
            raise BadCorpus("injection needs examples: name a file with --corpus FILE.jsonl.")
        read = [_row(row, number, file) for number, row in enumerate(rows(file, keys=("id", "text", "label")), start=1)]
        if not read:
            raise BadCorpus(f"{file} has no rows. Write one JSON object a line with id, text and label.")
        ours = _measured(lambda text: detector.look(text).trips, read)
        return {"rows": len(read), **ours, "peers": {name: _peer(name, read) for name in peers.PEERS}}

    def words(self, found: dict[str, Any]) -> Iterator[str]:
        """Ours, then the others."""
        yield f"{found['rows']} texts"
        yield f"chimera: {_line(found)}"
        for name, told in found["peers"].items():
            yield f"{name}: {_line(told) if told['installed'] else 'not installed'}"
        for key in ("missed", "flagged"):
            if found[key]:
                yield f"{key}: {', '.join(found[key])}"


def _row(row: dict[str, Any], number: int, file: Path) -> tuple[str, str, bool]:
    label = str(row["label"]).strip().lower()
    if not isinstance(row["text"], str) or label not in ATTACK | BENIGN:
        raise BadCorpus(
            f"Line {_line_of(number, file)} of {file} (id {row['id']!r}) needs a text that is a string, "
            "and a label that is 1 or 0, "
            "true or false, injection or benign, attack or safe."
        )
    return str(row["id"]), row["text"], label in ATTACK


def _line_of(number: int, file: Path) -> int:
    """The line on which the row of this number stands; empty lines are no rows."""
    with file.open(encoding="utf-8") as lines:
        return [place for place, line in enumerate(lines, start=1) if line.strip()][number - 1]


def _measured(trips: Callable[[str], bool], read: list[tuple[str, str, bool]]) -> dict[str, Any]:
    trips("What is loaded when it is first used is no part of the time of a text.")
    began_s = time.perf_counter()
    said_so = [trips(text) for _, text, _ in read]
    took_s = time.perf_counter() - began_s
    missed = [name for (name, _, attack), hit in zip(read, said_so, strict=True) if attack and not hit]
    flagged = [name for (name, _, attack), hit in zip(read, said_so, strict=True) if hit and not attack]
    attacks = sum(attack for _, _, attack in read)
    return {
        "catch_rate": share(hits=attacks - len(missed), of=attacks),
        "false_positive_rate": share(hits=len(flagged), of=len(read) - attacks),
        "ms_per_text": round(1000 * took_s / len(read), 3),
        "missed": missed[:LISTED_MAX],
        "flagged": flagged[:LISTED_MAX],
    }


def _peer(name: str, read: list[tuple[str, str, bool]]) -> dict[str, Any]:
    version = peers.version(name)
    if version is None:
        return {"installed": False}
    return {"installed": True, "version": version, **_measured(peers.PEERS[name](), read)}


def _line(told: dict[str, Any]) -> str:
    return (
        f"catches {said(told['catch_rate'])}, flags {said(told['false_positive_rate'])} of the harmless, "
        f"{told['ms_per_text']} ms a text"
    )
