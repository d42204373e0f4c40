"""`manage.py memory_server --port 8803`: the memory MCP server, in a process of its own."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from chimera.core.management.door import DoorCommand


class Command(DoorCommand):
    """Serves until it is told to stop."""

    help = "Serve the memory MCP server (runs as the role chimera_app; MEMORY_TOKEN is what its callers show)."
    example = "  manage.py memory_server --port 8803\n"
    json_too = False

    def arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--port", type=int, required=True)
        parser.add_argument("--host", default="127.0.0.1")

    def act(self, options: dict[str, Any]) -> None:
        """Serve the store of the settings."""
        import uvicorn

        from agents.memory import choosing, server

        if not settings.MEMORY_TOKEN:
            raise CommandError("The memory server needs a token that its callers show; set MEMORY_TOKEN.")
        app = server.build(store=choosing.own, service_token=settings.MEMORY_TOKEN)
        uvicorn.run(app, host=options["host"], port=options["port"], log_level="warning")
