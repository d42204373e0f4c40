"""Calls to Instagram as one of its accounts. Rows I-11, I-12. PUB-1, PUB-4."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2

from chimera.core.errors import Unavailable
from publishing.connectors.instagram import errors, oauth
from publishing.connectors.serving import refusal
from publishing.credentials import services as credentials
from publishing.credentials.services import NoSuchAccount, NotConnected, SignIn

PLATFORM = "instagram"
RENEW = timedelta(days=7)  # of sixty: a week in which renewing may fail
PUBLISHING = "instagram_business_content_publish"
BASIC = "instagram_business_basic"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """One HTTP client to Instagram's API, and the app that it belongs to."""

    http: httpx2.Client
    app: oauth.App

    def sign_in(self, handle: str, *, scope: str) -> SignIn:
        """Raises a refusal: "rejected" until a human connects the account, "not_sent" while nobody can say."""
        try:
            return credentials.sign_in(
                platform=PLATFORM,
                handle=handle,
                refresh=lambda token: oauth.refreshed(http=self.http, token=token),
                scope=scope,
                spare=RENEW,
            )
        except (NotConnected, NoSuchAccount) as error:
            raise refusal("rejected", "unauthorized", str(error)) from error
        except Unavailable as error:
            raise refusal("not_sent", "unreachable", str(error)) from error

    def asked(
        self, handle: str, method: str, path: str, *, scope: str, after: httpx2.Request | None = None, **more: Any
    ) -> dict[str, Any]:
        """What Instagram answers to what may be asked again. Raises a refusal: "rejected" or "not_sent".

        `after` is a request of the same account that Instagram has just taken: its sign-in is good for this one too.
        """
        signed = bearer(self.sign_in(handle, scope=scope)) if after is None else as_before(after)
        try:
            answer = self.http.request(method, path, headers=signed, **more)
        except httpx2.TransportError as error:
            sentence = f"The connection to Instagram failed ({type(error).__name__}); nothing was published."
            raise refusal("not_sent", "unreachable", sentence) from error
        body = json_of(answer)
        if answer.is_success:
            return body
        found = errors.said(status=answer.status_code, body=body)
        words = errors.sentence(status=answer.status_code, body=body, found=found)
        # Nothing that is asked this way publishes: what nobody knows is asked again.
        raise refusal("rejected" if found.means == "rejected" else "not_sent", found.code, words)


def bearer(signed: SignIn) -> dict[str, str]:
    """The header that signs a request in."""
    return {"Authorization": f"Bearer {signed.access}"}


def as_before(request: httpx2.Request) -> dict[str, str]:
    """The header that signed another request in."""
    return {"Authorization": request.headers["Authorization"]}


def json_of(answer: httpx2.Response) -> dict[str, Any]:
    """The object in an answer; {} when there is none."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
