"""Where a value acts: an address that is called, a name that is addressed, an amount, a recipient, a time, an argument.

Each takes a value of our own that fits. A text from outside is taken only when it *is* one of a list that is ours, or
when a parser makes a bounded value of it; what comes out is the list's value or the parser's, never the outside's text.
Everything else raises TaintedSink. Requirements: SAF-1.
"""

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from chimera.core import taint
from chimera.core.errors import Denied
from chimera.core.taint import Tainted, TaintedSink

CHARS_MAX = 2_000
_AMOUNT = re.compile(r"\$?\d{1,9}(?:\.\d{1,6})?")


class Misplaced(Denied):
    """A value of our own that does not fit where it was put."""


def one_of(value: Any, *, known: Collection[str], sink: str) -> str:
    """A handle, an address, a recipient, a name in an argument: one of `known`, as it stands there."""
    said = _said(value).casefold()
    for name in known:
        if name.casefold() == said:
            return name
    raise _no(value, sink, "it is not on the list")


def url(value: Any, *, hosts: Collection[str], sink: str = "a call") -> str:
    """A web address on one of these hosts, or below one. Of outside text only scheme, host and path are kept."""
    said = _said(value)
    try:
        parts = urlsplit(said)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise _no(value, sink, "it is no web address") from None
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        raise _no(value, sink, "it is no web address")
    if not said.isascii() or not said.isprintable() or " " in said:
        raise _no(value, sink, "it is no web address")
    if not any(host == one or host.endswith(f".{one}") for one in hosts):
        raise _no(value, sink, "its host is not on the list")
    if not isinstance(value, Tainted):
        return said
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path}"


def amount_usd_micros(value: Any, *, most: int, sink: str = "a payment") -> int:
    """A whole number of millionths of a dollar from 0 to `most`; outside text as dollars ("$12.50")."""
    if isinstance(value, bool):
        raise _no(value, sink, "it is no amount")
    if isinstance(value, int):
        found = value
    elif _AMOUNT.fullmatch(said := _said(value)):
        dollars, _, rest = said.lstrip("$").partition(".")
        found = int(dollars) * 1_000_000 + int((rest or "0").ljust(6, "0"))
    else:
        raise _no(value, sink, "it is no amount")
    if not 0 <= found <= most:
        raise _no(value, sink, f"it is not between 0 and {most} micros")
    return found


def moment(value: Any, *, earliest: datetime, latest: datetime, sink: str = "a schedule") -> datetime:
    """A time with its zone between two of ours; outside text in the form of ISO 8601."""
    if isinstance(value, datetime):
        found = value
    else:
        try:
            found = datetime.fromisoformat(_said(value))
        except ValueError:
            raise _no(value, sink, "it is no time") from None
    if found.tzinfo is None or not earliest <= found <= latest:
        raise _no(value, sink, f"it is not between {earliest.isoformat()} and {latest.isoformat()}")
    return found


def shaped(value: Any, *, pattern: str, sink: str) -> str:
    """An id in a form that can be nothing else than an id: `pattern` has to match it whole."""
    said = _said(value)
    if len(said) <= CHARS_MAX and said.isprintable() and re.fullmatch(pattern, said):
        return said
    raise _no(value, sink, "it has not the form of one")


def own(values: Iterable[tuple[str, Any]], *, sink: str) -> None:
    """All of these are ours at any depth, or TaintedSink says which is not: for what no list and no parser converts."""
    for name, value in values:
        taint.refuse(value, sink=f"{sink} ({name})")


def _said(value: Any) -> str:
    if isinstance(value, Tainted):
        return taint.quote(value).strip()[:CHARS_MAX]
    if isinstance(value, str):
        return value
    raise TypeError(f"A text of ours or a Tainted is wanted here, not {type(value).__name__}.")


def _no(value: Any, sink: str, why: str) -> Denied:
    if isinstance(value, Tainted):
        return TaintedSink(f"{sink} was given text from outside ({value.origin}), and {why}.")
    return Misplaced(f"{sink} was given a value that does not fit: {why}.")
