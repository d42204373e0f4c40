"""`manage.py nodes`: the workers that are there, what they can do, and what they are doing."""

from typing import Any

from agents.nodes import selectors as nodes
from chimera.core import tenancy
from chimera.core.management.door import DoorCommand


class Command(DoorCommand):
    """Reads only."""

    help = "Show the worker nodes: status, queues, capabilities, heartbeat, leases held, attempts ended last minute."
    example = "  manage.py nodes\n  manage.py nodes --json\n"

    def act(self, options: dict[str, Any]) -> None:
        """Read and print."""
        with tenancy.all_brands(actor=self.actor):
            lines = nodes.lines()
        if options["json"]:
            self.say_json({"nodes": [line.as_json() for line in lines]})
            return
        if not lines:
            self.stdout.write("No worker has registered within a day. Start some: manage.py up")
            return
        from rich.table import Table

        table = Table(title=f"{len(lines)} nodes")
        for column in ("node", "status", "queues", "can do", "last heard", "holds", "ended last minute"):
            table.add_column(column, no_wrap=column == "node")
        for line in lines:
            can = line.capabilities
            table.add_row(
                line.name,
                line.status.lower(),
                ", ".join(line.queues),
                f"{can['concurrency']} x {can['pool']}, {can['cpu']} cpu, Python {can['python']}"
                + (", ffmpeg" if can["ffmpeg"] else ""),
                f"{line.heartbeat_age_s:.0f} s ago",
                str(line.leases_held),
                str(line.ended_last_minute),
            )
        self.show(table)
