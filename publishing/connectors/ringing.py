"""The door of a connector process for what its platform delivers: the only one, beside pictures, without our token.

A delivery proves itself by the platform's signature over the raw body. What it says is kept as ids alone: the inbox
asks the platform for the rest. Wrong ones are refused before they are read, and counted; a database that is away makes
the platform deliver again. Requirements: ENG-1, ENG-2, SAF-1, MCP-1.
"""

import asyncio
import json
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db import Error as DatabaseError
from mcp.server import MCPServer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from publishing.deliveries import services as deliveries
from publishing.deliveries.services import Event

logger = logging.getLogger(__name__)

PATH = "/webhooks"
BODY_BYTES_MAX = 2_000_000  # Meta sends up to a thousand changes at once
KEEP_S_MAX = 0.9  # platforms want an answer within a second, and deliver again without one
COUNT_EVERY_S = 1.0  # refusals are written at most so often, whoever sends however many


class NotInItsForm(ValueError):
    """A genuine delivery that says something in a form that we do not know."""


@dataclass(kw_only=True)
class Door(ABC):
    """How one platform asks whether we are there, signs, and says what happened."""

    platform: ClassVar[str]
    secret: str  # of the app; "": nothing is taken in
    _refused: int = 0
    _counted: float = field(default=float("-inf"))

    @abstractmethod
    def asked(self, query: Mapping[str, str]) -> Response | None:
        """The answer to the platform's question whether this address is ours; None: it is not the platform's."""

    @abstractmethod
    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the signature is the platform's, of exactly this body."""

    @abstractmethod
    def events(self, told: Any) -> Sequence[Event]:
        """What a delivery says has happened to whom. Raises NotInItsForm, KeyError, TypeError or AttributeError."""

    async def question(self, request: Request) -> Response:
        """GET: the handshake."""
        answer = self.asked(request.query_params) if self.secret else None
        return answer or await self._no("this is no question of the platform")

    async def delivery(self, request: Request) -> Response:
        """POST: 200 when it is kept, or was before; 403 when it is not the platform's; 503 to have it sent again."""
        body = await _body(request)
        if body is None:
            return await self._no(f"the body is larger than {BODY_BYTES_MAX:,} bytes", 413)
        if not self.secret or not self.is_genuine(request.headers, body):
            return await self._no("the signature is not the platform's")
        try:
            found = self.events(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            logger.warning("a delivery of %s has another form (%s)", self.platform, type(error).__name__)
            return await self._no("the delivery has another form", 400)
        try:
            kept = await asyncio.wait_for(
                run_in_threadpool(deliveries.keep, platform=self.platform, events=found), KEEP_S_MAX
            )
        except (TimeoutError, DatabaseError) as error:
            logger.warning("a delivery of %s could not be kept (%s)", self.platform, type(error).__name__)
            return PlainTextResponse("try again", 503, headers={"Retry-After": "5"})
        return JSONResponse({"kept": kept})

    async def _no(self, why: str, status: int = 403) -> Response:
        """Refused, counted, and said without a word of what was sent."""
        self._refused += 1
        if time.monotonic() - self._counted > COUNT_EVERY_S:
            count, self._refused, self._counted = self._refused, 0, time.monotonic()
            try:
                await run_in_threadpool(deliveries.count_refused, platform=self.platform, count=count)
            except DatabaseError as error:
                self._refused += count
                logger.warning("refused deliveries of %s were not counted (%s)", self.platform, type(error).__name__)
        logger.warning("a delivery to the door of %s was refused: %s", self.platform, why)
        return PlainTextResponse(why, status)


def mount(server: MCPServer, *, door: Door) -> tuple[str, ...]:
    """Open the door at /webhooks; returns the paths that `serving.app` must leave open."""
    server.custom_route(PATH, methods=["GET"])(door.question)
    server.custom_route(PATH, methods=["POST"])(door.delivery)
    return (PATH,)


async def _body(request: Request) -> bytes | None:
    """The raw body, read no further than its limit; None when it is larger."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_BYTES_MAX:
            return None
        parts.append(part)
    return b"".join(parts)
