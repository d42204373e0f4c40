"""The outside of `bench stop`: Plaza's simulator, and a provider that is asked, each call noted when it arrives.

A program of its own. A line of the log: seconds since 1970, "publish" or "think", and the idempotency key or the task.
"""

import argparse
import asyncio
import time
from pathlib import Path
from typing import TextIO

from starlette.types import ASGIApp, Receive, Scope, Send

TAKES_S = {"publish": 0.05, "think": 0.1}  # so that there is something in flight when a stop comes
THINK = "/think/"


class Arrivals:
    """Notes a call before it is answered; everything else passes by."""

    def __init__(self, app: ASGIApp, *, log: TextIO) -> None:
        self._app, self._log = app, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = str(scope["path"])
        if scope["method"] == "POST" and path == "/api/v1/posts":
            await self._noted("publish", dict(scope["headers"]).get(b"idempotency-key", b"").decode())
        elif path.startswith(THINK):
            await self._noted("think", path.removeprefix(THINK))
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"ok"})
            return
        await self._app(scope, receive, send)

    async def _noted(self, kind: str, name: str) -> None:
        self._log.write(f"{time.time():.6f} {kind} {name}\n")
        self._log.flush()
        await asyncio.sleep(TAKES_S[kind])


def main() -> None:
    """Serve until told to stop."""
    import uvicorn

    from publishing.simulators.plaza import app as plaza
    from publishing.simulators.plaza.store import Store

    parser = argparse.ArgumentParser(description="Plaza for manage.py bench stop, with the arrival of every call.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    asked = parser.parse_args()
    store = Store(asked.folder / "plaza.sqlite3", posts_per_window_max=10**9)
    public_url = f"http://127.0.0.1:{asked.port}"
    platform = plaza.build(store=store, token="demo-token", public_url=public_url, platform_class="A", lag_s=0.0)
    with (asked.folder / "arrivals.log").open("a", encoding="utf-8") as log:
        uvicorn.run(Arrivals(platform, log=log), host="127.0.0.1", port=asked.port, log_level="warning")


if __name__ == "__main__":
    main()
