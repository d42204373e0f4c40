"""Times as people write them on a command line."""

import re
from argparse import ArgumentTypeError
from datetime import timedelta

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_SPAN = re.compile(r"([1-9]\d{0,4})([mhd])")


def span(text: str) -> timedelta:
    """90m, 24h or 7d."""
    found = _SPAN.fullmatch(text)
    if not found:
        raise ArgumentTypeError(f"a time is a number with m, h or d, such as 90m, 24h or 7d, not {text!r}")
    return timedelta(**{_UNITS[found.group(2)]: int(found.group(1))})
