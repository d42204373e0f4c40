"""The three providers' endpoints, at /ideogram, /runway and /gemini of one port, and the files that they link to."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from publishing.simulators.studio.gemini import gemini
from publishing.simulators.studio.ideogram import ideogram
from publishing.simulators.studio.runway import runway
from publishing.simulators.studio.world import Studio


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
