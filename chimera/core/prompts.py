"""Prompts are files: versioned with the code, hashed into the record, never Python strings.

Requirements: GEN-1, SAF-1, SAF-2.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from chimera.core import taint
from chimera.core.injection import marking
from chimera.core.pii import masking

CACHED = "<!-- cache: what stands above is the same for many calls -->\n"
_TAGS = re.compile(r"\{% comment %\}.*?\{% endcomment %\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->", re.DOTALL)


def _folder() -> Path:
    folder: Path = settings.CHECKOUT / "templates" / "prompts"
    return folder


@lru_cache(maxsize=32)
def _source(name: str) -> str:
    return (_folder() / f"{name}.md").read_text(encoding="utf-8")


def names() -> list[str]:
    """Every prompt file, by name."""
    return sorted(path.stem for path in _folder().glob("*.md"))


@lru_cache(maxsize=1)
def own_words() -> tuple[str, ...]:
    """What our prompt files say themselves, file by file, without what they are filled with."""
    return tuple(_TAGS.sub(" ", _source(name)) for name in names())


@lru_cache(maxsize=32)
def _template(name: str) -> Any:
    from django.template import engines

    return engines["django"].engine.from_string(_source(name))  # type: ignore[attr-defined]


@lru_cache(maxsize=8_192)
def _head(text: str) -> str:
    """What stands above the mark is ours, the same for many calls of one agent: it is looked through once.

    As large as a fleet: what goes round among more agents than fit would be found never.
    """
    return masking.mask(text).text


def _masked(text: str) -> str:
    above, mark, below = text.partition(CACHED)
    return _head(above) + mark + masking.mask(below).text if mark else masking.mask(text).text


def render(name: str, variables: Mapping[str, Any]) -> tuple[str, str]:
    """The prompt `templates/prompts/<name>.md` with its variables, and the SHA-256 of the file it came from.

    The file may use `mark` around what came from outside: see `injection.marking`. What is private in it (a stranger's
    address, a key in a fact) is masked: no model needs it.

    Raises TaintedSink when a variable is text from outside that no reader of ours has quoted, such as what a tool says
    of itself.
    """
    from django.template import Context

    taint.refuse(dict(variables), sink=f"The prompt {name!r}")

    source = _source(name)
    # autoescape off: a prompt is text, not HTML; what came from outside is quoted as data in the file itself.
    text = _template(name).render(Context({**variables, "mark": marking.mark(variables)}, autoescape=False))
    return _masked(text), hashlib.sha256(source.encode()).hexdigest()


def joined(*hashes: str) -> str:
    """One hash for a prompt that was made of several files."""
    return hashlib.sha256("".join(hashes).encode()).hexdigest()
