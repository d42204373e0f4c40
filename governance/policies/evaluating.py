"""How well a rule does on a set that was made with care: what it catches, what it lets through, and how sure that is.

`grounding_set/` holds true posts and posts with one planted falsehood each (a number, name, date or quotation), about
cited items that are stored beside them. Stories are in one half only; rules were made looking at `tuned` and never at
`held_out`. Requirements: SAF-6, JDG-1.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from chimera.core.measures import Measure, said, share
from governance.policies.base import Outcome
from governance.policies.rules.grounding import Grounding

FOLDER = Path(__file__).parent / "grounding_set"
HALVES = ("tuned", "held_out")
KINDS = ("name", "number", "date", "quotation")


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


class GroundingMeasure(Measure):
    """The rule of grounding on the set below."""

    halves = HALVES

    def found(self, *, file: Path | None, half: str | None) -> dict[str, Any]:
        """By half; see `grounding`."""
        return grounding(halves=[half] if half else HALVES)

    def words(self, found: dict[str, Any]) -> Iterator[str]:
        """Caught, by kind, and passed."""
        for half, told in found.items():
            yield f"{half}: caught {said(told['caught'])}, passed {said(told['passed'])}"
            for kind, one in told["caught_by_kind"].items():
                yield f"  planted {kind}s caught: {said(one)}"


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
            "caught": share(hits=sum(hits for hits, _ in caught.values()), of=sum(of for _, of in caught.values())),
            "caught_by_kind": {kind: share(hits=caught[kind][0], of=caught[kind][1]) for kind in KINDS},
            "passed": share(hits=passed, of=true),
            "wrong": wrong,
        }
    return found
