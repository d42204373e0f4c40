"""Signing in to Instagram: a code becomes a token of an hour, that one of sixty days, which renews itself. Row I-11.

PUB-1.
"""

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx2

from chimera.core import tls
from chimera.core.errors import Unavailable
from publishing.connectors.consent import CONSENT_S_MAX, Asking, ConsentRefused
from publishing.credentials.services import RefreshRefused, Tokens

NEEDED = (
    "instagram_business_basic",
    "instagram_business_content_publish",
    "instagram_business_manage_comments",
)
SCOPES = (*NEEDED, "instagram_business_manage_insights")  # without the last, figures are likes and comments alone


@dataclass(frozen=True, kw_only=True)
class App:
    """The developer app, and where Instagram is: `site` for people, `api` for software, `token_url` for codes."""

    client_id: str
    client_secret: str
    api: str
    site: str
    token_url: str

    def __repr__(self) -> str:
        return f"App({self.client_id} on {self.api})"


def asking(*, app: App, redirect_uri: str) -> Asking:
    """Begin: the address to open in a browser in which the persona's account is signed in."""
    state = secrets.token_urlsafe(24)
    query = {
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": ",".join(SCOPES),
        "state": state,
    }
    return Asking(
        url=f"{app.site.rstrip('/')}/oauth/authorize?{urlencode(query)}", state=state, redirect_uri=redirect_uri
    )


def connected(*, app: App, asked: Asking, code: str) -> tuple[Tokens, str, str]:
    """A token of sixty days for a code, and whose it is: id and handle. Raises ConsentRefused or Unavailable."""
    form = {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "grant_type": "authorization_code",
        "redirect_uri": asked.redirect_uri,
        "code": code,
    }
    with httpx2.Client(base_url=app.api, timeout=CONSENT_S_MAX, trust_env=False, verify=tls.context()) as http:
        short = _asked(http, "POST", app.token_url, data=form)
        scopes = short.get("permissions", [])
        allowed = tuple(scopes.split(",") if isinstance(scopes, str) else map(str, scopes))
        given = {
            "grant_type": "ig_exchange_token",
            "client_secret": app.client_secret,
            "access_token": str(short.get("access_token")),
        }
        tokens = _tokens(_asked(http, "GET", "/access_token", params=given), allowed)
        me = _asked(http, "GET", "/me", params={"fields": "user_id,username", "access_token": tokens.access})
    return tokens, str(me.get("user_id") or me.get("id") or ""), str(me.get("username") or "")


def refreshed(*, http: httpx2.Client, token: str, scopes: tuple[str, ...] = NEEDED) -> Tokens:
    """A token for sixty more days. Raises RefreshRefused or Unavailable."""
    params = {"grant_type": "ig_refresh_token", "access_token": token}
    try:
        return _tokens(_asked(http, "GET", "/refresh_access_token", params=params), scopes)
    except ConsentRefused as error:
        raise RefreshRefused(str(error)) from None


def _asked(http: httpx2.Client, method: str, url: str, **more: Any) -> dict[str, Any]:
    try:
        answer = http.request(method, url, **more)
        body = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise Unavailable(f"Instagram could not be asked for a token ({type(error).__name__}).") from None
    if answer.is_success and isinstance(body, dict):
        return body
    if answer.status_code >= 500 or answer.status_code == 429:
        raise Unavailable(f"Instagram gave no token (HTTP {answer.status_code}).")
    told = body.get("error") if isinstance(body, dict) else None
    words = (
        told.get("message")
        if isinstance(told, dict)
        else (body or {}).get("error_message", f"HTTP {answer.status_code}")
    )
    raise ConsentRefused(f"Instagram handed out no token: {str(words)[:160]}.")


def _tokens(body: dict[str, Any], scopes: tuple[str, ...]) -> Tokens:
    try:
        token = str(body["access_token"])
        return Tokens(access=token, refresh=token, lasts_s=float(body["expires_in"]), scopes=scopes)
    except (KeyError, TypeError, ValueError):
        raise ConsentRefused("Instagram answered with no token in it.") from None
