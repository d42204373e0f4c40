"""Hiding a reply on X: in a conversation that the account itself began, and with a scope of its own. Row X-32.

X shows software nowhere whether a reply is hidden: what is known is X's answer. Hiding again changes nothing. PUB-3.
"""

import httpx2

from publishing.connectors.serving import refusal
from publishing.connectors.x import errors
from publishing.connectors.x.calling import Caller, json_of
from publishing.connectors.x.errors import Said

SCOPE = "tweet.moderate.write"

NOT_OURS = Said(
    code="forbidden",
    means="rejected",
    do="Look at it on X: an account hides only replies in conversations that it began.",
)
AGAIN = Said(code="provider", means="unknown", do="Wait: it is asked again, and hiding twice hides once.")


def request(caller: Caller, *, payload: dict[str, object], handle: str) -> httpx2.Request:
    """The one request that hides a reply. Raises a refusal, NotConnected (the scope is missing), or Unavailable."""
    reply = str(payload.get("comment") or "")
    if not (reply.isascii() and reply.isdigit() and len(reply) <= 20) or payload.get("action") != "hide":
        raise refusal("rejected", "validation", "The payload names no reply to hide; order it anew at the desk.")
    signed = caller.sign_in(handle, scope=SCOPE)
    more = {"as": (handle, signed), "hides": reply}
    return caller.http.build_request("PUT", f"/2/tweets/{reply}/hidden", json={"hidden": True}, extensions=more)


def hidden(answer: httpx2.Response) -> dict[str, str]:
    """The receipt of a reply that X says is hidden. Raises a refusal."""
    body = json_of(answer)
    if answer.is_success:
        if (body.get("data") or {}).get("hidden") is True:
            reply = str(answer.request.extensions["hides"])
            return {"platform_id": reply, "url": "", "status": "hidden, not read back"}
        raise refusal("unknown", "no_receipt", "X answered and did not say that the reply is hidden.")
    found = errors.said(status=answer.status_code, body=body)
    if found is errors.PROVIDER:
        found = AGAIN
    elif answer.status_code in (400, 403) and found is not errors.SUSPENDED:
        found = NOT_OURS
    resets = errors.resets_at(answer.headers) if found is errors.RATE_LIMITED else None
    sentence = errors.sentence(status=answer.status_code, body=body, found=found)
    raise refusal(found.means, found.code, sentence, until=resets)
