"""A platform whose faults can be scripted while it runs: `python -m chimera.chaos.simulator`.

`POST /_faults {"faults": ["late"]}` adds faults; each post that is asked for takes one. `GET /_in_hand` says how many
requests that may change something are being served, those whose caller has gone included, and for how long there was
none. On loopback only.
"""

import argparse
import time
from pathlib import Path
from typing import Any

import django

from chimera.chaos.platforms import APP

LATE_S = 11.0  # longer than a call may take: the answer comes when the caller has gone


def _platform(name: str, effect_class: str, path: Path, faults: list[str]) -> Any:
    """The simulator of one platform as an ASGI app."""
    from django.conf import settings

    known: dict[str, Any] = dict(APP)
    if name == "x":
        from publishing.simulators.x import app as x
        from publishing.simulators.x.store import Store as XStore

        return x.build(store=XStore(path), faults=faults, late_s=LATE_S, **known)
    if name == "instagram":
        from publishing.simulators.instagram import app as instagram
        from publishing.simulators.instagram.store import Store as InstagramStore

        return instagram.build(store=InstagramStore(path), faults=faults, late_s=LATE_S, **known)
    from publishing.simulators.plaza import app as plaza
    from publishing.simulators.plaza.store import Store

    token = settings.CONNECTORS["plaza"]["platform_token"]
    # Class A is what a platform is unless told otherwise.
    of_class: dict[str, Any] = {} if effect_class == "A" else {"platform_class": effect_class}
    return plaza.build(store=Store(path), token=token, faults=faults, late_s=LATE_S, **of_class)


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--platform", choices=["plaza", "x", "instagram"], default="plaza")
    parser.add_argument("--class", dest="effect_class", choices=["A", "B", "C"], required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--store", type=Path, required=True)
    options = parser.parse_args()
    django.setup()

    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Mount, Route

    faults: list[str] = []

    async def script(request: Request) -> JSONResponse:
        faults.extend(str(name) for name in (await request.json())["faults"])
        return JSONResponse({"waiting": len(faults)})

    in_hand, last_end = 0, time.monotonic()

    async def counted(scope: Any, receive: Any, send: Any) -> None:
        nonlocal in_hand, last_end
        if scope.get("method") == "GET":  # who only reads, as the inbox does all the time, lands nothing
            await platform(scope, receive, send)
            return
        in_hand += 1
        try:
            await platform(scope, receive, send)
        finally:
            in_hand, last_end = in_hand - 1, time.monotonic()

    async def tell(request: Request) -> JSONResponse:
        return JSONResponse({"in_hand": in_hand, "idle_s": 0.0 if in_hand else time.monotonic() - last_end})

    platform = _platform(options.platform, options.effect_class, options.store, faults)
    doors = [Route("/_faults", script, methods=["POST"]), Route("/_in_hand", tell)]
    app = Starlette(routes=[*doors, Mount("/", counted)])
    uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
