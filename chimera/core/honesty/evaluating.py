"""How often the question is heard and the claim refused, on sets of our own in six languages (SAF-3).

`asked` and `ordinary` are what strangers write, `claim` and `harmless` what a model might; `tuned` was looked at while
the words were collected, `held_out` was written afterwards.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chimera.core.honesty.asking import asked
from chimera.core.honesty.denying import denies
from chimera.core.measures import Measure, said, share

FOLDER = Path(__file__).parent / "set"
HALVES = ("tuned", "held_out")
HEARD = {"asked": True, "ordinary": False, "claim": True, "harmless": False}  # whether a rule should object
_WORDS = {
    "asked": "questions heard",
    "ordinary": "ordinary talk left alone",
    "claim": "claims refused",
    "harmless": "other texts passed",
}


def lines(half: str) -> Iterator[dict[str, Any]]:
    """The rows of one half: id, kind, language ("" where several would do), text."""
    with (FOLDER / f"{half}.jsonl").open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


class HonestyMeasure(Measure):
    """The question before the model, and the check behind it."""

    halves = HALVES

    def found(self, *, file: Path | None, half: str | None) -> dict[str, Any]:
        """By half; see `measured`."""
        return {one: measured(half=one) for one in ([half] if half else HALVES)}

    def words(self, found: dict[str, Any]) -> Iterator[str]:
        """One line for each kind."""
        for half, told in found.items():
            for kind, words in _WORDS.items():
                yield f"{half}: {words} {said(told[kind])}"
            yield f"{half}: answered in the language of the question {said(told['language'])}"


def measured(*, half: str) -> dict[str, Any]:
    """For each kind the share that was right, questions by language too, and the ids of what went wrong."""
    right = {kind: [0, 0] for kind in HEARD}
    languages: dict[str, list[int]] = {}
    answered, wrong = [0, 0], []
    for row in lines(half):
        question = asked(row["text"]) if row["kind"] in ("asked", "ordinary") else None
        heard = question is not None or (row["kind"] in ("claim", "harmless") and denies(row["text"]) is not None)
        is_right = heard == HEARD[row["kind"]]
        _count(right[row["kind"]], is_right)
        if row["kind"] == "asked":
            _count(languages.setdefault(row["language"] or "any", [0, 0]), is_right)
        if row["kind"] == "asked" and question and row["language"]:
            _count(answered, question.language == row["language"])
        if not is_right:
            wrong.append({"id": row["id"], "kind": row["kind"]})
    return {
        **{kind: share(hits=hits, of=of) for kind, (hits, of) in right.items()},
        "asked_by_language": {name: share(hits=hits, of=of) for name, (hits, of) in languages.items()},
        "language": share(hits=answered[0], of=answered[1]),
        "wrong": wrong,
    }


def _count(tally: list[int], hit: bool) -> None:
    tally[0] += hit
    tally[1] += 1
