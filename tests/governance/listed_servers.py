"""Entries of the allow-list, made as a person would: proposed from what a server lists, then allowed."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from chimera.core import tenancy
from chimera.core.mcp.client import listed as read
from chimera.core.mcp.tools import Listing
from governance.servers import services
from governance.servers.models import Server
from governance.servers.papers import Paper
from tests.conftest import World

SBOM = Paper(sha256="a" * 64, summary={"format": "CycloneDX 1.6", "components": 1, "licences": {}, "names": ["x 1"]})
SCAN = Paper(
    sha256="b" * 64, summary={"tool": "pip-audit", "date": "2026-11-28", "findings": {"high": 1}, "ids": ["V-1"]}
)
BOM = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "components": [{"name": "left-pad", "version": "1.3.0", "licenses": [{"license": {"id": "WTFPL"}}]}],
}
AUDIT = {"dependencies": [{"name": "left-pad", "version": "1.3.0", "vulns": [{"id": "PYSEC-1"}]}], "fixes": []}


def listing(*descriptions: str) -> Listing:
    tools = [{"name": f"t{number}", "description": said} for number, said in enumerate(descriptions)]
    return Listing.of(tools, origin="mcp:test")


def proposed(*, name: str = "news", url: str = "https://news.example/mcp", tools: Listing | None = None) -> Server:
    """Proposed by Pat: whoever proposes a server does not allow it."""
    with tenancy.acting("user:pat"):
        return services.propose(name=name, url=url, listing=tools or listing("Reads."), sbom=SBOM, scan=SCAN)


def allowed(world: World, *, url: str, name: str = "news", actor: str = "user:ada") -> None:
    """What the server lists now is reviewed and allowed."""
    with world.role("operator"), tenancy.acting(actor):
        made = proposed(name=name, url=url, tools=read(url=url, bearer="", timeout_s=10))
        services.allow(server=made, reason="read every tool")


def papers(folder: Path, *, skip: Iterable[str] = (), **more: Any) -> dict[str, str]:
    """Files that can be given to the command."""
    for name, content in {"bom": BOM, "audit": AUDIT, **more}.items():
        (folder / f"{name}.json").write_text(content if isinstance(content, str) else json.dumps(content))
    return {"sbom": str(folder / "bom.json"), "scan": str(folder / "audit.json")}
