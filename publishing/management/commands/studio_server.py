"""`manage.py studio_server runway --port 8804`: the MCP server of one provider of images and clips, with its key."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from chimera.core.management.door import DoorCommand

KEYS = {"ideogram": "IDEOGRAM_API_KEY", "runway": "RUNWAYML_API_SECRET", "gemini": "STUDIO_GEMINI_API_KEY"}
URLS = {"ideogram": "IDEOGRAM_API_URL", "runway": "RUNWAY_API_URL", "gemini": "GEMINI_API_URL"}


class Command(DoorCommand):
    """Serves until it is told to stop. Needs no database; what is made goes into the storage of the settings."""

    help = (
        "Serve the MCP server of a provider of images and clips. Its key stands in this process's environment alone; "
        "STUDIO_TOKEN is what its callers show."
    )
    example = (
        "  manage.py studio_server ideogram --port 8804\n"
        "  manage.py studio_server runway --port 8805 --journal studio-runway.sqlite3\n"
    )
    json_too = False

    def arguments(self, parser: CommandParser) -> None:
        """Which provider, and where to listen."""
        parser.add_argument("vendor", choices=sorted(KEYS))
        parser.add_argument("--port", type=int, required=True)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument(
            "--journal",
            type=Path,
            help="SQLite file that keeps what was begun when this process ends (default: in memory)",
        )

    def act(self, options: dict[str, Any]) -> None:
        """Join the provider, its key and the journal, and serve."""
        import uvicorn

        from publishing.media.making import server
        from publishing.media.making.journal import Journal

        name = options["vendor"]
        key = getattr(settings, KEYS[name])
        if not key:
            raise CommandError(f"The studio server of {name} needs the provider's key; set {KEYS[name]}.")
        try:
            app = server.build(
                vendor=vendor(name=name, key=key),
                journal=Journal(options["journal"]),
                service_token=settings.STUDIO_TOKEN,
            )
        except ValueError as lacking:
            raise CommandError(str(lacking)) from lacking
        uvicorn.run(app, host=options["host"], port=options["port"], log_level="warning")


def vendor(*, name: str, key: str) -> Any:
    """The provider of this name, at the address of the settings."""
    from publishing.media.making.vendors.gemini import Gemini
    from publishing.media.making.vendors.ideogram import Ideogram
    from publishing.media.making.vendors.runway import Runway

    made = {"ideogram": Ideogram, "runway": Runway, "gemini": Gemini}[name]
    # For one wait: for the connection, or for the next piece of an answer. A whole call, with the fetch of what was
    # made, may outlast our caller's to us; it then asks what came of it.
    return made(url=getattr(settings, URLS[name]), key=key, timeout_s=settings.STUDIO_CALL_TIMEOUT_S * 0.6)
