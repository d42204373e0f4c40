"""Finds what the switchboard names: lazily, once, and only what fits its socket. Requirements: JDG-1, GEN-1."""

from functools import lru_cache
from typing import Any, TypeVar

from django.conf import settings
from django.utils.module_loading import import_string

from chimera.core.errors import Denied

Socket = TypeVar("Socket")


class NotOnSwitchboard(Denied):
    """A name that the switchboard does not have, or a line that does not fit."""


def names(section: str) -> tuple[str, ...]:
    """The names of a section of the switchboard, in its order."""
    table: dict[str, str] = import_string(f"{settings.SWITCHBOARD}.{section}")
    return tuple(table)


@lru_cache(maxsize=256)
def _made(section: str, name: str) -> Any:
    table: dict[str, str] = import_string(f"{settings.SWITCHBOARD}.{section}")
    if name not in table:
        raise NotOnSwitchboard(f"{section} has no {name!r}; the switchboard knows: {', '.join(table)}.")
    made = import_string(table[name])
    factory = getattr(made, "from_settings", made)
    return factory()


def get(section: str, name: str, socket: type[Socket]) -> Socket:
    """The one instance of a part, made at first use. Raises NotOnSwitchboard."""
    part = _made(section, name)
    if not isinstance(part, socket):
        raise NotOnSwitchboard(f"{section}[{name!r}] is a {type(part).__name__}, which is no {socket.__name__}.")
    return part


def every(section: str, socket: type[Socket]) -> list[Socket]:
    """All parts of a section, in the order of the switchboard."""
    return [get(section, name, socket) for name in names(section)]
