"""What every connector process does alike when a post is taken down: the order of `serving`, with another request.

The grant is checked and must be one to delete, the request is made, the grant is used up, one call, and a clear answer
is written down before the worker hears it. Requirements: PUB-3, PUB-4, PUB-5.
"""

import json
import logging
import time
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import httpx2
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from chimera.core.errors import Denied, Stopped
from publishing.connectors import serving
from publishing.connectors.reversing import DELETE
from publishing.connectors.serving import Claims, refusal
from publishing.connectors.values import GRANT_REFUSED

logger = logging.getLogger(__name__)

DELETES = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True)


@dataclass(frozen=True, kw_only=True)
class Desk(serving.Desk):
    """A platform's desk that takes posts down as well."""

    @abstractmethod
    def removal(self, *, platform_id: str, claims: Claims) -> httpx2.Request:
        """The one request that deletes. Raises a refusal for an id that is none on this platform."""

    @abstractmethod
    def removed(self, answer: httpx2.Response) -> str:
        """ "deleted" or "gone" of a clear yes. Raises `refusal`; what is no clear answer is "unknown"."""

    def take_down(self, *, payload: dict[str, Any], grant: str, idempotency_key: str) -> dict[str, str]:
        """Delete one post: `{"platform_id", "status"}`. Raises ToolError, see `serving.refusal`."""
        platform_id = str(payload.get("platform_id") or "")
        try:
            claims = self.checked(payload, grant, idempotency_key, action=DELETE)
            request = self.removal(platform_id=platform_id, claims=claims)
            looked = time.monotonic()
            self.gate.consume(claims=claims)
        except ToolError:
            raise
        except Stopped as stop:
            raise refusal("not_sent", "stopped", str(stop)) from stop
        except Denied as error:
            raise refusal("rejected", GRANT_REFUSED, str(error)) from error
        except Exception as error:
            logger.exception("a deletion stopped before it was begun")
            sentence = f"The connector failed before the deletion was begun ({type(error).__name__}); see its log."
            raise refusal("not_sent", "connector_failed", sentence) from error
        try:
            receipt = {"platform_id": platform_id, "status": self.removed(self.sent(request, looked))}
        except ToolError as said:
            told = json.loads(str(said))
            if told["class"] != "unknown":
                self.write_down(claims, told["class"], {"code": told["code"], "message": told["message"]})
            raise
        self.write_down(claims, "deleted", receipt)
        return receipt
