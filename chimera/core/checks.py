"""The system check of the switchboard: every line imports and fits the base class of its section.

Part of plain `manage.py check`: parts import their vendor SDKs inside functions, so that looking at all of them costs
a third of a second and no SDK. Requirements: JDG-1, GEN-1, TRD-1, PUB-1.
"""

import inspect
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string

TAG = "switchboard"


def check_switchboard(**_: Any) -> list[CheckMessage]:
    """One error for every line that is wrong, and for every section or socket without the other."""
    board = import_module(settings.SWITCHBOARD)
    sockets: dict[str, str] = board.SOCKETS
    return [*_strays(board, sockets), *(error for section in sockets for error in _section(board, section))]


def _sections(board: ModuleType) -> dict[str, dict[str, str]]:
    return {
        name: value
        for name, value in vars(board).items()
        if name.isupper() and name != "SOCKETS" and isinstance(value, dict)
    }


def _strays(board: ModuleType, sockets: dict[str, str]) -> Iterator[CheckMessage]:
    for section in sorted(_sections(board).keys() ^ sockets.keys()):
        missing = "SOCKETS has no line for it" if section not in sockets else "it is in SOCKETS only"
        yield _error(board, section, f"has no counterpart: {missing}.", "Give every section one line in SOCKETS.", 1)


def _section(board: ModuleType, section: str) -> Iterator[CheckMessage]:
    socket_path = board.SOCKETS[section]
    try:
        socket = import_string(socket_path)
    except Exception as error:  # noqa: BLE001 - whatever an import raises belongs in the list, not in a traceback
        yield _error(board, section, f"{socket_path} cannot be imported: {error}", "Correct its line in SOCKETS.", 2)
        return
    for name, path in _sections(board).get(section, {}).items():
        line = f"{section}[{name!r}]"
        try:
            part = import_string(path)
        except Exception as error:  # noqa: BLE001 - as above
            what = f"{path} cannot be imported: {type(error).__name__}: {error}"
            yield _error(board, line, what, "Correct the path, or what the module does while it is imported.", 3)
            continue
        if not (isinstance(part, type) and issubclass(part, socket)):
            yield _error(board, line, f"{path} is no {socket.__name__}.", f"Derive it from {socket_path}.", 4)
        elif inspect.isabstract(part):
            unwritten = ", ".join(sorted(vars(part)["__abstractmethods__"]))
            yield _error(board, line, f"{path} leaves {unwritten} unwritten.", f"See {socket_path}.", 5)


def _error(board: ModuleType, where: str, what: str, hint: str, number: int) -> CheckMessage:
    return Error(f"{board.__name__}.{where}: {what}", hint=hint, id=f"chimera.E{number:03}")
