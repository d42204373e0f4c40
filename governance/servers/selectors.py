"""Reading the list: what was reviewed and what was seen, as tools and never as plain text."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from chimera.core import taint
from chimera.core.errors import Denied
from chimera.core.mcp.tools import Tool
from governance.servers.models import Server
from governance.servers.states import ServerStatus


class NoServer(Denied):
    """The list has no server of that name."""


def everything() -> QuerySet[Server]:
    """Every entry that was not removed, by name."""
    return Server.objects.exclude(status=ServerStatus.REMOVED).order_by("name")


def named(name: str) -> Server:
    """The entry of this name. Raises NoServer, with the names that there are."""
    found = everything().filter(name=name).first()
    if found is None:
        names = ", ".join(everything().values_list("name", flat=True)) or "nobody"
        raise NoServer(f"The list has no server {name!r}; on it: {names}.")
    return found


def reviewed(server: Server) -> tuple[Tool, ...]:
    """The tools that are pinned, as they were reviewed."""
    return _tools(server.tools)


def seen(server: Server) -> tuple[Tool, ...]:
    """What it listed when that was not what had been reviewed."""
    return _tools(server.seen or ())


def stored(tools: Iterable[Tool]) -> list[dict[str, Any]]:
    """Tools as they are kept: the text stays marked as text from outside, in the database too."""
    return [{"name": tool.name, "sha256": tool.digest, "told": taint.to_json(tool.told)} for tool in tools]


def _tools(kept: Sequence[Mapping[str, Any]]) -> tuple[Tool, ...]:
    return tuple(Tool(name=str(one["name"]), told=taint.from_json(one["told"])) for one in kept)
