"""Calls to X as one of its accounts: signed in, and refreshed once when X does not take the token. Rows X-4, X-26.

A 401 says that nothing was done, so the same request goes out again with the new token. PUB-1, PUB-4.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import httpx2

from chimera.core.errors import Unavailable
from publishing.connectors.serving import refusal
from publishing.connectors.x import errors, oauth
from publishing.credentials import services as credentials
from publishing.credentials.services import NoSuchAccount, NotConnected, SignIn

PLATFORM = "x"
LATER = (408, 429)  # answers below 500 that say nothing about what was asked


@dataclass(frozen=True, kw_only=True)
class Caller:
    """One HTTP client to X's API, and the app that refreshes tokens with it."""

    http: httpx2.Client
    app: oauth.App

    def sign_in(self, handle: str, *, scope: str = "", refused: str = "") -> SignIn:
        """Raises NotConnected, NoSuchAccount or Unavailable."""
        return credentials.sign_in(
            platform=PLATFORM,
            handle=handle,
            refresh=lambda token: oauth.refreshed(app=self.app, http=self.http, refresh=token),
            refused=refused,
            scope=scope,
        )

    def auth(self, handle: str, *, scope: str = "", signed: SignIn | None = None) -> "Auth":
        """Whoever a request is made as; `signed` is the sign-in of a moment ago, where there was one."""
        return Auth(caller=self, handle=handle, scope=scope, signed=signed)

    def read(self, handle: str, path: str, *, params: dict[str, str], scope: str) -> dict[str, Any]:
        """What X shows under a path. Raises a refusal: "rejected" about this account, "unavailable" for later."""
        try:
            answer = self.http.get(path, params=params, auth=self.auth(handle, scope=scope))
            if answer.is_success:
                found: dict[str, Any] = answer.json()
                return found
        except (NotConnected, NoSuchAccount) as error:
            raise refusal("rejected", "unauthorized", str(error)) from error
        except (httpx2.HTTPError, ValueError, Unavailable) as error:
            raise refusal("unavailable", "unreadable", f"X could not be read ({type(error).__name__}).") from error
        body = json_of(answer)
        found_out = errors.said(status=answer.status_code, body=body)
        sentence = errors.sentence(status=answer.status_code, body=body, found=found_out)
        later = answer.status_code in LATER or answer.status_code == 402 or answer.status_code >= 500
        raise refusal("unavailable" if later else "rejected", found_out.code, sentence)


class Auth(httpx2.Auth):
    """Signs each request in as one account; when X says 401, once more with a token that was just refreshed."""

    def __init__(self, *, caller: Caller, handle: str, scope: str, signed: SignIn | None = None) -> None:
        self._caller, self._handle, self._scope, self._signed = caller, handle, scope, signed

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """As httpx asks for it."""
        signed = self._signed or self._caller.sign_in(self._handle, scope=self._scope)
        request.headers["Authorization"] = f"Bearer {signed.access}"
        answer = yield request
        if answer.status_code == 401:
            again = self._caller.sign_in(self._handle, scope=self._scope, refused=signed.access)
            request.headers["Authorization"] = f"Bearer {again.access}"
            yield request


def json_of(answer: httpx2.Response) -> dict[str, Any]:
    """The object in an answer; {} when there is none."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
