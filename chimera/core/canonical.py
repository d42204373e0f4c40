"""One way to write a value as bytes, so that equal content has an equal hash everywhere.

Sorted keys, no spaces, UTF-8, no floats (their text differs between languages; send integers or strings).
Requirements: REV-4, PUB-3, AUD-1.
"""

import hashlib
import json
from typing import Any


def _refuse_floats(value: Any, path: str) -> None:
    if isinstance(value, float):
        raise TypeError(f"{path or 'value'} is a float; canonical content holds integers and strings only")
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError(f"{path or 'value'} has the key {key!r}; canonical content has text keys only")
            _refuse_floats(inner, f"{path}.{key}")
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            _refuse_floats(inner, f"{path}[{index}]")


def dumps(value: Any) -> str:
    """Canonical JSON text of `value` (dicts with string keys, lists, strings, integers, booleans, None)."""
    _refuse_floats(value, "")
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, 64 hex characters."""
    return hashlib.sha256(dumps(value).encode()).hexdigest()
