"""Ideogram, simulated. Requirements: GEN-3."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from publishing.simulators.studio.alike import RATIOS, headers_of, misbehaves
from publishing.simulators.studio.world import Studio


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
        studio.asked.append(("ideogram", "begin", body, headers_of(request)))
        if request.headers.get("api-key") != studio.keys["ideogram"]:
            return JSONResponse(error("Invalid API key"), 401)
        wrong = _wrong_form(fields, references)
        if wrong:
            return JSONResponse(error(wrong), 400)
        how = studio.how("ideogram")
        if (bad := await misbehaves(studio, how, error)) is not None:
            return bad
        if how == "unsafe prompt":
            return JSONResponse(error("Prompt failed safety check"), 422)
        seed, ratio = int(fields.get("seed", "0")), RATIOS[fields["aspect_ratio"]]
        kind = "GIF" if how == "strange" else "PNG"
        drawn = studio.picture(seed=seed, ratio=ratio, kind=kind, references=references)
        url = "" if how == "unsafe" else studio.offers(drawn, "image/png", how=how)
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
