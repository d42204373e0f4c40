"""Lock files: the tools of our own servers, pinned beside their code and reviewed with it.

`<platform>/tools.lock.json` is written by `manage.py servers --lock` from what `<platform>/server.py` declares, and a
test keeps it fresh. Whoever migrates enters what it says into the allow-list, so that a new installation, or a new
version, publishes without a click. Requirements: MCP-2.
"""

import hashlib
import json
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from chimera.core.mcp.tools import Listing, Tool
from governance.servers import papers
from governance.servers.selectors import stored

HERE = Path(__file__).parent
NAME = "tools.lock.json"
ORIGIN = "mcp:ours"


@dataclass(frozen=True, kw_only=True)
class Lock:
    """One lock file: which servers it is for, and their tools."""

    path: Path
    names: tuple[str, ...]
    tools: tuple[Tool, ...]

    @property
    def sha256(self) -> str:
        """The hash of what it pins: other spaces in the file are no other lock."""
        return hashlib.sha256("".join(f"{one.name} {one.digest}\n" for one in self.tools).encode()).hexdigest()


def every(*, folder: Path = HERE) -> list[Lock]:
    """The lock files of our connectors and our other servers, as they are in this checkout."""
    others = sorted(place(module=module) for module in settings.OWN_SERVERS) if folder == HERE else []
    return [read(path) for path in [*sorted(folder.glob(f"*/{NAME}")), *others]]


def place(*, module: str) -> Path:
    """Where the lock file of a server's module stands: beside it."""
    room = module.rpartition(".")[0]
    if room.startswith("publishing.connectors."):
        return HERE / room.rpartition(".")[2] / NAME
    folder: Path = settings.CHECKOUT.joinpath(*room.split("."))
    return folder / NAME


def read(path: Path) -> Lock:
    """One lock file."""
    found = json.loads(path.read_text(encoding="utf-8"))
    listing = Listing.of(found["tools"], origin=ORIGIN)
    if listing.wrong:
        raise ValueError(f"{path} pins nothing: {listing.wrong}; write it anew with manage.py servers --lock.")
    return Lock(path=path, names=tuple(found["servers"]), tools=listing.tools)


def modules() -> list[str]:
    """The modules that declare the tools of our servers: of the connectors, and those that the settings name."""
    return [*(f"publishing.connectors.{platform}.server" for platform in with_servers()), *settings.OWN_SERVERS]


def written(*, module: str) -> str:
    """What the lock file beside a server's module should say now: asked of the module, which serves nothing."""
    server = import_module(module)
    names: tuple[str, ...] = server.NAMES
    tools: list[dict[str, Any]] = server.declared()
    kept = [{key: value for key, value in tool.items() if value is not None} for tool in tools]
    said = "Written by manage.py servers --lock; review it with the code."
    return json.dumps({"_": said, "servers": list(names), "tools": kept}, indent=2, sort_keys=True) + "\n"


def with_servers(*, folder: Path = HERE) -> list[str]:
    """The platforms whose folder has a server of ours."""
    return sorted(path.parent.name for path in folder.glob("*/server.py"))


def served() -> dict[str, str]:
    """The module of each of our connectors' servers, by the name of the platform that it serves."""
    return {
        name: f"publishing.connectors.{lock.path.parent.name}.server"
        for lock in every()
        if HERE in lock.path.parents
        for name in lock.names
    }


def enter() -> int:
    """Enter every locked server into the allow-list, as the migrator; returns how many there are."""
    sbom_hash, document = papers.installed()
    bill = json.dumps(papers.bill(document, what="This installation"))
    entered = 0
    with connection.cursor() as cursor:
        for lock in every():
            for name in lock.names:
                values = [name, json.dumps(stored(lock.tools)), lock.sha256, sbom_hash, bill]
                cursor.execute("SELECT governance_server_enter(%s, %s::jsonb, %s, %s, %s::jsonb)", values)
                entered += 1
    return entered


def enter_after_migrating(*, sender: object, **_: object) -> None:
    """When everything is migrated; nothing while the list is not there yet, as in the middle of an upgrade."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regproc('governance_server_enter') IS NOT NULL")
        row = cursor.fetchone()
    if row and row[0]:
        enter()
