"""The desk that every call passes: who calls, what the token allows, how much of the limit is left; and what was sent.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import hmac
import json
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publishing.simulators.x import errors
from publishing.simulators.x.store import Store
from publishing.simulators.x.tokens import Caller

BODY_BYTES_MAX = 64_000
ID_DIGITS_MAX = 19  # what fits into a row's id

Endpoint = Callable[[Request, Caller], Awaitable[Response]]


@dataclass(kw_only=True)
class Desk:
    """What all endpoints of one simulator share."""

    store: Store
    client_id: str
    client_secret: str
    faults: list[str] = field(default_factory=list)
    late_s: float = 3.0
    public_url: str = ""
    bearer_token: str = ""  # the app's own; "" is none

    def route(self, method: str, path: str, endpoint: Endpoint, *, bucket: str, scopes: Collection[str]) -> Route:
        """An endpoint for bearers of a token. Plays X-5, X-26."""

        async def call(request: Request) -> Response:
            headers: dict[str, str] = {}
            try:
                caller = await run_in_threadpool(self.store.caller, token=bearer(request))
                headers, is_over = await run_in_threadpool(
                    self.store.count_call, bucket=bucket, account_id=caller.account_id
                )
                if is_over:
                    raise errors.too_many()
                lacking = sorted(set(scopes) - caller.scopes)
                if lacking:
                    raise errors.forbidden(f"The token lacks the scope {lacking[0]}.")
                response = await endpoint(request, caller)
            except errors.Problem as problem:
                response = problem.response()
            response.headers.update(headers)
            return response

        return Route(path, call, methods=[method])

    def app_route(
        self, method: str, path: str, endpoint: Callable[[Request], Awaitable[Response]], *, bucket: str
    ) -> Route:
        """An endpoint for the app's own token and for no account's. Plays X-5, X-18, X-26."""

        async def call(request: Request) -> Response:
            headers: dict[str, str] = {}
            try:
                token = bearer(request)
                if not self.bearer_token or not hmac.compare_digest(token.encode(), self.bearer_token.encode()):
                    await run_in_threadpool(self.store.caller, token=token)  # a token of nobody's is a 401
                    raise errors.not_for_users()
                headers, is_over = await run_in_threadpool(self.store.count_call, bucket=bucket, account_id=0)
                if is_over:
                    raise errors.too_many()
                response = await endpoint(request)
            except errors.Problem as problem:
                response = problem.response()
            response.headers.update(headers)
            return response

        return Route(path, call, methods=[method])


def bearer(request: Request) -> str:
    """The token that was sent, or a 401."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise errors.unauthorized()
    return token.strip()


async def body(request: Request, bytes_max: int = BODY_BYTES_MAX) -> bytes:
    """The body, read no further than its limit."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > bytes_max:
            raise errors.invalid("body", size, f"The body is larger than {bytes_max} bytes.")
        parts.append(part)
    return b"".join(parts)


async def json_body(request: Request, known: Collection[str]) -> dict[str, Any]:
    """The JSON object that was sent, with none but known fields. Raises Problem."""
    return known_only(_loaded(await body(request)), known)


def _loaded(sent: bytes) -> Any:
    try:
        return json.loads(sent)
    except (ValueError, RecursionError) as error:
        raise errors.invalid("body", "", "The body is not JSON.") from error


def known_only(sent: Any, known: Collection[str], parent: str = "") -> dict[str, Any]:
    """An object whose fields are all known. Raises Problem."""
    if not isinstance(sent, dict):
        raise errors.invalid(parent or "body", sent, "An object is needed.")
    for name in sent:
        if name not in known:
            where = f"{parent}.{name}" if parent else name
            raise errors.invalid(where, sent[name], f"$.{where}: is not defined in the schema.")
    return sent


def number(parameter: str, sent: Any) -> int:
    """An id: digits in a text. Raises Problem."""
    if not is_id(sent):
        raise errors.invalid(
            parameter, sent, f"The `{parameter}` [{str(sent)[:40]}] is not a valid id: 1 to 19 digits."
        )
    return int(sent)


def is_id(sent: Any) -> bool:
    """Whether something is an id as X writes them."""
    is_digits = isinstance(sent, str) and sent.isascii() and sent.isdigit() and len(sent) <= ID_DIGITS_MAX
    return is_digits and int(sent) < 2**63


def listed(request: Request, name: str, allowed: Collection[str]) -> list[str]:
    """The values of a parameter such as `tweet.fields`, each of which X has to know. Raises Problem."""
    values = [value for value in request.query_params.get(name, "").split(",") if value]
    for value in values:
        if value not in allowed:
            message = f"The `{name}` query parameter value [{value[:40]}] is not one of [{','.join(sorted(allowed))}]"
            raise errors.invalid(name, value, message)
    return values


def known_parameters(request: Request, known: Collection[str]) -> None:
    """Refuse a query parameter that the endpoint does not have. Raises Problem."""
    for name, value in request.query_params.items():
        if name not in known:
            raise errors.invalid(name, value, f"The query parameter [{name[:40]}] is not one of {sorted(known)}")
