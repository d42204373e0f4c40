"""Gemini, simulated: its pictures and its interactions. Requirements: GEN-3."""

import base64
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from publishing.simulators.studio.alike import RATIOS, headers_of, misbehaves
from publishing.simulators.studio.world import Studio, Task


def _google_error(words: str) -> dict[str, Any]:
    return {"error": {"code": 400, "message": words, "status": "INVALID_ARGUMENT"}}


def _google_refused(studio: Studio, request: Request) -> Response | None:
    if request.headers.get("x-goog-api-key") != studio.keys["gemini"]:
        return JSONResponse(_google_error("API key not valid. Please pass a valid API key."), 401)
    return None


def _pictures(studio: Studio) -> Any:
    """POST generateContent with a picture as its answer."""

    async def generate(request: Request) -> Response:
        body = await request.json()
        studio.asked.append(("gemini", "begin", body, headers_of(request)))
        if (no := _google_refused(studio, request)) is not None:
            return no
        how = studio.how("gemini")
        if (bad := await misbehaves(studio, how, _google_error)) is not None:
            return bad
        if how == "unsafe prompt":
            return JSONResponse({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})
        if how == "unsafe":
            return JSONResponse({"candidates": [{"index": 0, "finishReason": "IMAGE_SAFETY"}]})
        config = body["generationConfig"]
        parts = [part["inlineData"]["data"] for part in body["contents"][0]["parts"] if "inlineData" in part]
        made = studio.picture(
            seed=config.get("seed", 0),
            ratio=RATIOS[config["imageConfig"]["aspectRatio"]],
            references=[base64.b64decode(one) for one in parts],
        )
        part = {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(made).decode()}}
        candidate = {"index": 0, "finishReason": "STOP", "content": {"role": "model", "parts": [part]}}
        return JSONResponse({"candidates": [candidate], "usageMetadata": {"candidatesTokenCount": 1120}})

    return generate


def gemini(studio: Studio) -> Starlette:
    """POST /v1/models/{model}:generateContent; /v1/interactions and what is done with one."""

    async def begin(request: Request) -> Response:
        body = await request.json()
        studio.asked.append(("gemini", "begin", body, headers_of(request)))
        if (no := _google_refused(studio, request)) is not None:
            return no
        kinds = [part.get("type") for part in body.get("input", [])]
        if body.get("background") is not True or kinds != ["image", "text"]:
            return JSONResponse(_google_error("input or background is wrong"), 400)
        how = studio.how("gemini")
        if (bad := await misbehaves(studio, how, _google_error)) is not None:
            return bad
        task = studio.begins("gemini", how, body)
        return JSONResponse(
            {"status": "in_progress"} if how == "nameless" else _interaction(studio, task, "in_progress")
        )

    async def look(request: Request) -> Response:
        studio.asked.append(("gemini", "look", dict(request.path_params), headers_of(request)))
        if (no := _google_refused(studio, request)) is not None:
            return no
        task = studio.tasks.get(request.path_params["name"])
        if task is None:
            return JSONResponse(_google_error("Interaction not found"), 404)
        task.looks += 1
        if task.state == "cancelled":
            return JSONResponse(_interaction(studio, task, "cancelled"))
        if task.how == "unreadable":
            return Response(b"<html>oops", media_type="text/html")
        if task.how in ("queued", "incomplete", "unheard of"):
            return JSONResponse(_interaction(studio, task, task.how))
        going = task.how == "never" or task.looks <= studio.looks_until_done
        failed = task.how in ("bad output", "unsafe")
        status = "in_progress" if going else "failed" if failed else "completed"
        return JSONResponse(_interaction(studio, task, status))

    async def cancel(request: Request) -> Response:
        studio.asked.append(("gemini", "cancel", dict(request.path_params), headers_of(request)))
        if (no := _google_refused(studio, request)) is not None:
            return no
        task = studio.tasks[request.path_params["name"]]
        task.state = "cancelled"
        return JSONResponse(_interaction(studio, task, "cancelled"))

    return Starlette(
        routes=[
            Route("/v1/models/{call}", _pictures(studio), methods=["POST"]),
            Route("/v1/interactions", begin, methods=["POST"]),
            Route("/v1/interactions/{name}", look, methods=["GET"]),
            Route("/v1/interactions/{name}/cancel", cancel, methods=["POST"]),
        ]
    )


def _interaction(studio: Studio, task: Task, status: str) -> dict[str, Any]:
    told: dict[str, Any] = {"id": task.name, "object": "interaction", "status": status, "model": task.asked["model"]}
    if status == "failed":
        code = "PROHIBITED_CONTENT" if task.how == "unsafe" else "INTERNAL"
        return told | {"errors": [{"code": code, "message": "It came to nothing."}]}
    if status == "completed":
        wanted = task.asked["response_format"][0]
        seconds, ratio = int(wanted["duration"].removesuffix("s")), RATIOS[wanted["aspect_ratio"]]
        begins = base64.b64decode(task.asked["input"][0].get("data", ""))
        made = studio.film(seconds=seconds, ratio=ratio, begins=begins)
        shown = {"type": "video", "mime_type": "video/mp4"}
        shown["uri"] = studio.offers(made, "video/mp4", how=task.how, with_key=True)
        told["steps"] = [{"type": "model_output", "content": [{"type": "text", "text": "Here."}, shown]}]
        told["usage"] = {"total_output_tokens": 100 * seconds}
    return told
