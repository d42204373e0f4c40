"""What every connector process does alike: the gate before, the call, and what may be said after.

A platform's desk says how a payload becomes a request (`prepared`), how that is sent (`send`) and what the answer means
(`receipt`). Everything before the send is harmless to repeat, so a failure there is "not_sent"; from the moment of the
send whatever is not a clear answer is "unknown". A clear answer is written down before the worker hears it.

Requirements: PUB-1, PUB-2, PUB-3, PUB-4, MCP-1.
"""

import contextlib
import hashlib
import hmac
import json
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import httpx2
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse

from chimera.core import outside
from chimera.core.errors import Denied, Stopped
from governance.controls.looking import LOOK_LASTS_S
from publishing.connectors.entrance import ServiceToken
from publishing.connectors.media import Opens, opened
from publishing.connectors.refusing import refusal as refusal
from publishing.connectors.values import GRANT_REFUSED

logger = logging.getLogger(__name__)

PLATFORM_TIMEOUT_S = 10.0
_NOTING = ThreadPoolExecutor(8, thread_name_prefix="noting")
IMAGE_TYPES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
IMAGE_BYTES_MAX = 32 * 1024 * 1024  # what is longer is none of our images, and its hash says so
PUBLISHES = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True)
PREPARES = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=True)
READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=True)


class Claims(Protocol):
    """What of a verified grant a connector compares itself; the rest is the gate's."""

    @property
    def account_handle(self) -> str: ...
    @property
    def effect_key(self) -> str: ...
    @property
    def action(self) -> str: ...


class Gate(Protocol):
    """Who knows grants. The real one is `governance.grants`; both raise Denied with a sentence."""

    def check(self, *, grant: str, payload: dict[str, Any], audience: str, action: str = "publish") -> Claims:
        """The claims of a grant that is genuine, unexpired, for this connector (its name), this act and this very
        payload."""
        ...

    def consume(self, *, claims: Any) -> None:
        """Use the grant up. Denied when it was used before or its holder lost the row; Stopped by a control."""
        ...

    def ended(self, *, claims: Any, outcome: str, told: dict[str, Any]) -> None:
        """Write down what the platform surely said: "published", "deleted", "rejected" or "not_sent"."""
        ...


@dataclass(frozen=True, kw_only=True)
class Desk(ABC):
    """The work of one process: a gate, a store of media, and what its platform needs.

    `audience` is the connector's name in grants: one for another connector, or another account, opens nothing here.
    """

    title: ClassVar[str]  # the platform in sentences
    brings_media: ClassVar[bool] = True  # whether `prepared` sends the platform what a post shows
    reads_back: ClassVar[bool] = False  # whether `read_back` asks the platform
    gate: Gate
    media: Opens
    audience: str

    @abstractmethod
    def prepared(self, *, payload: dict[str, Any], claims: Claims, idempotency_key: str, stage: str) -> httpx2.Request:
        """The one request that publishes, with its media brought. Only what is harmless to repeat has happened then.

        `stage` is what an earlier stage of this publish gave; "" where the platform has none.
        """

    @abstractmethod
    def send(self, request: httpx2.Request) -> httpx2.Response:
        """Send it."""

    @abstractmethod
    def receipt(self, answer: httpx2.Response, *, claims: Claims) -> dict[str, str]:
        """`{"platform_id", "url", "status"}` of a clear yes. Raises `refusal`; what is no clear answer is "unknown"."""

    def read_back(self, receipt: dict[str, str], *, answer: httpx2.Response, claims: Claims) -> dict[str, str]:
        """The receipt with what the platform shows of what it took; raises nothing. As it is, unless told."""
        return receipt

    def publish(
        self, *, payload: dict[str, Any], grant: str, idempotency_key: str, stage: str = "", action: str = "publish"
    ) -> dict[str, str]:
        """Publish once, or do what else a grant is for (`action`). Raises ToolError, see `refusal`."""
        at_once = self.asks_nobody(payload, action)
        try:
            with outside.on_one_connection() if at_once else contextlib.nullcontext():
                claims = self.checked(payload, grant, idempotency_key, action=action)
                request = self.prepared(payload=payload, claims=claims, idempotency_key=idempotency_key, stage=stage)
                looked = time.monotonic()
                self.gate.consume(claims=claims)
        except ToolError:
            raise
        except Stopped as stop:
            raise refusal("not_sent", "stopped", str(stop)) from stop
        except Denied as error:
            raise refusal("rejected", GRANT_REFUSED, str(error)) from error
        except Exception as error:
            logger.exception("publish stopped before the post was begun")
            sentence = f"The connector failed before the post was begun ({type(error).__name__}); see its log."
            raise refusal("not_sent", "connector_failed", sentence) from error
        answer = None
        try:
            answer = self.sent(request, looked)
            receipt = self.receipt(answer, claims=claims)
        except ToolError as said:
            told = json.loads(str(said))
            if told["class"] != "unknown":
                self.write_down(claims, told["class"], {"code": told["code"], "message": told["message"]})
            if answer is not None and told["class"] == "not_sent":  # the platform may have counted the call
                raise ToolError(json.dumps({**told, "asked": True})) from said
            raise
        # The yes is on record while the platform is asked what it shows: who dies meanwhile leaves no doubt.
        noted = _NOTING.submit(self.write_down, claims, "published", receipt) if self.reads_back else None
        shown = self.read_back(receipt, answer=answer, claims=claims)
        if noted is None:
            self.write_down(claims, "published", receipt)
        else:
            noted.result()
        return shown

    def asks_nobody(self, payload: Mapping[str, Any], action: str) -> bool:
        """Whether surely nothing outside is asked while the request is prepared: no connection is held meanwhile.

        An answer may first look at what it answers, and whoever hides at what is hidden.
        """
        brings = self.brings_media and payload.get("media")
        return action == "publish" and not payload.get("reply_to") and not brings

    def image(self, item: dict[str, Any]) -> tuple[bytes, str]:
        """The bytes and the type of an image of a payload: exactly what was approved, or a refusal."""
        sha256 = str(item["sha256"])
        with opened(self.media, sha256) as file:
            content = file.read(IMAGE_BYTES_MAX)
        kind = next((kind for magic, kind in IMAGE_TYPES.items() if content.startswith(magic)), None)
        if kind is None or hashlib.sha256(content).hexdigest() != sha256:
            sentence = f"Image {sha256[:12]} is not the PNG or JPEG that was approved."
            raise refusal("rejected", "media_mismatch", sentence)
        return content, kind

    def write_down(self, claims: Claims, outcome: str, told: dict[str, Any]) -> None:
        """Keep a clear answer for whoever takes over when the worker never hears it."""
        try:
            self.gate.ended(claims=claims, outcome=outcome, told=told)
        except Exception:  # the worker hears it all the same; only one that dies now leaves a doubt
            logger.exception("what the platform said (%s) was not written down", outcome)

    def checked(self, payload: dict[str, Any], grant: str, idempotency_key: str, *, action: str = "publish") -> Claims:
        """What the grant says, when it is genuine and for this; it is not used up. Raises Denied or a refusal."""
        if (payload.get("action") or "publish") != action:
            raise refusal("rejected", "other_act", f"The payload is for another act than to {action}.")
        if action == "publish" and payload.get("ai_generated") is not True:
            raise refusal("rejected", "no_label", "The payload carries no AI label; nothing unlabelled is published.")
        claims = self.gate.check(grant=grant, payload=payload, audience=self.audience, action=action)
        if claims.action != action:
            raise refusal("rejected", "other_act", f"The grant is for another act than to {action}.")
        if not hmac.compare_digest(str(claims.effect_key).encode(), idempotency_key.encode()):
            raise refusal("rejected", "key_mismatch", "The grant is for another effect than the idempotency key.")
        if not claims.account_handle or payload.get("account_handle") != claims.account_handle:
            raise refusal("rejected", "account_mismatch", "The grant is for another account than the payload's.")
        return claims

    def sent(self, request: httpx2.Request, looked: float) -> httpx2.Response:
        """The platform's answer to the one call. Raises a refusal, of which only "unknown" may have done something."""
        if time.monotonic() - looked > LOOK_LASTS_S:
            # Whoever stopped the fleet meanwhile was told that whatever leaves has left by now; and a process that
            # stood still may have been given up, its post sent by another.
            sentence = "The connector took too long between using the grant and the call; nothing was sent."
            raise refusal("not_sent", "too_late", sentence)
        try:
            return self.send(request)
        except ToolError:
            raise
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise refusal("not_sent", "unreachable", f"No connection to {self.title} could be made.") from error
        except Exception as error:
            logger.exception("the post was begun and its outcome is not known")
            sentence = f"The connection to {self.title} was lost after the post was begun ({type(error).__name__})."
            raise refusal("unknown", "no_answer", sentence) from error


@contextlib.contextmanager
def preparing() -> Iterator[None]:
    """Whatever keeps a post from being prepared, as a refusal: nothing shows by it, so nothing is unknown."""
    try:
        yield
    except ToolError:
        raise
    except Denied as error:
        raise refusal("rejected", GRANT_REFUSED, str(error)) from error
    except Exception as error:
        logger.exception("a post could not be prepared")
        sentence = f"The connector failed before the post was begun ({type(error).__name__}); see its log."
        raise refusal("not_sent", "connector_failed", sentence) from error


def app(
    server: MCPServer, *, service_token: str, close: Callable[[], None], open_paths: tuple[str, ...] = ()
) -> Starlette:
    """The connector as an ASGI app: MCP at /mcp (bearer `service_token`), liveness at /health. `close` ends it.

    Paths that begin as one of `open_paths` are reached without the token: they prove themselves in another way.
    """
    if not service_token:
        raise ValueError(f"The connector of {server.name} needs a service token; set one.")

    @server.custom_route("/health", methods=["GET"])
    async def health(_: Request) -> JSONResponse:
        return JSONResponse({"ok": True})

    # The Host check guards servers that trust whoever reaches them; this one asks for a token that no browser has.
    security = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    made = server.streamable_http_app(stateless_http=True, json_response=True, transport_security=security)
    inner = made.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(owner: Starlette) -> AsyncIterator[Any]:
        async with inner(owner) as state:
            try:
                yield state
            finally:
                close()

    made.router.lifespan_context = lifespan
    made.add_middleware(ServiceToken, service_token=service_token, open_paths=("/health", *open_paths))
    return made
