"""How many posts the app's project has read this month, of how many: X's own count. Row X-18. GOV-1.

X tells this to the app's own token alone (OAuth 2.0 Application-Only), never to an account's. Reading it is free.
"""

from typing import Any

import httpx2

from publishing.connectors.serving import refusal
from publishing.connectors.x import errors
from publishing.connectors.x.calling import LATER, Caller, json_of

FIELDS = "project_cap,project_usage"
NOT_ASKED = (
    "Not asked: X tells it to the app's own token alone. Put the Bearer Token of X's developer console into"
    " X_BEARER_TOKEN of X's connector."
)


def read(caller: Caller) -> dict[str, int]:
    """`{"used", "cap"}`. Raises a refusal: "rejected" until a human does something, "unavailable" for later."""
    if not caller.app.bearer:
        raise refusal("rejected", "not_asked", NOT_ASKED)
    signed = {"Authorization": f"Bearer {caller.app.bearer}"}
    try:
        answer = caller.http.get("/2/usage/tweets", params={"usage.fields": FIELDS}, headers=signed)
        if answer.is_success:
            told: dict[str, Any] = answer.json()["data"]
            return {"used": int(told["project_usage"]), "cap": int(told["project_cap"])}
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        raise refusal("unavailable", "unreadable", f"X could not be read ({type(error).__name__}).") from error
    body = json_of(answer)
    if answer.status_code in (401, 403):
        said = str(body.get("detail") or body.get("title") or answer.status_code)[:200]
        sentence = f"X does not take the app's token ({said}). Look at X_BEARER_TOKEN of X's connector."
        raise refusal("rejected", "unauthorized", sentence)
    found = errors.said(status=answer.status_code, body=body)
    later = answer.status_code in LATER or answer.status_code == 402 or answer.status_code >= 500
    sentence = errors.sentence(status=answer.status_code, body=body, found=found)
    raise refusal("unavailable" if later else "rejected", found.code, sentence)
