"""Instagram Login: the page where somebody lets the app act for an account, and the exchange of codes and tokens.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import hmac
import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from publishing.simulators.instagram import errors, pages
from publishing.simulators.instagram.database import is_id
from publishing.simulators.instagram.desk import Desk, body, fields, parameters, token_of
from publishing.simulators.instagram.tokens import SCOPES
from publishing.simulators.x.headers import POLICY

ASKED = ("client_id", "redirect_uri", "response_type", "scope", "state")
STATE_MAX = 500


def _origin(address: str) -> str:
    """Where a redirect goes, or "" when it is no address that a browser can be sent to."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    is_usable = parts.scheme in ("http", "https") and parts.hostname and not parts.fragment and not parts.username
    # The origin stands in a header: nothing but a plain host name gets there.
    is_plain = re.fullmatch(r"[A-Za-z0-9.-]+", parts.hostname or "") is not None
    return f"{parts.scheme}://{parts.hostname}{port}" if is_usable and is_plain else ""


def _scopes(asked: Mapping[str, str]) -> list[str]:
    return [scope for scope in re.split(r"[,\s]+", asked.get("scope", "")) if scope]


class Consent:
    """The endpoints of OAuth."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._store = desk, desk.store

    def _wrong(self, asked: Mapping[str, str]) -> str:
        """What is wrong with a request for consent; "" when it is good."""
        scopes = _scopes(asked)
        checks = {
            "response_type must be code.": asked.get("response_type") == "code",
            "client_id is not known.": asked.get("client_id") == self._desk.client_id,
            "redirect_uri must be an http or https address.": _origin(asked.get("redirect_uri", "")) != "",
            f"scope must be some of: {','.join(SCOPES)}.": bool(scopes) and set(scopes) <= set(SCOPES),
            f"state must have at most {STATE_MAX} characters.": len(asked.get("state", "")) <= STATE_MAX,
        }
        return next((sentence for sentence, is_good in checks.items() if not is_good), "")

    async def ask(self, request: Request) -> Response:
        """The page on which an account is chosen. Plays I-11."""
        asked = {name: request.query_params.get(name, "") for name in ASKED}
        wrong = self._wrong(asked)
        if wrong:
            return HTMLResponse(pages.refused(sentence=wrong), 400)
        accounts = await run_in_threadpool(self._store.accounts)
        shown = pages.consent(asked=asked, scopes=_scopes(asked), accounts=accounts)
        page = HTMLResponse(shown, headers={"Cache-Control": "no-store"})
        # Browsers hold the redirect that follows a form to this list as well.
        page.headers["Content-Security-Policy"] = POLICY.format(forms=f"'self' {_origin(asked['redirect_uri'])}")
        return page

    async def answer(self, request: Request) -> Response:
        """Back to the app with a code, or with access_denied. Plays I-11."""
        sent = fields(await body(request))
        wrong = self._wrong(sent)
        if wrong:
            return HTMLResponse(pages.refused(sentence=wrong), 400)
        told = {"state": sent["state"]} if sent.get("state") else {}
        if sent.get("decision") == "deny":
            told |= {"error": "access_denied", "error_reason": "user_denied"}
            told["error_description"] = "The user denied your request."
        else:
            chosen = sent.get("account", "")
            account = await run_in_threadpool(self._store.account, account_id=int(chosen)) if is_id(chosen) else None
            if account is None or account["is_person"]:
                return HTMLResponse(pages.refused(sentence="Choose one of the accounts."), 400)
            told["code"] = await run_in_threadpool(
                self._store.add_code,
                account_id=int(account["id"]),
                scope=",".join(_scopes(sent)),
                redirect_uri=sent["redirect_uri"],
            )
        joint = "&" if urlsplit(sent["redirect_uri"]).query else "?"
        return RedirectResponse(f"{sent['redirect_uri']}{joint}{urlencode(told)}", 302)

    def _check_secret(self, sent: Mapping[str, str]) -> None:
        if not hmac.compare_digest(sent.get("client_secret", "").encode(), self._desk.client_secret.encode()):
            raise errors.invalid("Error validating client secret.")

    async def token(self, request: Request) -> Response:
        """A short-lived token for a code. Plays I-11."""
        sent = await parameters(request)
        if sent.get("client_id") != self._desk.client_id:
            raise errors.invalid("Error validating client_id.")
        self._check_secret(sent)
        if sent.get("grant_type") != "authorization_code":
            raise errors.invalid("The parameter grant_type must be authorization_code.")
        told = await run_in_threadpool(
            self._store.redeem_code, code=sent.get("code", ""), redirect_uri=sent.get("redirect_uri", "")
        )
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    async def exchange(self, request: Request) -> Response:
        """A long-lived token for a short-lived one. Plays I-11."""
        sent = await parameters(request)
        if sent.get("grant_type") != "ig_exchange_token":
            raise errors.invalid("The parameter grant_type must be ig_exchange_token.")
        self._check_secret(sent)
        told = await run_in_threadpool(self._store.exchange, token=token_of(request, sent))
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    async def refresh(self, request: Request) -> Response:
        """60 more days for a long-lived token. Plays I-11."""
        sent = await parameters(request)
        if sent.get("grant_type") != "ig_refresh_token":
            raise errors.invalid("The parameter grant_type must be ig_refresh_token.")
        told = await run_in_threadpool(self._store.refresh, token=token_of(request, sent))
        return JSONResponse(told, headers={"Cache-Control": "no-store"})
