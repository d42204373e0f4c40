"""Refusals as X words them: problem+json with a `type` out of one table, and OAuth's own shape for its endpoints.

Plays X-23.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

from typing import Any

from starlette.responses import JSONResponse, Response

_BASE = "https://api.twitter.com/2/problems/"
BLANK = "about:blank"
TYPES = {
    "invalid": _BASE + "invalid-request",
    "client": _BASE + "client-forbidden",
    "not_yours": _BASE + "not-authorized-for-resource",
    "not_found": _BASE + "resource-not-found",
    "credits": _BASE + "usage-capped",
    "rate": _BASE + "rate-limit-exceeded",
    "suspended": _BASE + "user-suspended",
    "authentication": _BASE + "unsupported-authentication",
}
INVALID_DETAIL = "One or more parameters to your request was invalid."
DUPLICATE_DETAIL = "You are not allowed to create a Tweet with duplicate content."
SUSPENDED_DETAIL = "Your account is suspended and is not permitted to access this feature."
REPLY_DETAIL = (
    "Reply to this conversation is not permitted because you have not been mentioned or otherwise engaged by the author"
    " of the post you are replying to."
)
VALUE_SHOWN_MAX = 100


class Problem(Exception):
    """A refusal of the platform: HTTP status, body and content type."""

    def __init__(self, status: int, body: dict[str, Any], *, media_type: str = "application/problem+json") -> None:
        super().__init__(str(body.get("detail") or body.get("error_description") or status))
        self.status, self.body, self.media_type = status, body, media_type
        self.headers: dict[str, str] = {}

    def response(self) -> Response:
        """The refusal as an answer."""
        return JSONResponse(self.body, self.status, headers=self.headers, media_type=self.media_type)


def _problem(status: int, title: str, detail: str, kind: str = BLANK, **more: Any) -> Problem:
    return Problem(status, {**more, "title": title, "status": status, "detail": detail, "type": kind})


def invalid(parameter: str, value: Any, message: str) -> Problem:
    """A 400 that names the parameter, what was sent for it and what is wrong with it."""
    shown = str(value)[:VALUE_SHOWN_MAX]
    errors = [{"parameters": {parameter: [shown]}, "message": message}]
    return _problem(400, "Invalid Request", INVALID_DETAIL, TYPES["invalid"], errors=errors)


def unauthorized() -> Problem:
    """No token, or none that is good. Plays X-26."""
    problem = _problem(401, "Unauthorized", "Unauthorized")
    problem.headers["WWW-Authenticate"] = "Bearer"
    return problem


def forbidden(detail: str, kind: str = BLANK, **more: Any) -> Problem:
    """A 403 with X's title."""
    return _problem(403, "Forbidden", detail, kind, **more)


def not_for_users() -> Problem:
    """What a user's token hears where only the app's own is taken. Plays X-18."""
    detail = (
        "Authenticating with OAuth 2.0 User Context is forbidden for this endpoint."
        "  Supported authentication types are [OAuth 2.0 Application-Only]."
    )
    return _problem(403, "Unsupported Authentication", detail, TYPES["authentication"])


def suspended() -> Problem:
    """What a suspended account hears. Plays X-25."""
    return forbidden(SUSPENDED_DETAIL, TYPES["suspended"])


def duplicate() -> Problem:
    """The text was posted already. Plays X-24."""
    return forbidden(DUPLICATE_DETAIL)


def not_found(kind: str, parameter: str, value: str) -> Problem:
    """A 404 about a resource that is not there."""
    told = missing(kind, parameter, value)
    return Problem(404, {**told, "status": 404})


def missing(kind: str, parameter: str, value: str) -> dict[str, Any]:
    """The same as one of `errors` in an answer with status 200, as X gives for reads."""
    shown = value[:VALUE_SHOWN_MAX]
    return {
        "value": shown,
        "detail": f"Could not find {kind} with {parameter}: [{shown}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": shown,
        "type": TYPES["not_found"],
    }


def no_credits() -> Problem:
    """The app's credits do not suffice for this call. Plays X-22."""
    detail = "Your enrolled account does not have any credits to fulfill this request."
    return _problem(402, "CreditsDepleted", detail, TYPES["credits"])


def too_many() -> Problem:
    """A limit is used up; there is no Retry-After, only the headers of the window. Plays X-5."""
    return _problem(429, "Too Many Requests", "Too Many Requests", TYPES["rate"])


def broken() -> Problem:
    """What X says when something of its own went wrong."""
    return _problem(500, "Internal Server Error", "Something is broken. This is usually a temporary error.")


def nothing_here() -> Problem:
    """An address that is not for this caller."""
    return _problem(404, "Not Found", "There is nothing here.")


def oauth(error: str, description: str, *, status: int = 400) -> Problem:
    """A refusal of the token endpoint."""
    body = {"error": error, "error_description": description}
    return Problem(status, body, media_type="application/json")


def token_invalid() -> Problem:
    """A refresh token that was used, revoked or never given out. Plays X-4."""
    return oauth("invalid_request", "Value passed for the token was invalid.")
