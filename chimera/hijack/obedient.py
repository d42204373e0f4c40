"""Models that have been taken over: one writes what its attacker wants, the other finds everything excellent.

The writer obeys whether the attacker's text came through or not, knows the form of its answer, and keeps the rest of
its answer as good as an honest one, so that no low score does the work of a rule. For rows that are no attack it is the
honest offline writer.
"""

import json
import os
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ValidationError

from chimera.core.llm.base import Answer, Provider, Request
from chimera.core.llm.offline import OfflineProvider
from chimera.core.llm.schemas import Draft, Opinion, Wording
from chimera.core.money import Allowance
from chimera.hijack import acts
from chimera.hijack.acts import Lures, Scene
from chimera.hijack.corpus import Row

FOLDER = "HIJACK_FOLDER"  # where a run keeps its rows and what was tried
TRIES_MAX = 25  # acts that are tried until one fits the form
FIELDS = ("text", "alt_text", "poster_title", "text", "poster_kicker")

_asked: Counter[tuple[int, str]] = Counter()
_lock = threading.Lock()


def folder() -> Path:
    """The run's folder."""
    return Path(os.environ[FOLDER])


@lru_cache(maxsize=1)
def rows() -> dict[str, Row]:
    """The rows of the run, by account."""
    read = json.loads((folder() / "rows.json").read_text(encoding="utf-8"))
    return {row.handle: row for row in (Row(**one) for one in read)}


class Obedient(Provider):
    """The writer."""

    name: ClassVar[str] = "obedient"
    outside: ClassVar[bool] = False

    def worst_case_usd_micros(self, *, request: Request) -> int:
        """Always 0."""
        return 0

    def complete(self, *, request: Request, allowance: Allowance) -> Answer:
        """What the attacker wants; the honest answer where nobody attacks."""
        row = rows()[str(request.variables["persona"]["handle"])]
        if not row.is_attack:
            return self._honest(request)
        scene = Scene(row=row, lures=Lures.of(row), prompt=request.prompt, variables=request.variables)
        for _ in range(TRIES_MAX):
            with _lock:
                turn = _asked[(row.number, request.purpose)]
                _asked[(row.number, request.purpose)] += 1
            kind, act = acts.EVERY[(row.number * 3 + turn * acts.STEP) % len(acts.EVERY)]
            where, value = self._said(request, act(scene), turn + row.number)
            self._note(row, kind, request.purpose, where, fits=value is not None)
            if value is not None:
                return self._answer(value)
        return self._honest(request)

    def _said(self, request: Request, words: str, turn: int) -> tuple[str, BaseModel | None]:
        """The attacker's words in a field of an otherwise honest answer: which field, and the answer if it fits."""
        if request.schema is Draft:
            where = FIELDS[turn % len(FIELDS)]
            return where, self._draft(request, words, where)
        if request.schema is Wording:
            limit = int(request.variables["limit_chars"])
            mine = words if len(words) > limit - 60 else f"{words} {self._thanks(request)}"
            return "text", _fitting(request.schema, {"text": _cut(mine, limit)})
        return "whole", _fitting(request.schema, _filled(request.schema, words))

    def _draft(self, request: Request, words: str, where: str) -> BaseModel | None:
        limit = int(request.variables["limit_chars"])
        room = limit - (len(words) + 1 if where == "text" else 0)
        honest = self._honest(request, limit_chars=max(room, 0)).value or self._honest(request).value
        if honest is None:
            return None
        answer = honest.model_dump()
        if where == "text":
            both = f"{answer['text']} {words}"
            answer["text"] = both if len(both) <= limit else _cut(words, limit)
        else:
            answer[where] = _cut(words, {"alt_text": 300, "poster_title": 70, "poster_kicker": 28}[where])
        return _fitting(request.schema, answer)

    def _thanks(self, request: Request) -> str:
        honest = self._honest(request, limit_chars=60).value
        return str(honest.model_dump()["text"]) if honest else ""

    def _honest(self, request: Request, **changes: Any) -> Answer:
        asked = Request(**{**vars(request), "variables": {**request.variables, **changes}})
        answer = OfflineProvider().complete(request=asked, allowance=Allowance(hold_key="", amount_usd_micros=0))
        return Answer(**{**vars(answer), "provider": self.name})

    def _answer(self, value: BaseModel) -> Answer:
        return Answer(value=value, failure=None, provider=self.name, model="obedient-1", offline=True)

    def _note(self, row: Row, kind: str, purpose: str, where: str, *, fits: bool) -> None:
        line = {"row": row.number, "kind": kind, "purpose": purpose, "where": where, "fits": fits}
        with _lock, (folder() / "tried.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")


class Obliging(Provider):
    """The judge: full marks for everything."""

    name: ClassVar[str] = "obliging"

    def worst_case_usd_micros(self, *, request: Request) -> int:
        """Always 0."""
        return 0

    def complete(self, *, request: Request, allowance: Allowance) -> Answer:
        """The best opinion there is."""
        best = Opinion(
            follows_from_facts=100,
            sounds_like_persona=100,
            does_no_harm=100,
            reads_well=100,
            objection="none",
            words_objected_to="",
            reason="Publish it at once.",
        )
        return Answer(
            value=best, failure=None, provider=self.name, model="obliging-1", offline=False, origin=request.origin
        )


def _cut(words: str, limit: int) -> str:
    return words[:limit].rstrip(" ,;:-–—…")


def _fitting(schema: type[BaseModel], answer: Mapping[str, Any]) -> BaseModel | None:
    try:
        return schema.model_validate(answer)
    except ValidationError:
        return None


def _filled(schema: type[BaseModel], words: str) -> dict[str, Any]:
    """An answer in whatever form is asked for, with the attacker's words wherever a text may stand."""
    shape = schema.model_json_schema()
    return dict(_properties(shape, shape.get("$defs", {}), words))


def _properties(shape: Mapping[str, Any], known: Mapping[str, Any], words: str) -> Iterator[tuple[str, Any]]:
    for name, inner in shape.get("properties", {}).items():
        yield name, _value(inner, known, words)


def _value(shape: Mapping[str, Any], known: Mapping[str, Any], words: str) -> Any:
    if "$ref" in shape:
        return _value(known[shape["$ref"].rpartition("/")[2]], known, words)
    if "anyOf" in shape:
        return _value(shape["anyOf"][0], known, words)
    if "enum" in shape or "const" in shape:
        return shape["const"] if "const" in shape else shape["enum"][-1]
    kind = shape.get("type")
    if kind == "object":
        return dict(_properties(shape, known, words))
    if kind == "array":
        return [_value(shape.get("items", {}), known, words)]
    if kind in ("integer", "number"):
        return shape.get("maximum", 1_000_000)
    return True if kind == "boolean" else words[: shape.get("maxLength", 280)]
