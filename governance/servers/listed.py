"""The pins of one server, as its client asks them: before each call, and whenever the list of tools may have changed.

Before a call a look at the list is taken that is good for a second and shared by the threads of a process, so a busy
process pays one query a second and none a call. At connect there is one statement, which disables the server when it
lists what was not reviewed. Requirements: MCP-1, MCP-2.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import Error, connection

from chimera.core import node
from chimera.core.errors import Stopped, Unavailable
from chimera.core.mcp.client import Client, NotAllowed
from chimera.core.mcp.tools import Listing
from governance.servers.models import Owner
from governance.servers.selectors import everything, named, stored
from governance.servers.states import ServerStatus

log = logging.getLogger("chimera.servers")

LOOK_LASTS_S = 1.0
NAMES_MAX = 5  # of tools in one sentence


class NotInForce(Stopped):
    """The server is on the list and may not be called now: what needs it waits until a reviewer has answered."""


class ToolNotPinned(NotAllowed):
    """The tool was not among those that were reviewed. It was not called."""


class ListAway(Unavailable):
    """The list cannot be read, so nothing is called."""


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """One line of the list as it was at the last look."""

    url: str
    status: str
    reason: str
    tools: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class _Look:
    """The list of this database at `at` (of this process's monotonic clock) or later, by name."""

    database: str
    at: float
    entries: Mapping[str, _Entry] = field(default_factory=dict)


_NEVER = _Look(database="", at=float("-inf"))
_last: _Look = _NEVER
_lock = threading.Lock()


@dataclass(frozen=True)
class Reviewed:
    """What the list says of one server, for `chimera.core.mcp.client.Client`."""

    name: str

    def require(self, *, url: str, tool: str) -> None:
        """Raises NotAllowed, NotInForce, ToolNotPinned or ListAway; see `chimera.core.mcp.tools.Pins`."""
        entry = _now().entries.get(self.name)
        if entry is None or entry.url not in ("", url):
            raise _unknown(self.name, url)
        if entry.status != ServerStatus.ALLOWED:
            raise _not_in_force(self.name, entry.status, entry.reason)
        if tool not in entry.tools:
            raise ToolNotPinned(
                f"{tool} of {self.name} was not called: it is not among the tools that were reviewed "
                f"({', '.join(sorted(entry.tools)[:NAMES_MAX])}). Have the server reviewed with it."
            )

    def seen(self, *, url: str, listing: Listing) -> None:
        """Raises NotAllowed, NotInForce or ListAway; see `chimera.core.mcp.tools.Pins`. One statement."""
        said = _reason(self.name, listing)
        try:
            with _own_connection() as cursor:
                cursor.execute(
                    "SELECT outcome, said FROM governance_server_seen(%s, %s, %s::jsonb, %s, %s, %s)",
                    [self.name, url, json.dumps(stored(listing.tools)), listing.wrong, said, node.thread()],
                )
                outcome, reason = cursor.fetchone()
        except Error as error:
            raise ListAway(_away(self.name, error)) from error
        if outcome == "allowed":
            return
        forget()
        if outcome == "unknown":
            raise _unknown(self.name, url)
        if outcome == "changed":
            log.warning("%s", reason)
        raise _not_in_force(self.name, ServerStatus.DISABLED if outcome == "changed" else outcome.upper(), reason)


def client(*, name: str, bearer: str = "") -> Client:
    """A client for a third party's server, at the address that was reviewed. Raises NoServer or NotAllowed."""
    server = named(name)
    if server.owner == Owner.OURS:
        raise NotAllowed(f"{name} is ours: it is called through its connector, which knows its address and token.")
    return Client(server.url, bearer=bearer, pins=Reviewed(name))


def require_in_force(*, name: str) -> None:
    """Raise NotInForce when the list has this server and it may not be called now. A look, usually without a query."""
    entry = _now().entries.get(name)
    if entry is not None and entry.status != ServerStatus.ALLOWED:
        raise _not_in_force(name, entry.status, entry.reason)


def forget() -> None:
    """Look again at the next question: this process knows that the list has changed."""
    global _last
    _last = _NEVER


def _now() -> _Look:
    found = _last
    return found if _is_good(found) else _taken()


def _is_good(look: _Look) -> bool:
    return time.monotonic() - look.at < LOOK_LASTS_S and look.database == connection.settings_dict["NAME"]


def _taken() -> _Look:
    global _last
    with _lock:
        if _is_good(_last):  # somebody else has looked while we waited
            return _last
        at = time.monotonic()
        columns = ("name", "url", "status", "reason", "pins", "former_pins")
        try:
            with _own_connection():
                rows = list(everything().values_list(*columns))
        except Error as error:
            raise ListAway(_away("nothing", error)) from error
        entries = {
            name: _Entry(url=url, status=status, reason=reason, tools=frozenset(pins) | frozenset(former))
            for name, url, status, reason, pins, former in rows
        }
        _last = _Look(database=str(connection.settings_dict["NAME"]), at=at, entries=entries)
        return _last


@contextmanager
def _own_connection() -> Iterator[Any]:
    """A cursor. The connection is as before: given back when there was none, as while the outside is waited for."""
    held = connection.connection is not None
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        if not held:
            connection.close()


def _in_child() -> None:
    global _lock
    _lock = threading.Lock()  # a fork may have copied it locked
    forget()


os.register_at_fork(after_in_child=_in_child)


def _reason(name: str, listing: Listing) -> str:
    """Why it is disabled, should it be: kept with the entry and read by people. Holds nothing that a server wrote."""
    why = listing.wrong or "it does not list the tools that were reviewed"
    return f"{name} was disabled: {why}. Look at the difference (manage.py servers show {name}), accept it or keep it."


def _unknown(name: str, url: str) -> NotAllowed:
    return NotAllowed(
        f"Nothing was called: the list of allowed MCP servers has no {name!r} at {url}. "
        f"Propose it (manage.py servers propose) and have it reviewed."
    )


def _not_in_force(name: str, status: str, reason: str) -> NotInForce:
    waits = "is proposed and not yet reviewed" if status == ServerStatus.PROPOSED else f"is disabled: {reason}"
    return NotInForce(f"Nothing was called: the MCP server {name} {waits}", scope=f"server:{name}")


def _away(name: str, error: Exception) -> str:
    return f"Nothing was called of {name}: the list of allowed MCP servers cannot be read ({type(error).__name__})."
