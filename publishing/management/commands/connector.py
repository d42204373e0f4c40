"""`manage.py connector plaza --port 8801`: one platform's MCP server, in a process with its own database login."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from chimera.core.management.door import DoorCommand


class Command(DoorCommand):
    """Serves until it is told to stop."""

    help = "Serve the MCP server of a platform (runs as the role chimera_connector)."
    example = "  manage.py connector plaza --port 8801\n  manage.py connector plaza-b --port 8811\n"
    json_too = False

    def arguments(self, parser: CommandParser) -> None:
        """Which platform, and where to listen."""
        parser.add_argument("platform", choices=["plaza", "plaza-b", "plaza-c"])
        parser.add_argument("--port", type=int, required=True)
        parser.add_argument("--host", default="127.0.0.1")

    def act(self, options: dict[str, Any]) -> None:
        """Wire the gate, the media store and the platform's address, and serve."""
        import uvicorn

        from chimera.core import storage
        from publishing.connectors.gate import Gate
        from publishing.connectors.plaza import server

        chosen = settings.CONNECTORS[options["platform"]]
        app = server.build(
            gate=Gate(),
            platform_url=chosen["platform_url"],
            platform_token=chosen["platform_token"],
            service_token=chosen["service_token"],
            media=storage.get,
            audience=options["platform"],
        )
        uvicorn.run(app, host=options["host"], port=options["port"], log_level="warning")
