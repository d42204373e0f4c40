"""The entrance of a server process of ours: nobody comes in without its service token. Requirements: PUB-3, MCP-1."""

import hmac

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class ServiceToken:
    """Lets nobody in without the service token. /health says nothing worth a token and is what a supervisor asks."""

    def __init__(self, app: ASGIApp, *, service_token: str, open_paths: tuple[str, ...] = ("/health",)) -> None:
        self._app = app
        self._open = open_paths
        self._expected = f"Bearer {service_token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_open(scope["path"]):
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not hmac.compare_digest(given, self._expected):
                refusal = PlainTextResponse("unauthorized", 401, headers={"WWW-Authenticate": "Bearer"})
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_open(self, path: str) -> bool:
        return any(path == one or (one.endswith("/") and path.startswith(one)) for one in self._open)
