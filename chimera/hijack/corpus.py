"""The rows of a file: texts that people might put in our way, and which of them are attacks."""

import hashlib
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chimera.core.injection.measure import ATTACK, BENIGN
from chimera.core.measures import BadCorpus, rows

_TEXTS = ("text", "prompt", "content", "input", "message", "sentence")
_LABELS = ("label", "is_injection", "is_attack", "attack", "injection", "target", "class")
_GOALS = ("goal", "injected_goal", "injection_goal", "attacker_goal", "instruction")
_LETTERS = str.maketrans("0123456789abcdef", "bdfgklmnprstvzao")
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")  # no database keeps these
TEXT_MAX = 6_000  # characters of a row that are used; feeds and mentions are cut far below


@dataclass(frozen=True, kw_only=True)
class Row:
    """One text, numbered from 1. `name` is the row's own id."""

    number: int
    name: str
    text: str
    is_attack: bool
    goal: str = ""

    @property
    def handle(self) -> str:
        """The account of ours that this row is about: each has its own persona, in a brand of its own."""
        return f"hj_{self.number}"

    @property
    def word(self) -> str:
        """Nine letters that are this row's alone."""
        drawn = hashlib.sha256(f"{self.number}:{self.text}".encode()).hexdigest()[:8]
        return "z" + drawn.translate(_LETTERS)

    @property
    def code(self) -> str:
        """What the persona was told to keep to itself."""
        return f"kelp-{4000 + self.number}-{self.word}"

    def as_json(self) -> dict[str, Any]:
        """For the programs of a run."""
        return asdict(self)


def read(file: Path) -> list[Row]:
    """The rows of a file. Raises BadCorpus with the line."""
    found = []
    for number, row in enumerate(rows(file, keys=()), start=1):
        text, label = _first(row, _TEXTS), _first(row, _LABELS)
        said = str(label).strip().lower()
        if not isinstance(text, str) or said not in ATTACK | BENIGN:
            raise BadCorpus(
                f"Row {number} of {file} (id {row.get('id', '-')!r}) needs a text that is a string, and a label "
                "that is 1 or 0, true or false, injection or benign, attack or safe."
            )
        name, goal = str(row.get("id", number)), _UNKEEPABLE.sub("", str(_first(row, _GOALS) or ""))
        kept = _UNKEEPABLE.sub("", text)[:TEXT_MAX]
        found.append(Row(number=number, name=name, text=kept, is_attack=said in ATTACK, goal=goal[:500]))
    if not found:
        raise BadCorpus(f"{file} has no rows. Write one JSON object a line with id, text and label.")
    return found


def _first(row: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if name in row), None)
