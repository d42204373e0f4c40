"""How well a rule does on a set that was made with care: what it catches, what it lets through, and how sure that is.

`grounding_set/` holds true posts and posts with one planted falsehood each (a number, name, date or quotation), about
cited items that are stored beside them. Stories are in one half only; rules were made looking at `tuned` and never at
`held_out`. Requirements: SAF-6, JDG-1.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from governance.policies.base import Outcome
from governance.policies.rules.grounding import Grounding

FOLDER = Path(__file__).parent / "grounding_set"
HALVES = ("tuned", "held_out")
KINDS = ("name", "number", "date", "quotation")
Z = 1.96  # of 95%


def wilson(*, hits: int, of: int) -> tuple[float, float]:
    """The interval in which the true share lies with 95%."""
    if not of:
        return 0.0, 1.0
    share, spread = hits / of, Z * Z / of
    middle = (share + spread / 2) / (1 + spread)
    width = Z * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return max(0.0, middle - width), min(1.0, middle + width)


def snapshot(line: Mapping[str, Any], soul: Mapping[str, Any]) -> dict[str, Any]:
    """What the rule reads of one line: the post, its cited items, and the soul; a line may bring words of its own."""
    voice = {**soul["voice"], "asides": [*soul["voice"]["asides"], *line.get("lines", [])]}
    return {
        "payload": {"text": line["text"]},
        "citations": line["cited"],
        "soul": {**soul, "voice": voice, "name": line.get("name", soul["name"])},
    }


def lines(half: str) -> Iterator[dict[str, Any]]:
    """The posts of one half."""
    with (FOLDER / f"{half}.jsonl").open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _share(hits: int, of: int) -> dict[str, Any]:
    low, high = wilson(hits=hits, of=of)
    return {
        "hits": hits,
        "of": of,
        "share": round(hits / of, 4) if of else None,
        "wilson": [round(low, 4), round(high, 4)],
    }


def grounding(*, halves: Sequence[str] = HALVES) -> dict[str, Any]:
    """Caught by kind and in all, and true posts that passed, for each half; with the ids of what went wrong."""
    soul = json.loads((FOLDER / "soul.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = {}
    for half in halves:
        caught = {kind: [0, 0] for kind in KINDS}
        passed, true, wrong = 0, 0, []
        for line in lines(half):
            finding = Grounding().check(snapshot=snapshot(line, soul))
            objects = finding.outcome > Outcome.PASS
            if line["true"]:
                true += 1
                passed += not objects
            else:
                caught[line["kind"]][0] += objects
                caught[line["kind"]][1] += 1
            if objects == line["true"]:
                wrong.append({"id": line["id"], "true": line["true"], "span": finding.span})
        found[half] = {
            "caught": _share(sum(hits for hits, _ in caught.values()), sum(of for _, of in caught.values())),
            "caught_by_kind": {kind: _share(*caught[kind]) for kind in KINDS},
            "passed": _share(passed, true),
            "wrong": wrong,
        }
    return found
