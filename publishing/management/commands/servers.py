"""`manage.py servers`: the allow-list of MCP servers, and the lock files of our own."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from chimera.core import tenancy
from chimera.core.management.door import DoorCommand
from chimera.core.mcp import client
from governance.servers import difference, papers, selectors, services
from governance.servers.models import Server
from publishing.connectors import locks

CONNECT_TIMEOUT_S = 20.0
MARKS = {"same": "  ", "gone": "- ", "new": "+ "}


class Command(DoorCommand):
    """One verb each; what is decided has a reason, kept with the entry."""

    help = (
        "The allow-list of MCP servers: list, show NAME with what differs from its review, propose NAME URL --sbom "
        "FILE --scan FILE, attach NAME newer papers, and decide with --reason: allow, accept (what it lists now), keep "
        "(disabled), disable, remove. --lock writes the lock files of our own servers."
    )
    example = (
        "  manage.py servers\n"
        "  manage.py servers show plaza --json\n"
        '  manage.py servers disable plaza --reason "a drill"\n'
        "  manage.py servers --lock --check\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """The verb, the server, its papers."""
        verbs = {name.removeprefix("_on_") for name in dir(self) if name.startswith("_on_")}
        parser.add_argument("verb", nargs="?", default="list", choices=sorted(verbs))
        parser.add_argument("name", nargs="?", default="", help="of the server")
        parser.add_argument("url", nargs="?", default="", help="to propose: its whole MCP address")
        parser.add_argument("--sbom", type=Path, help="its list of dependencies: CycloneDX JSON")
        parser.add_argument("--scan", type=Path, help="a scan of them: JSON of pip-audit, osv-scanner or CycloneDX")
        parser.add_argument("--token-env", default="", metavar="VARIABLE", help="where the server's token is, if any")
        parser.add_argument("--reason", default="", help="why; kept with what is decided")
        parser.add_argument("--lock", action="store_true", help="write the lock files of our own servers")
        parser.add_argument("--check", action="store_true", help="with --lock: write nothing, say what is stale")

    def act(self, options: dict[str, Any]) -> None:
        """Do what the verb says."""
        if options["lock"]:
            self._lock(options)
            return
        if options["verb"] != "list" and not options["name"]:
            raise CommandError(f"Name the server: manage.py servers {options['verb']} NAME")
        act: Callable[[dict[str, Any]], None] = getattr(self, f"_on_{options['verb']}")
        act(options)

    def _on_list(self, options: dict[str, Any]) -> None:
        with tenancy.acting(self.actor):
            lines = [as_json(server) for server in selectors.everything()]
        if options["json"]:
            self.say_json({"servers": lines})
            return
        from rich.table import Table
        from rich.text import Text

        table = Table(title=f"{len(lines)} MCP servers")
        for column in ("name", "state", "whose", "address", "tools", "dependencies", "findings", "reviewed by", "why"):
            table.add_column(column, no_wrap=column == "name")
        for line in lines:
            found = ", ".join(f"{count} {severity}" for severity, count in line["findings"].items()) or "none"
            address = line["url"] or "as the settings say"
            said = (line["name"], line["state"], line["owner"], address, str(len(line["pins"])))
            more = (
                str(line["components"]),
                found if line["scan_hash"] else "not scanned",
                line["reviewed_by"],
                line["reason"],
            )
            table.add_row(*(Text(cell) for cell in (*said, *more)))
        self.show(table)

    def _on_show(self, options: dict[str, Any]) -> None:
        with tenancy.acting(self.actor):
            server = selectors.named(options["name"])
            changes = difference.to_review(server)
        if options["json"]:
            said = {"seen_at": server.seen_at, "seen_wrong": server.seen_wrong}
            self.say_json({**as_json(server), **said, "difference": [change.as_json() for change in changes]})
            return
        self.stdout.write(f"{server.name}: {server.status.lower()}. {server.reason}")
        for name, pin in sorted(server.pins.items()):
            self.stdout.write(f"  {name}  {pin[:16]}…")
        if server.seen_wrong:
            self.stdout.write(f"What it listed is no list: {server.seen_wrong}.")
        for change in changes:
            self.stdout.write(f"{change.kind}: {change.name}")
            for one in change.fields:
                self.stdout.write(f"  {one.name}:")
                for part in one.parts:
                    for line in part.text.splitlines() or [""]:
                        self.stdout.write(f"    {MARKS[part.mark]}{line}")

    def _on_propose(self, options: dict[str, Any]) -> None:
        if not (options["url"] and options["sbom"] and options["scan"]):
            raise CommandError("Give the address, --sbom and --scan: without its papers no server is reviewed.")
        bearer = os.environ.get(options["token_env"], "") if options["token_env"] else ""
        if options["token_env"] and not bearer:
            raise CommandError(f"The variable {options['token_env']} is empty; put the server's token into it.")
        services.require_address(options["url"])
        sbom, scan = papers.sbom(options["sbom"]), papers.scan(options["scan"])
        listing = client.listed(url=options["url"], bearer=bearer, timeout_s=CONNECT_TIMEOUT_S)
        with tenancy.acting(self.actor):
            made = services.propose(name=options["name"], url=options["url"], listing=listing, sbom=sbom, scan=scan)
        follow = f"Read them (manage.py servers show {made.name}, or at the desk), then allow it."
        self._told(options, made, f"{made.name} is proposed with {len(made.pins)} tools. {follow}")

    def _on_attach(self, options: dict[str, Any]) -> None:
        sbom = papers.sbom(options["sbom"]) if options["sbom"] else None
        scan = papers.scan(options["scan"]) if options["scan"] else None
        with tenancy.acting(self.actor):
            server = services.attach(server=selectors.named(options["name"]), sbom=sbom, scan=scan)
        self._told(options, server, f"{server.name} has its new papers.")

    def _on_allow(self, options: dict[str, Any]) -> None:
        self._decide(options, services.allow, "is allowed with the tools as they were reviewed.")

    def _on_accept(self, options: dict[str, Any]) -> None:
        self._decide(options, services.accept, "is allowed with the tools that it listed last.")

    def _on_keep(self, options: dict[str, Any]) -> None:
        self._decide(options, services.keep, "stays disabled.")

    def _on_disable(self, options: dict[str, Any]) -> None:
        self._decide(options, services.disable, "is disabled; a second from now no process calls it.")

    def _on_remove(self, options: dict[str, Any]) -> None:
        self._decide(options, services.remove, "is removed; its name and address are free.")

    def _decide(self, options: dict[str, Any], decide: Callable[..., Server], done: str) -> None:
        with tenancy.acting(self.actor):
            server = decide(server=selectors.named(options["name"]), reason=options["reason"])
        self._told(options, server, f"{server.name} {done}")

    def _told(self, options: dict[str, Any], server: Server, sentence: str) -> None:
        if options["json"]:
            self.say_json(as_json(server))
        else:
            self.stdout.write(sentence)

    def _lock(self, options: dict[str, Any]) -> None:
        stale = []
        for module in locks.modules():
            path, text = locks.place(module=module), locks.written(module=module)
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                stale.append(f"{path.parent.name}/{locks.NAME}")
                if not options["check"]:
                    path.write_text(text, encoding="utf-8")
        if options["json"]:
            self.say_json({"stale" if options["check"] else "written": stale})
        if stale and options["check"]:
            raise CommandError(f"{', '.join(stale)} is not what the servers list; run manage.py servers --lock.")
        if not options["json"]:
            self.stdout.write(f"Written: {', '.join(stale)}." if stale else "Every lock file is fresh.")


def as_json(server: Server) -> dict[str, Any]:
    """One entry for machines."""
    return {
        "name": server.name,
        "state": server.status,
        "waits": server.waits,
        "owner": server.owner,
        "url": server.url,
        "pins": server.pins,
        "components": server.sbom.get("components", 0),
        "sbom_hash": server.sbom_hash,
        "findings": server.scan.get("findings", {}),
        "scan_hash": server.scan_hash,
        "scanned": server.scan.get("date", ""),
        "reviewed_by": server.reviewed_by,
        "reviewed_at": server.reviewed_at,
        "reason": server.reason,
    }
