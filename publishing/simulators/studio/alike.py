"""What the three simulated providers do alike: how they misbehave. Requirements: GEN-3."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from publishing.simulators.studio.world import Studio

RATIOS = {"9x16": (9, 16), "16x9": (16, 9), "1x1": (1, 1), "720:1280": (9, 16), "1280:720": (16, 9), "960:960": (1, 1)}
RATIOS |= {"9:16": (9, 16), "16:9": (16, 9), "1:1": (1, 1)}
STATUSES = {"busy": 429, "away": 503, "broken": 500, "no credit": 402}


class Dropped(Response):
    """An answer that begins and never ends: the connection is closed in the middle."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"id', "more_body": False})


async def misbehaves(studio: Studio, how: str, error: Any) -> Response | None:
    """What goes wrong alike everywhere; None where the call goes on."""
    if how in STATUSES:
        headers = {"Retry-After": "7"} if how == "busy" else None
        return JSONResponse(error(f"HTTP {STATUSES[how]}"), STATUSES[how], headers=headers)
    if how == "bad request":
        return JSONResponse(error("The prompt is not acceptable here."), 400)
    if how == "garbage":
        return Response(b"<html>oops", media_type="text/html")
    if how == "slow":
        for _ in range(200):
            if studio.let_go.is_set():
                break
            await asyncio.sleep(0.05)
    return Dropped() if how == "drop" else None


def headers_of(request: Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}
