"""The form of an answer as providers take it, and reading what came back. Requirements: GEN-2.

Providers keep structure, not limits: what a schema says beyond names and types is checked here, after the answer.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

_KEPT = frozenset({"type", "properties", "items", "enum", "const", "anyOf", "$ref", "$defs", "description", "required"})
_SAID_MAX = 160
# Postgres keeps neither of these in JSON.
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class Misfit(ValueError):
    """What came back is not what was asked for; a sentence for the model and for people."""


@lru_cache(maxsize=32)
def of(schema: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of an answer: every field required, nothing beside them, limits as words."""
    made: dict[str, Any] = _strict(schema.model_json_schema())
    return made


@lru_cache(maxsize=32)
def size_bytes(schema: type[BaseModel]) -> int:
    """How long that is at most when it is sent."""
    return len(json.dumps(of(schema)).encode())


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(inner) for inner in node]
    if not isinstance(node, Mapping):
        return node
    kept = {key: value for key, value in node.items() if key in _KEPT}
    for key in ("properties", "$defs"):
        if key in kept:
            kept[key] = {name: _strict(inner) for name, inner in kept[key].items()}
    for key in ("items", "anyOf"):
        if key in kept:
            kept[key] = _strict(kept[key])
    limits = {key: value for key, value in node.items() if key not in _KEPT and key[0:3] in ("min", "max")}
    if limits:
        said = ", ".join(f"{key} {value}" for key, value in sorted(limits.items()))
        kept["description"] = f"{kept.get('description', '')} ({said})".strip()
    if kept.get("type") == "object":
        kept["additionalProperties"] = False
        kept["required"] = list(kept.get("properties", {}))
    return kept


def read(*, text: str, schema: type[BaseModel]) -> BaseModel:
    """The answer as its schema. Raises Misfit with the first thing that does not fit."""
    try:
        value = schema.model_validate_json(text)
    except ValidationError as error:
        raise Misfit(f"The answer does not fit {schema.__name__}: {_first(error)}") from None
    if _holds_unkeepable(value.model_dump(mode="json")):
        raise Misfit(f"The answer does not fit {schema.__name__}: it holds characters that are none")
    return value


def _first(error: ValidationError) -> str:
    detail = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(step) for step in detail["loc"]) or "the whole"
    return clean(f"{where}: {detail['msg']}")


def clean(text: str) -> str:
    """Words from outside in a sentence of ours: one line, bounded, without control characters."""
    line = "".join(character if character.isprintable() else " " for character in text)
    line = " ".join(line.split())
    return line if len(line) <= _SAID_MAX else f"{line[:_SAID_MAX].rstrip()} [cut]"


def _holds_unkeepable(value: Any) -> bool:
    if isinstance(value, str):
        return _UNKEEPABLE.search(value) is not None
    if isinstance(value, Mapping):
        return any(_holds_unkeepable(inner) for pair in value.items() for inner in pair)
    return isinstance(value, list) and any(_holds_unkeepable(inner) for inner in value)
