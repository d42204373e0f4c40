"""The desk that every call passes: what was sent, who calls and what the token allows; and how objects are told.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import base64
import json
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from publishing.simulators.instagram import errors, fetching
from publishing.simulators.instagram.database import is_id
from publishing.simulators.instagram.store import Store
from publishing.simulators.instagram.tokens import Caller

BODY_BYTES_MAX = 64_000
PAGE_DEFAULT, PAGE_MAX = 25, 100
VERSIONS = ("", "/v23.0")

Sent = Mapping[str, str]
Endpoint = Callable[[Request, Caller, Sent], Awaitable[Response]]
OpenEndpoint = Callable[[Request], Awaitable[Response]]


@dataclass(kw_only=True)
class Desk:
    """What all endpoints of one simulator share."""

    store: Store
    client_id: str
    client_secret: str
    faults: list[str] = field(default_factory=list)
    late_s: float = 3.0
    public_url: str = ""
    deletes_media: bool = False  # whether software may delete what is published; the vendor does not say

    def base_url(self, request: Request) -> str:
        """Where people see the pages."""
        return (self.public_url or str(request.base_url)).rstrip("/")

    def routes(self, method: str, path: str, endpoint: Endpoint, *, scope: str = "") -> list[BaseRoute]:
        """An endpoint for bearers of a token, with and without a version before it. Plays I-11, I-12."""

        async def call(request: Request) -> Response:
            sent = await parameters(request)
            caller = await run_in_threadpool(self.store.caller, token=token_of(request, sent))
            check_scope(caller, scope)
            response = await endpoint(request, caller, sent)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return versioned(method, path, call)

    def fetch(self, container_id: int) -> None:
        """Begin to fetch the medium of a container, in a thread of its own. Plays I-7."""
        threading.Thread(target=self._fetch, args=(container_id,), daemon=True).start()

    def _fetch(self, container_id: int) -> None:
        url, to, is_video = self.store.source(container_id=container_id)
        problem: errors.Problem | None = None
        try:
            fetching.bring(url, to=to, is_video=is_video)
        except errors.Problem as met:
            problem = met
        except OSError:
            # The disk, not the medium: the container must not stay in progress for ever.
            problem = errors.refused("server")
        self.store.fetched(container_id=container_id, problem=problem)


def versioned(method: str, path: str, endpoint: OpenEndpoint) -> list[BaseRoute]:
    """A route with and without a version before it."""
    return [Route(f"{version}{path}", endpoint, methods=[method]) for version in VERSIONS]


async def body(request: Request) -> bytes:
    """The body, read no further than its limit. Raises Problem."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_BYTES_MAX:
            raise errors.invalid(f"The body is larger than {BODY_BYTES_MAX} bytes.")
        parts.append(part)
    return b"".join(parts)


async def parameters(request: Request) -> dict[str, str]:
    """What was sent in the query and in the body, be that a form or JSON; the body wins. Raises Problem."""
    sent = dict(request.query_params)
    content = await body(request)
    if content.strip() and request.headers.get("content-type", "").lower().startswith("application/json"):
        sent |= {name: _as_text(value) for name, value in loaded(content).items() if value is not None}
    elif content.strip():
        sent |= fields(content)
    if any(0xD800 <= ord(char) < 0xE000 for value in sent.values() for char in value):
        raise errors.invalid("A parameter holds half of a character.")
    return sent


def fields(content: bytes) -> dict[str, str]:
    """The fields of a form. Raises Problem."""
    try:
        return dict(parse_qsl(content.decode(), keep_blank_values=True, max_num_fields=60))
    except ValueError as error:
        raise errors.invalid("The body is not a form.") from error


def loaded(content: bytes) -> dict[str, Any]:
    """The JSON object that was sent. Raises Problem."""
    try:
        sent = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise errors.invalid("The body is not JSON.") from error
    if not isinstance(sent, dict):
        raise errors.invalid("A JSON object is needed.")
    return sent


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def token_of(request: Request, sent: Sent) -> str:
    """The token, as a parameter or in the header; "" when there is none."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return sent.get("access_token") or (given.strip() if scheme.lower() == "bearer" else "")


def check_scope(caller: Caller, scope: str) -> None:
    """Refuse a token that was not given for this. Plays I-12. Raises Problem."""
    if scope and f"instagram_business_{scope}" not in caller.scopes:
        raise errors.refused("permission")


def flag(sent: Sent, name: str, *, default: bool | None = None) -> bool:
    """A parameter that is true or false. Raises Problem."""
    given = sent.get(name, "").lower()
    if given in ("true", "1"):
        return True
    if given in ("false", "0"):
        return False
    if given or default is None:
        raise errors.invalid(f"The parameter {name} must be true or false.")
    return default


def own_account(request: Request, caller: Caller, verb: str) -> None:
    """Refuse any account in the path but the token's own. Raises Problem."""
    asked = request.path_params["id"]
    if asked != "me" and asked != str(caller.account_id):
        raise errors.missing(verb, asked)


def picked(whole: Mapping[str, Any], sent: Sent, *, default: Sequence[str] = ("id",), node: str) -> dict[str, Any]:
    """The fields that were asked for; those without a value are left out, as on the platform. Raises Problem."""
    names = list(asked_fields(sent.get("fields", ""))) or list(default)
    for name in names:
        if name not in whole:
            raise errors.invalid(f"Tried accessing nonexisting field ({name[:40]}) on node type ({node})")
    return {name: whole[name] for name in dict.fromkeys([*names, "id"]) if name in whole and whole[name] is not None}


def asked_fields(given: str) -> dict[str, str]:
    """The fields of `id,replies.limit(5){id,text}`, each with what stands in its braces: {"id": "", "replies": ...}."""
    found, name, inner, depth = {}, "", "", 0
    for char in given + ",":
        if char in ")}":
            depth -= 1
        if char == "," and depth == 0:
            if name.strip():
                found[name.partition(".")[0].partition("(")[0].strip()] = inner.strip()
            name = inner = ""
        elif depth == 0 and char not in "({)}":
            name += char
        elif depth > 0:
            inner += char
        if char in "({":
            depth += 1
            inner = "" if depth == 1 else inner
    return found


def page_of(sent: Sent) -> tuple[int, int | None]:
    """How many are wanted, and the id behind which they begin. Raises Problem."""
    limit, after = sent.get("limit", str(PAGE_DEFAULT)), sent.get("after", "")
    if not is_id(limit) or int(limit) == 0:
        raise errors.invalid("The parameter limit must be a number above 0.")
    if not after:
        return min(int(limit), PAGE_MAX), None
    try:
        known = base64.urlsafe_b64decode(after.encode()).decode()
    except ValueError:
        known = ""
    if not is_id(known):
        raise errors.invalid("Invalid cursor in the parameter after.")
    return min(int(limit), PAGE_MAX), int(known)


def paged(request: Request, told: list[dict[str, Any]], ids: Sequence[str], *, limit: int) -> dict[str, Any]:
    """One page with its cursors; `ids` may be one longer than the page: then there is a next one."""
    if not told:
        return {"data": []}
    first, last = (base64.urlsafe_b64encode(one.encode()).decode() for one in (ids[0], ids[:limit][-1]))
    paging: dict[str, Any] = {"cursors": {"before": first, "after": last}}
    if len(ids) > limit:
        # As on the platform, the address carries on what was sent, a token in the query included.
        query = urlencode({**request.query_params, "limit": str(limit), "after": last})
        paging["next"] = str(request.url.replace(query=query))
    return {"data": told[:limit], "paging": paging}


def stamp(ms: int) -> str:
    """A moment as the Graph API writes it."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
