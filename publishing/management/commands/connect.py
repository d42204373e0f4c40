"""`manage.py connect x @nova`: a human lets the connector act as an account; tokens go nowhere else. PUB-1, PUB-7."""

import hmac
import html
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from chimera.core import tenancy
from chimera.core.errors import Unavailable
from chimera.core.management.door import DoorCommand
from publishing.accounts import checking
from publishing.credentials import services as credentials

WAITS_S = 300
_PAGE = (
    "<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
    "<title>{title}</title><main><h1>{title}</h1><p>{said}</p></main></html>"
)


class Command(DoorCommand):
    """Asks for consent in the browser and waits for the answer on this machine."""

    help = "Connect an account to its platform: OAuth 2 with PKCE (runs as the role chimera_connector)."
    example = "  manage.py connect x @nova @juno\n  manage.py connect instagram @nova --port 8766 --json\n"

    def arguments(self, parser: CommandParser) -> None:
        """Which account, and where the browser comes back to."""
        parser.add_argument("platform", choices=["instagram", "x"])
        parser.add_argument("account", nargs="+", help="handles on the platform, one after the other")
        parser.add_argument("--port", type=int, default=8765, help="of the address that the app allows (default: 8765)")

    def act(self, options: dict[str, Any]) -> None:
        """Ask, wait, exchange, look whose tokens they are, store."""
        room = f"publishing.connectors.{options['platform']}"
        oauth, server = import_module(f"{room}.oauth"), import_module(f"{room}.server")
        try:
            app = server.app_of(settings.CONNECTORS[options["platform"]])
        except ValueError as lacking:
            raise CommandError(str(lacking)) from lacking
        told = [self._connected(oauth, app, handle.removeprefix("@"), options) for handle in options["account"]]
        if options["json"]:
            self.say_json(told[0] if len(told) == 1 else {"accounts": told})

    def _connected(self, oauth: Any, app: Any, handle: str, options: dict[str, Any]) -> dict[str, Any]:
        asked = oauth.asking(app=app, redirect_uri=f"http://127.0.0.1:{options['port']}/connected")
        with self._listening(options["port"], asked.state) as listener:  # before anybody can say yes
            self.stderr.write(f"Sign in on {app.site} as @{handle}, open this address and say yes:\n\n  {asked.url}\n")
            code = self._code(listener)
        tokens, user_id, name = oauth.connected(app=app, asked=asked, code=code)
        row = credentials.connect(
            platform=options["platform"], handle=handle, user_id=user_id, name=name, tokens=tokens
        )
        bio = self._bio(oauth, app, tokens, platform=options["platform"], handle=handle)
        if not options["json"]:
            self.stdout.write(f"@{handle} is connected to {options['platform']}. It may: {', '.join(row.scopes)}.")
            if bio:
                self.stdout.write(f"Before anything is made for it: {bio}.")
        told = {"platform": options["platform"], "account": handle, "user_id": user_id, "scopes": row.scopes}
        return told | {"expires_at": row.expires_at, "bio_lacks": bio}

    def _bio(self, oauth: Any, app: Any, tokens: Any, *, platform: str, handle: str) -> str:
        """What its bio lacks, as the platform shows it, kept as a check; "" where nothing, or nothing can be read."""
        read = getattr(oauth, "biography", None)
        if read is None:  # this platform's bio is nobody's condition
            return ""
        try:
            bio = read(app=app, tokens=tokens)
        except Unavailable as error:
            self.stderr.write(f"{error} Look yourself, and say so with manage.py accounts --confirm.")
            return ""
        with tenancy.acting(f"connector:{platform}"):
            return checking.read(platform=platform, handle=handle, bio=bio)

    def _listening(self, port: int, state: str) -> "_Listener":
        try:
            listener = _Listener(("127.0.0.1", port), _Answer)
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be listened on ({error.strerror}); give another with --port."
            ) from error
        listener.timeout, listener.state = WAITS_S, state
        return listener

    def _code(self, listener: "_Listener") -> str:
        listener.handle_request()
        if listener.refused:
            raise CommandError(f"Nothing was connected: {listener.refused}")
        if not listener.code:
            raise CommandError(f"Nobody answered within {WAITS_S} s; nothing was connected. Run it again.")
        return listener.code


class _Listener(HTTPServer):
    """Takes the one request with which the browser comes back."""

    state = ""
    code = ""
    refused = ""


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        listener: _Listener = self.server  # type: ignore[assignment]
        given = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        if not hmac.compare_digest(given.get("state", "").encode(), listener.state.encode()):
            listener.refused = "the answer was not to our question (another state). Run it again."
        elif not given.get("code"):
            listener.refused = f"the platform said {given.get('error', 'nothing')[:80]}."
        else:
            listener.code = given["code"]
        title = "Connected" if listener.code else "Not connected"
        said = "You can close this page and go back to the command." if listener.code else listener.refused
        page = _PAGE.format(title=title, said=html.escape(said)).encode()
        self.send_response(200 if listener.code else 400)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: Any) -> None:
        """The code stands in the address: nothing of it is logged."""
