"""OAuth 2 with PKCE: the page where somebody lets the app act for an account, and the token endpoint.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import base64
import hmac
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from publishing.simulators.x import errors, pages
from publishing.simulators.x.desk import Desk, body, is_id
from publishing.simulators.x.headers import POLICY
from publishing.simulators.x.tokens import SCOPES

ASKED = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
STATE_MAX = 500
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form. Raises Problem."""
    try:
        return dict(parse_qsl((await body(request)).decode(), keep_blank_values=True, max_num_fields=30))
    except ValueError as error:
        raise errors.oauth("invalid_request", "The body is not a form.") from error


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


class Consent:
    """The endpoints of OAuth."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._store = desk, desk.store

    def _wrong(self, asked: Mapping[str, str]) -> str:
        """What is wrong with a request for consent; "" when it is good."""
        scopes = asked.get("scope", "").split()
        checks = {
            "response_type must be code.": asked.get("response_type") == "code",
            "client_id is not known.": asked.get("client_id") == self._desk.client_id,
            "redirect_uri must be an http or https address.": _origin(asked.get("redirect_uri", "")) != "",
            f"scope must be some of: {' '.join(SCOPES)}.": bool(scopes) and set(scopes) <= set(SCOPES),
            f"state must have 1 to {STATE_MAX} characters.": 1 <= len(asked.get("state", "")) <= STATE_MAX,
            "code_challenge_method must be S256.": asked.get("code_challenge_method") == "S256",
            "code_challenge must be a SHA-256 in base64url.": bool(
                _CHALLENGE.fullmatch(asked.get("code_challenge", ""))
            ),
        }
        return next((sentence for sentence, is_good in checks.items() if not is_good), "")

    async def ask(self, request: Request) -> Response:
        """The page on which an account is chosen. Plays X-4."""
        asked = {name: request.query_params.get(name, "") for name in ASKED}
        wrong = self._wrong(asked)
        if wrong:
            return HTMLResponse(pages.refused(sentence=wrong), 400)
        accounts = await run_in_threadpool(self._store.accounts)
        page = HTMLResponse(pages.consent(asked=asked, accounts=accounts), headers={"Cache-Control": "no-store"})
        # Browsers hold the redirect that follows a form to this list as well.
        forms = f"'self' {_origin(asked['redirect_uri'])}"
        page.headers["Content-Security-Policy"] = POLICY.format(forms=forms)
        return page

    async def answer(self, request: Request) -> Response:
        """Back to the app with a code, or with access_denied. Plays X-4."""
        try:
            sent = await _fields(request)
        except errors.Problem as problem:
            return problem.response()
        wrong = self._wrong(sent)
        if wrong:
            return HTMLResponse(pages.refused(sentence=wrong), 400)
        told = {"state": sent["state"]}
        if sent.get("decision") == "deny":
            told["error"] = "access_denied"
        else:
            chosen = sent.get("account", "")
            account = await run_in_threadpool(self._store.account, account_id=int(chosen)) if is_id(chosen) else None
            if account is None:
                return HTMLResponse(pages.refused(sentence="Choose one of the accounts."), 400)
            told["code"] = await run_in_threadpool(
                self._store.add_code,
                account_id=int(account["id"]),
                scope=" ".join(sent["scope"].split()),
                redirect_uri=sent["redirect_uri"],
                challenge=sent["code_challenge"],
            )
        joint = "&" if urlsplit(sent["redirect_uri"]).query else "?"
        return RedirectResponse(f"{sent['redirect_uri']}{joint}{urlencode(told)}", 302)

    def _check_client(self, request: Request, sent: Mapping[str, str]) -> None:
        """A confidential client proves itself with Basic; a public one only names itself. Raises Problem."""
        wrong = errors.oauth("unauthorized_client", "Missing valid authorization header", status=401)
        if not self._desk.client_secret:
            if sent.get("client_id") != self._desk.client_id:
                raise wrong
            return
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        try:
            pair = base64.b64decode(given, validate=True)
        except ValueError as error:
            raise wrong from error
        expected = f"{self._desk.client_id}:{self._desk.client_secret}".encode()
        if scheme.lower() != "basic" or not hmac.compare_digest(pair, expected):
            raise wrong

    async def token(self, request: Request) -> Response:
        """Tokens for a code or for a refresh token. Plays X-4."""
        sent = await _fields(request)
        self._check_client(request, sent)
        grant_type = sent.get("grant_type")
        if grant_type == "authorization_code":
            verifier = sent.get("code_verifier", "")
            if not _VERIFIER.fullmatch(verifier):
                raise errors.oauth("invalid_request", "Missing required parameter [code_verifier].")
            told = await run_in_threadpool(
                self._store.redeem_code,
                code=sent.get("code", ""),
                redirect_uri=sent.get("redirect_uri", ""),
                verifier=verifier,
            )
        elif grant_type == "refresh_token":
            told = await run_in_threadpool(self._store.redeem_refresh, token=sent.get("refresh_token", ""))
        else:
            raise errors.oauth("unsupported_grant_type", "grant_type must be authorization_code or refresh_token.")
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    async def revoke(self, request: Request) -> Response:
        """Make a token worthless. Plays X-4."""
        sent = await _fields(request)
        self._check_client(request, sent)
        await run_in_threadpool(self._store.revoke, token=sent.get("token", ""))
        return JSONResponse({"revoked": True})
