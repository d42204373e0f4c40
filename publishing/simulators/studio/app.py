"""The three providers' endpoints, at /ideogram, /runway and /gemini of one port, and the files that they link to."""

import asyncio
import base64
import re
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from publishing.simulators.studio.world import Studio, Task, film, picture

RATIOS = {"9x16": (9, 16), "16x9": (16, 9), "1x1": (1, 1), "720:1280": (9, 16), "1280:720": (16, 9), "960:960": (1, 1)}
RATIOS |= {"9:16": (9, 16), "16:9": (16, 9), "1:1": (1, 1)}
DATA = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=]+")
DATA_URI_MAX = 5 * 1024 * 1024
PROMPT_MAX = 1_000
STATUSES = {"busy": 429, "away": 503, "broken": 500, "no credit": 402}


class Dropped(Response):
    """An answer that begins and never ends: the connection is closed in the middle."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"id', "more_body": False})


async def _misbehaves(studio: Studio, how: str, error: Any) -> Response | None:
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


def _headers(request: Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def ideogram(studio: Studio) -> Starlette:
    """POST /v1/ideogram-v3/generate, multipart."""

    def error(words: str) -> dict[str, Any]:
        return {"error": words}

    async def generate(request: Request) -> Response:
        async with request.form() as form:
            fields: dict[str, Any] = {name: value for name, value in form.items() if isinstance(value, str)}
            files = form.getlist("character_reference_images")
            references = [await one.read() for one in files if not isinstance(one, str)]
        body = {**fields, "character_reference_images": len(references)}
        studio.asked.append(("ideogram", "begin", body, _headers(request)))
        if request.headers.get("api-key") != studio.keys["ideogram"]:
            return JSONResponse(error("Invalid API key"), 401)
        wrong = _wrong_form(fields, references)
        if wrong:
            return JSONResponse(error(wrong), 400)
        how = studio.how("ideogram")
        if (bad := await _misbehaves(studio, how, error)) is not None:
            return bad
        if how == "unsafe prompt":
            return JSONResponse(error("Prompt failed safety check"), 422)
        seed, ratio = int(fields.get("seed", "0")), RATIOS[fields["aspect_ratio"]]
        kind = "GIF" if how == "strange" else "PNG"
        url = "" if how == "unsafe" else studio.offers(picture(seed=seed, ratio=ratio, kind=kind), "image/png", how=how)
        made = {"url": url, "prompt": fields["prompt"], "resolution": "576x1024", "is_image_safe": how != "unsafe"}
        made |= {"seed": seed, "style_type": "GENERAL"}
        return JSONResponse({"created": "2026-11-29T12:00:00Z", "data": [made]})

    return Starlette(routes=[Route("/v1/ideogram-v3/generate", generate, methods=["POST"])])


def _wrong_form(fields: dict[str, Any], references: list[bytes]) -> str:
    if not fields.get("prompt"):
        return "prompt is required"
    if fields.get("aspect_ratio") not in RATIOS or fields.get("rendering_speed") not in ("TURBO", "DEFAULT", "QUALITY"):
        return "aspect_ratio or rendering_speed is not one of the allowed values"
    if len(references) > 1 or any(len(one) > 10 * 1024 * 1024 for one in references):
        return "one character reference image of at most 10 MB"
    if any(not one.startswith((b"\x89PNG", b"\xff\xd8\xff", b"RIFF")) for one in references):
        return "a character reference image is JPEG, PNG or WebP"
    return ""


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
        studio.asked.append(("runway", "begin", body, _headers(request)))
        if (no := refused(request)) is not None:
            return no
        if wrong := _wrong_clip(body):
            return JSONResponse(error(wrong), 400)
        how = studio.how("runway")
        if how == "drop":
            studio.begins("runway", "well", body)  # it was taken: it goes on, and nobody hears its name
        if (bad := await _misbehaves(studio, how, error)) is not None:
            return bad
        task = studio.begins("runway", how, body)
        return JSONResponse({} if how == "nameless" else {"id": task.name})

    async def look(request: Request) -> Response:
        studio.asked.append(("runway", "look", dict(request.path_params), _headers(request)))
        if (no := refused(request)) is not None:
            return no
        task = studio.tasks.get(request.path_params["name"])
        if task is None or task.state == "cancelled":
            return JSONResponse(error("Task not found"), 404)
        task.looks += 1
        told: dict[str, Any] = {"id": task.name, "createdAt": "2026-11-29T12:00:00Z", "status": "RUNNING"}
        if task.how == "throttled" or task.looks == 1:
            told["status"] = "THROTTLED" if task.how == "throttled" else "PENDING"
        elif task.looks <= studio.looks_until_done or task.how == "never":
            told["progress"] = 0.5
        else:
            told |= _runway_end(studio, task)
        return JSONResponse(told)

    async def end(request: Request) -> Response:
        studio.asked.append(("runway", "cancel", dict(request.path_params), _headers(request)))
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


def _runway_end(studio: Studio, task: Task) -> dict[str, Any]:
    codes = {
        "unsafe": "SAFETY.OUTPUT.VIDEO",
        "unsafe prompt": "SAFETY.INPUT.TEXT",
        "bad output": "INTERNAL.BAD_OUTPUT.CODE01",
        "bad asset": "ASSET.INVALID",
    }
    if task.how in codes:
        return {"status": "FAILED", "failure": "The task failed.", "failureCode": codes[task.how]}
    made = film(seconds=task.asked["duration"], ratio=RATIOS[task.asked["ratio"]], seed=task.asked.get("seed", 0))
    return {"status": "SUCCEEDED", "output": [studio.offers(made, "video/mp4", how=task.how)]}


def gemini(studio: Studio) -> Starlette:
    """POST /v1/models/{model}:generateContent; /v1/interactions and what is done with one."""

    def error(words: str) -> dict[str, Any]:
        return {"error": {"code": 400, "message": words, "status": "INVALID_ARGUMENT"}}

    def refused(request: Request) -> Response | None:
        if request.headers.get("x-goog-api-key") != studio.keys["gemini"]:
            return JSONResponse(error("API key not valid. Please pass a valid API key."), 401)
        return None

    async def generate(request: Request) -> Response:
        body = await request.json()
        studio.asked.append(("gemini", "begin", body, _headers(request)))
        if (no := refused(request)) is not None:
            return no
        how = studio.how("gemini")
        if (bad := await _misbehaves(studio, how, error)) is not None:
            return bad
        if how == "unsafe prompt":
            return JSONResponse({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})
        if how == "unsafe":
            return JSONResponse({"candidates": [{"index": 0, "finishReason": "IMAGE_SAFETY"}]})
        config = body["generationConfig"]
        made = picture(seed=config.get("seed", 0), ratio=RATIOS[config["imageConfig"]["aspectRatio"]])
        part = {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(made).decode()}}
        candidate = {"index": 0, "finishReason": "STOP", "content": {"role": "model", "parts": [part]}}
        return JSONResponse({"candidates": [candidate], "usageMetadata": {"candidatesTokenCount": 1120}})

    async def begin(request: Request) -> Response:
        body = await request.json()
        studio.asked.append(("gemini", "begin", body, _headers(request)))
        if (no := refused(request)) is not None:
            return no
        kinds = [part.get("type") for part in body.get("input", [])]
        if body.get("background") is not True or kinds != ["image", "text"]:
            return JSONResponse(error("input or background is wrong"), 400)
        how = studio.how("gemini")
        if (bad := await _misbehaves(studio, how, error)) is not None:
            return bad
        task = studio.begins("gemini", how, body)
        return JSONResponse(
            {"status": "in_progress"} if how == "nameless" else _interaction(studio, task, "in_progress")
        )

    async def look(request: Request) -> Response:
        studio.asked.append(("gemini", "look", dict(request.path_params), _headers(request)))
        if (no := refused(request)) is not None:
            return no
        task = studio.tasks.get(request.path_params["name"])
        if task is None:
            return JSONResponse(error("Interaction not found"), 404)
        task.looks += 1
        if task.state == "cancelled":
            return JSONResponse(_interaction(studio, task, "cancelled"))
        going = task.how == "never" or task.looks <= studio.looks_until_done
        failed = task.how in ("bad output", "unsafe")
        status = "in_progress" if going else "failed" if failed else "completed"
        return JSONResponse(_interaction(studio, task, status))

    async def cancel(request: Request) -> Response:
        studio.asked.append(("gemini", "cancel", dict(request.path_params), _headers(request)))
        if (no := refused(request)) is not None:
            return no
        task = studio.tasks[request.path_params["name"]]
        task.state = "cancelled"
        return JSONResponse(_interaction(studio, task, "cancelled"))

    return Starlette(
        routes=[
            Route("/v1/models/{call}", generate, methods=["POST"]),
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
        made = film(seconds=seconds, ratio=ratio)
        shown = {"type": "video", "mime_type": "video/mp4"}
        shown["uri"] = studio.offers(made, "video/mp4", how=task.how, with_key=True)
        told["steps"] = [{"type": "model_output", "content": [{"type": "text", "text": "Here."}, shown]}]
        told["usage"] = {"total_output_tokens": 100 * seconds}
    return told


def build(studio: Studio) -> Starlette:
    """All of them, and their files."""

    async def file(request: Request) -> Response:
        key = request.headers.get("x-goog-api-key", "")
        status, content, mime = studio.file(request.path_params["name"], key=key)
        return Response(content, status, media_type=mime)

    return Starlette(
        routes=[
            Mount("/ideogram", ideogram(studio)),
            Mount("/runway", runway(studio)),
            Mount("/gemini", gemini(studio)),
            Route("/files/{name}", file),
        ]
    )
