"""`manage.py connector plaza --port 8801`: one platform's MCP server, in a process with its own database login."""

import gc
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from chimera.core.management.door import DoorCommand
from publishing.connectors import locks


class Command(DoorCommand):
    """Serves until it is told to stop."""

    help = "Serve the MCP server of a platform (runs as the role chimera_connector)."
    example = "  manage.py connector plaza --port 8801\n  manage.py connector x --port 8831\n"
    json_too = False

    def arguments(self, parser: CommandParser) -> None:
        """Which platform, and where to listen."""
        parser.add_argument("platform", choices=sorted(locks.served()))
        parser.add_argument("--port", type=int, required=True)
        parser.add_argument("--host", default="127.0.0.1")

    def act(self, options: dict[str, Any]) -> None:
        """Wire the gate, the media store and the platform's address, and serve."""
        import uvicorn

        from chimera.core import storage
        from publishing.connectors.gate import Gate

        name = options["platform"]
        server = import_module(locks.served()[name])
        try:
            app = server.build(gate=Gate(), chosen=settings.CONNECTORS[name], media=storage.open, audience=name)
        except ValueError as lacking:
            raise CommandError(str(lacking)) from lacking
        gc.freeze()  # what was imported stays: looking through it again holds up a post by a tenth of a second
        uvicorn.run(app, host=options["host"], port=options["port"], log_level="warning")
