"""Runway, simulated. Requirements: GEN-3."""

import base64
import re
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from publishing.simulators.studio.alike import RATIOS, headers_of, misbehaves
from publishing.simulators.studio.world import Studio, Task

DATA = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=]+")
DATA_URI_MAX = 5 * 1024 * 1024
PROMPT_MAX = 1_000


def runway(studio: Studio) -> Starlette:
    """POST /v1/image_to_video, GET and DELETE /v1/tasks/{id}."""

    def error(words: str) -> dict[str, Any]:
        return {"error": words, "docUrl": "https://docs.dev.runwayml.com/api"}

    def refused(request: Request) -> Response | None:
        if request.headers.get("authorization") != f"Bearer {studio.keys['runway']}":
            return JSONResponse(error("Your API key is invalid."), 401)
        if request.headers.get("x-runway-version") != "2024-11-06":
            return JSONResponse(error("A valid X-Runway-Version is required."), 400)
        return None

    async def begin(request: Request) -> Response:
        body = await request.json()
        studio.asked.append(("runway", "begin", body, headers_of(request)))
        if (no := refused(request)) is not None:
            return no
        if wrong := _wrong_clip(body):
            return JSONResponse(error(wrong), 400)
        how = studio.how("runway")
        if how == "drop":
            studio.begins("runway", "well", body)  # it was taken: it goes on, and nobody hears its name
        if (bad := await misbehaves(studio, how, error)) is not None:
            return bad
        task = studio.begins("runway", how, body)
        return JSONResponse({} if how == "nameless" else {"id": task.name})

    async def look(request: Request) -> Response:
        studio.asked.append(("runway", "look", dict(request.path_params), headers_of(request)))
        if (no := refused(request)) is not None:
            return no
        task = studio.tasks.get(request.path_params["name"])
        if task is None or task.state == "cancelled":
            return JSONResponse(error("Task not found"), 404)
        if task.how == "unreadable":
            return Response(b"<html>oops", media_type="text/html")
        task.looks += 1
        return JSONResponse({"id": task.name, "createdAt": "2026-11-29T12:00:00Z"} | _stands(studio, task))

    async def end(request: Request) -> Response:
        studio.asked.append(("runway", "cancel", dict(request.path_params), headers_of(request)))
        if (no := refused(request)) is not None:
            return no
        if (task := studio.tasks.get(request.path_params["name"])) is not None:
            task.state = "cancelled"
        return Response(status_code=204)

    return Starlette(
        routes=[
            Route("/v1/image_to_video", begin, methods=["POST"]),
            Route("/v1/tasks/{name}", look, methods=["GET"]),
            Route("/v1/tasks/{name}", end, methods=["DELETE"]),
        ]
    )


def _wrong_clip(body: dict[str, Any]) -> str:
    shown, words = str(body.get("promptImage", "")), str(body.get("promptText", ""))
    if not DATA.fullmatch(shown) or len(shown) > DATA_URI_MAX:
        return "promptImage is an HTTPS URL or a data URI of at most 5 MB"
    if len(words.encode("utf-16-le")) // 2 > PROMPT_MAX:
        return "promptText has at most 1000 characters"
    if body.get("ratio") not in RATIOS or body.get("duration") not in range(2, 11):
        return "ratio or duration is not one of the allowed values"
    return "" if body.get("model") in ("gen4_turbo", "gen4.5", "veo3.1") else "model is not one of the allowed values"


def _stands(studio: Studio, task: Task) -> dict[str, Any]:
    if task.how in ("unheard of", "throttled"):
        return {"status": task.how.upper()}
    if task.looks == 1:
        return {"status": "PENDING"}
    if task.looks <= studio.looks_until_done or task.how == "never":
        return {"status": "RUNNING", "progress": 0.5}
    return _runway_end(studio, task)


def _runway_end(studio: Studio, task: Task) -> dict[str, Any]:
    codes = {
        "unsafe": "SAFETY.OUTPUT.VIDEO",
        "unsafe prompt": "SAFETY.INPUT.TEXT",
        "bad output": "INTERNAL.BAD_OUTPUT.CODE01",
        "bad asset": "ASSET.INVALID",
    }
    if task.how in codes:
        return {"status": "FAILED", "failure": "The task failed.", "failureCode": codes[task.how]}
    made = studio.film(
        seconds=task.asked["duration"],
        ratio=RATIOS[task.asked["ratio"]],
        seed=task.asked.get("seed", 0),
        begins=base64.b64decode(task.asked["promptImage"].partition(",")[2]),
    )
    return {"status": "SUCCEEDED", "output": [studio.offers(made, "video/mp4", how=task.how)]}
