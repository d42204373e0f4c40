"""`manage.py simulator --port 8802`: the simulated platform with its timeline, and the sample feeds."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from chimera.core.management.door import DoorCommand

SAMPLE_FEEDS = Path(settings.CHECKOUT) / "demo" / "feeds"


class Command(DoorCommand):
    """Serves until it is told to stop. Needs no database: the platform's storage is its own file."""

    help = "Serve the simulated platform (timeline at /) and the sample feeds (at /feeds/)."
    example = (
        "  manage.py simulator --port 8802 --store plaza.sqlite3\n"
        "  manage.py simulator --port 8812 --store plaza-b.sqlite3 --class B --lag-s 30\n"
    )
    json_too = False

    def arguments(self, parser: CommandParser) -> None:
        """Where to listen, where to keep posts, which feeds to serve."""
        parser.add_argument("--port", type=int, required=True)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--store", type=Path, required=True, help="SQLite file of the platform")
        parser.add_argument(
            "--class",
            dest="platform_class",
            choices=["A", "B", "C"],
            default="A",
            help="A keeps idempotency keys, B only lists an account's posts, C neither (default: A)",
        )
        parser.add_argument("--lag-s", type=float, default=0.0, help="seconds until a post is listed (default: 0)")
        parser.add_argument("--feeds", type=Path, default=SAMPLE_FEEDS, help="folder with feed templates")

    def act(self, options: dict[str, Any]) -> None:
        """Mount both and serve."""
        import uvicorn
        from starlette.applications import Starlette
        from starlette.routing import Mount

        from publishing.simulators import feeds
        from publishing.simulators.plaza import app as plaza
        from publishing.simulators.plaza.store import Store

        options["store"].parent.mkdir(parents=True, exist_ok=True)
        token = settings.CONNECTORS["plaza"]["platform_token"]
        public_url = f"http://{options['host']}:{options['port']}"
        platform = plaza.build(
            store=Store(options["store"]),
            token=token,
            public_url=public_url,
            platform_class=options["platform_class"],
            lag_s=options["lag_s"],
        )
        app = Starlette(routes=[Mount("/feeds", feeds.app(options["feeds"])), Mount("/", platform)])
        uvicorn.run(app, host=options["host"], port=options["port"], log_level="warning")
