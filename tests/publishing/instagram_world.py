"""Instagram for tests: the simulator, the connector before it, and an account that has consented."""

import hashlib
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.db import connection
from PIL import Image

from chimera.core import tenancy
from chimera.embedded.processes import free_port
from publishing.accounts import services as accounts
from publishing.connectors.base import Receipt
from publishing.connectors.instagram import oauth, server
from publishing.connectors.instagram.client import InstagramConnector
from publishing.credentials import services as credentials
from publishing.credentials.services import Tokens
from publishing.simulators.instagram import app as simulator
from publishing.simulators.instagram.containers import Wish
from publishing.simulators.instagram.store import Store
from publishing.simulators.instagram.tokens import SCOPES, Caller
from tests.conftest import ALPHA
from tests.publishing.test_plaza_connector import SERVICE_TOKEN, FakeGate
from tests.serving import Served

CLIENT, SECRET = "the-app", "the-secret"


def picture(width: int = 1080, height: int = 1350, colour: str = "teal") -> bytes:
    """A PNG, as our posters are."""
    file = BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()


POSTER = picture()
POSTER_HASH = hashlib.sha256(POSTER).hexdigest()


class Instagram:
    """Simulator and connector on loopback. `nova` is ours and connected."""

    def __init__(self, path: Path, *, deletes_media: bool = False, **store: Any) -> None:
        self.faults: list[str] = []
        self.images = {POSTER_HASH: POSTER}
        self.gate = FakeGate("instagram")
        self.store = Store(path, **store)
        self.user_id = self.store.add_account("nova", "Nova", bio="An AI persona of Ada.")
        self.platform = Served(
            simulator.build(
                store=self.store,
                client_id=CLIENT,
                client_secret=SECRET,
                faults=self.faults,
                late_s=1.5,
                deletes_media=deletes_media,
            )
        )
        port = free_port()
        self.chosen = {
            "platform_url": self.platform.url,
            "api_url": self.platform.url,
            "token_url": f"{self.platform.url}/oauth/access_token",
            "client_id": CLIENT,
            "client_secret": SECRET,
            "media_url": f"http://127.0.0.1:{port}",
            "service_token": SERVICE_TOKEN,
            "webhook_token": "our-word",
        }
        made = server.build(gate=self.gate, chosen=self.chosen, media=self.images.__getitem__)
        self.server = Served(made, port=port)
        self.connector = InstagramConnector(
            url=f"{self.server.url}/mcp", service_token=SERVICE_TOKEN, home=self.platform.url
        )
        self.noted: list[tuple[str, str]] = []

    def connect(self, **more: Any) -> str:
        """Store what nova's consent gives; as the connector's role. Returns the token."""
        told = self.store.tokens_for("nova")
        tokens = Tokens(
            access=told["access_token"],
            refresh=told["access_token"],
            lasts_s=more.get("lasts_s", float(told["expires_in"])),
            scopes=more.get("scopes", oauth.SCOPES),
        )
        credentials.connect(platform="instagram", handle="nova", user_id=self.user_id, name="nova", tokens=tokens)
        connection.close()
        return tokens.access

    def publish(self, *, key: str = "effect-1", timeout_s: float = 15, **fields: Any) -> Receipt:
        """Publish a payload under a grant for it."""
        sent = payload(**fields)
        return self.connector.publish_in_stages(
            payload=sent,
            grant=self.gate.grant(sent, key=key),
            idempotency_key=key,
            timeout_s=timeout_s,
            note=lambda name, value: self.noted.append((name, value)),
        )

    def caller(self) -> Caller:
        """Nova as the platform's store knows its callers."""
        return Caller(account_id=int(self.user_id), username="nova", scopes=frozenset(SCOPES))

    def others_post(self, username: str) -> str:
        """A post of another account; returns its id."""
        return others_post(self.store, username)

    def posts(self) -> list[SimpleNamespace]:
        """What nova has posted, the newest first."""
        return [SimpleNamespace(**one) for one in self.store.posts(username="nova", count_max=100)]

    def close(self) -> None:
        """Stop both."""
        self.connector.close()
        self.server.stop()
        self.platform.stop()


def others_post(store: Store, username: str) -> str:
    """A post of an account that is made for it, as the platform keeps posts; returns its id."""
    account = store.add_account(username, username.title())
    caller = Caller(account_id=int(account), username=username, scopes=frozenset(SCOPES))
    wish = Wish(
        kind="IMAGE", url="", caption="Mine.", alt="", is_ai_generated=False, is_item=False, children=(), fate=""
    )
    container = int(store.add_container(caller=caller, wish=wish))
    store.fetched(container_id=container, problem=None)
    return store.publish(caller=caller, container_id=container)


def payload(**fields: Any) -> dict[str, Any]:
    """A labelled post of nova's with a picture."""
    return {
        "platform": "instagram",
        "account_handle": "nova",
        "text": "Low tide at five.",
        "media": [{"sha256": POSTER_HASH, "alt": "A poster"}],
        "ai_generated": True,
        "sponsorship": "none",
        **fields,
    }


def register() -> None:
    """Make nova's account known, as the application."""
    with tenancy.brand(ALPHA, actor="test"):
        accounts.register(
            brand_id=ALPHA, belongs_to="agents.agent:1", platform="instagram", handle="nova", display_name="Nova"
        )
