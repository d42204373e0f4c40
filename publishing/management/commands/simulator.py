"""`manage.py simulator --port 8802`: the simulated platform with its timeline, and the sample feeds.

Simulated X and Instagram may be served beside it by the same process, each at a port of its own.
"""

import asyncio
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from chimera.core.management.door import DoorCommand

BESIDE = ("x", "instagram")
# Under which secret each signs what it delivers, and the variable that holds it.
SIGNS = {"x": ("webhook_secret", "X_WEBHOOK_SECRET"), "instagram": ("client_secret", "INSTAGRAM_CLIENT_SECRET")}
SAMPLE_FEEDS = Path(settings.CHECKOUT) / "demo" / "feeds"


class Command(DoorCommand):
    """Serves until it is told to stop. Needs no database: the platform's storage is its own file."""

    help = "Serve the simulated platform (timeline at /) and the sample feeds (at /feeds/)."
    example = (
        "  manage.py simulator --port 8802 --store plaza.sqlite3\n"
        "  manage.py simulator --port 8812 --store plaza-b.sqlite3 --class B --lag-s 30\n"
        "  manage.py simulator --port 8802 --store plaza.sqlite3 --x-port 8832 --instagram-port 8842\n"
        "  manage.py simulator --port 8802 --store plaza.sqlite3 --studio-port 8852\n"
        "  manage.py simulator --port 8802 --store plaza.sqlite3 --x-port 8832"
        " --x-deliver http://127.0.0.1:8831/webhooks\n"
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
        for name in BESIDE:
            parser.add_argument(
                f"--{name}-port", type=int, default=0, help=f"serve a simulated {name} too; it is kept beside the store"
            )
            parser.add_argument(
                f"--{name}-deliver",
                default="",
                metavar="ADDRESS",
                help=f"bring what {name} delivers, signed, to this address: /webhooks of its connector",
            )
        parser.add_argument(
            "--studio-port", type=int, default=0, help="serve simulated Ideogram, Runway and Gemini too, with your keys"
        )
        parser.add_argument("--feeds", type=Path, default=SAMPLE_FEEDS, help="folder with feed templates")

    def act(self, options: dict[str, Any]) -> None:
        """Mount both and serve."""
        from starlette.applications import Starlette
        from starlette.routing import Mount

        from publishing.simulators import feeds
        from publishing.simulators.plaza import app as plaza
        from publishing.simulators.plaza.store import Store

        for name in BESIDE:
            _check_delivery(name, options[f"{name}_deliver"], is_served=bool(options[f"{name}_port"]))
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
        served = {options["port"]: app}
        for name in BESIDE:
            if port := options[f"{name}_port"]:
                store, at = options["store"].with_name(f"{name}.sqlite3"), f"{options['host']}:{port}"
                courier = self._courier(name, options[f"{name}_deliver"])
                served[port] = _beside(name, store, at, courier=courier)
        if port := options["studio_port"]:
            served[port] = _studio(f"{options['host']}:{port}")
        asyncio.run(_serve(options["host"], served))

    def _courier(self, name: str, address: str) -> Any:
        """Who brings what this platform delivers, and says what became of it; None where nobody subscribed."""
        from publishing.simulators.courier import Courier

        if not address:
            return None
        sign: Callable[[str], Any] = import_module(f"publishing.simulators.{name}.webhooks").signing

        def tell(status: int) -> None:
            self.stdout.write(f"{name} delivered to {address}: {status or 'nobody answered'}")
            self.stdout.flush()

        return Courier(url=address, sign=sign(settings.CONNECTORS[name][SIGNS[name][0]]), tells=tell)


def _check_delivery(name: str, address: str, *, is_served: bool) -> None:
    """Whether deliveries to an address can be made; "" is none. Raises CommandError."""
    key, variable = SIGNS[name]
    if not address:
        return
    if not is_served:
        raise CommandError(f"--{name}-deliver needs --{name}-port: without it no {name} is simulated.")
    if not address.startswith(("http://", "https://")):
        raise CommandError(f"--{name}-deliver {address!r} is no web address; give /webhooks of {name}'s connector.")
    if not settings.CONNECTORS[name][key]:
        raise CommandError(f"{variable} is empty, so no delivery could be signed; set it here and for the connector.")


def _beside(name: str, store: Path, at: str, *, courier: Any) -> Any:
    """A simulated platform with the one app that its connector has here."""
    chosen = settings.CONNECTORS[name]
    more = {"bearer_token": chosen["bearer_token"]} if "bearer_token" in chosen else {}
    room = f"publishing.simulators.{name}"
    return import_module(f"{room}.app").build(
        store=import_module(f"{room}.store").Store(store),
        client_id=chosen["client_id"],
        client_secret=chosen["client_secret"],
        public_url=f"http://{at}",
        courier=courier,
        **more,
    )


def _studio(at: str) -> Any:
    """Simulated providers of images and clips, at /ideogram, /runway and /gemini."""
    from publishing.simulators.studio.app import build
    from publishing.simulators.studio.world import Studio

    keys = {"ideogram": settings.IDEOGRAM_API_KEY, "runway": settings.RUNWAYML_API_SECRET}
    studio = Studio(public_url=f"http://{at}", keys={**keys, "gemini": settings.STUDIO_GEMINI_API_KEY})
    studio.is_looked_at = True
    return build(studio)


async def _serve(host: str, served: dict[int, Any]) -> None:
    """All of them in one loop; the first that is told to stop stops the others."""
    import uvicorn

    servers = [
        uvicorn.Server(uvicorn.Config(app, host=host, port=port, log_level="warning")) for port, app in served.items()
    ]
    running = [asyncio.create_task(server.serve()) for server in servers]
    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    for server in servers:
        server.should_exit = True
    await asyncio.gather(*running)
