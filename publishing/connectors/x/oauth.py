"""Signing in to X: OAuth 2 with PKCE, and refresh tokens that can be used once. Row X-4. PUB-1."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx2

from chimera.core import tls
from chimera.core.errors import Unavailable
from publishing.connectors.consent import CONSENT_S_MAX, Asking, ConsentRefused
from publishing.credentials.services import RefreshRefused, Tokens

SCOPES = ("tweet.read", "tweet.write", "tweet.moderate.write", "users.read", "media.write", "offline.access")


@dataclass(frozen=True, kw_only=True)
class App:
    """The developer app: its id and secret, and where X is. `site` is what people see, `api` what software asks.

    `bearer` is the app's own token, "" where nobody gave one.
    """

    client_id: str
    client_secret: str
    api: str
    site: str
    bearer: str = ""

    def __repr__(self) -> str:
        return f"App({self.client_id} on {self.api})"


def asking(*, app: App, redirect_uri: str) -> Asking:
    """Begin: the address to open in a browser in which the persona's account is signed in."""
    verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(24)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(SCOPES),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    url = f"{app.site.rstrip('/')}/i/oauth2/authorize?{urlencode(query)}"
    return Asking(url=url, state=state, verifier=verifier, redirect_uri=redirect_uri)


def exchanged(*, app: App, http: httpx2.Client, asked: Asking, code: str) -> Tokens:
    """The tokens for a code, which works once and for seconds. Raises ConsentRefused or Unavailable."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": asked.redirect_uri,
        "code_verifier": asked.verifier,
        "client_id": app.client_id,
    }
    status, body = _posted(app, http, form)
    if status != 200:
        raise ConsentRefused(f"X handed out no tokens: {_words(body, status)}. Ask for consent again.")
    return _tokens(body)


def connected(*, app: App, asked: Asking, code: str) -> tuple[Tokens, str, str]:
    """The tokens for a code, and whose they are: X's id and the handle. Raises ConsentRefused or Unavailable."""
    with httpx2.Client(base_url=app.api, timeout=CONSENT_S_MAX, trust_env=False, verify=tls.context()) as http:
        tokens = exchanged(app=app, http=http, asked=asked, code=code)
        return tokens, *who(http=http, tokens=tokens)


def refreshed(*, app: App, http: httpx2.Client, refresh: str) -> Tokens:
    """New tokens for a refresh token, which is used up by it. Raises RefreshRefused or Unavailable."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": app.client_id}
    status, body = _posted(app, http, form)
    if status in (400, 401) and body.get("error") in ("invalid_request", "invalid_grant"):
        raise RefreshRefused(f"X does not take its refresh token any more ({_words(body, status)}).")
    if status != 200:
        raise Unavailable(f"X gave no new token: {_words(body, status)}.")
    return _tokens(body)


def who(*, http: httpx2.Client, tokens: Tokens) -> tuple[str, str]:
    """Whose tokens these are: the platform's id and the handle. Raises Unavailable."""
    try:
        answer = http.get("/2/users/me", headers={"Authorization": f"Bearer {tokens.access}"})
        found = answer.raise_for_status().json()["data"]
        return str(found["id"]), str(found["username"])
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        raise Unavailable(f"X did not say whose tokens these are ({type(error).__name__}); connect again.") from None


def biography(*, app: App, tokens: Tokens) -> str:
    """What the account says of itself, for people to see. Row X-28. Raises Unavailable."""
    try:
        with httpx2.Client(base_url=app.api, timeout=CONSENT_S_MAX, trust_env=False, verify=tls.context()) as http:
            asked = {"user.fields": "description"}
            headers = {"Authorization": f"Bearer {tokens.access}"}
            answer = http.get("/2/users/me", params=asked, headers=headers)
            return str(answer.raise_for_status().json()["data"].get("description") or "")
    except (httpx2.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unavailable(f"X did not show the bio of the account ({type(error).__name__}).") from None


def _posted(app: App, http: httpx2.Client, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
    try:
        answer = http.post("/2/oauth2/token", data=form, auth=(app.client_id, app.client_secret))
        body = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise Unavailable(f"X could not be asked for a token ({type(error).__name__}).") from None
    return answer.status_code, body if isinstance(body, dict) else {}


def _tokens(body: dict[str, Any]) -> Tokens:
    try:
        scopes = tuple(str(body["scope"]).split())
        return Tokens(
            access=str(body["access_token"]),
            refresh=str(body["refresh_token"]),
            lasts_s=float(body["expires_in"]),
            scopes=scopes,
        )
    except (KeyError, TypeError, ValueError):
        raise ConsentRefused("X handed out tokens that cannot be refreshed; allow offline.access.") from None


def _words(body: dict[str, Any], status: int) -> str:
    return str(body.get("error_description") or body.get("error") or f"HTTP {status}")[:160]
