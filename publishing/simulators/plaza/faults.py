"""Faults of the simulated platform: what a post may meet, and the door through which a chaos run orders them.

A list of names, one taken per POST of a post. `accept_then_drop` and `error_500_after_accept` publish and lose the
answer; `duplicate_answer` publishes and says that it had the post already; `drop_before_accept` loses the question;
`late` publishes after `late_s` seconds, when the caller may be gone; `lie_ok` answers with an id and keeps nothing;
"" is none. `delete_then_drop` and `drop_before_delete` wait in the same list for the next DELETE of a post.

Requirements: PUB-1, PUB-4.
"""

import ipaddress
import json
import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from publishing.simulators.plaza.store import Draft, Problem

NAMES = (
    "",
    "accept_then_drop",
    "error_500_after_accept",
    "duplicate_answer",
    "drop_before_accept",
    "late",
    "lie_ok",
)
DELETING = ("delete_then_drop", "drop_before_delete")
QUEUE_MAX = 10_000


def taken(faults: list[str], *, deletes: bool = False) -> str:
    """The first fault that a POST (or a DELETE) of a post meets, which is thereby taken from the list; "": none."""
    for position, name in enumerate(faults):
        if (name in DELETING) is deletes:
            return faults.pop(position)
    return ""


class Dropped(Response):
    """Promises a body and never sends it: the server then cuts the connection under the caller's eyes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"999")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


def lie(*, draft: Draft, base_url: str) -> Response:
    """An answer like any other, about a post that there is not."""
    post_id = secrets.token_hex(8)
    told = {"id": post_id, "account": draft.handle, "url": f"{base_url}/p/{post_id}", "status": "published"}
    return JSONResponse(told, 201)


def instead_of_the_answer(fault: str) -> Response | None:
    """What the caller gets after the post was kept; None: the truth. Raises Problem."""
    if fault == "accept_then_drop":
        return Dropped()
    if fault == "error_500_after_accept":
        raise Problem(500, "internal", "Something went wrong.")
    if fault == "duplicate_answer":
        raise Problem(409, "duplicate_post", "This account has posted this already.")
    return None


def is_here(request: Request) -> bool:
    """Whether the caller is on this machine."""
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def ordered(body: bytes) -> list[str]:
    """The names in `{"faults": [...]}`. Raises Problem."""
    try:
        names = json.loads(body)["faults"]
    except (ValueError, KeyError, TypeError) as error:
        raise Problem(400, "not_json", 'The body must be {"faults": [names]}.') from error
    if not isinstance(names, list) or any(name not in (*NAMES, *DELETING) for name in names):
        known = ", ".join(filter(None, (*NAMES, *DELETING)))
        raise Problem(422, "invalid_field", f"Each of faults must be one of: {known}.")
    return names
