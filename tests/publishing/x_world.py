"""X for tests: the simulator, the connector before it, and an account that has consented."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.db import connection

from chimera.core import tenancy
from publishing.accounts import services as accounts
from publishing.connectors.base import Receipt
from publishing.connectors.x import server
from publishing.connectors.x.client import XConnector
from publishing.credentials import services as credentials
from publishing.credentials.services import Tokens
from publishing.simulators.x import app as simulator
from publishing.simulators.x.store import Store
from tests.conftest import ALPHA
from tests.publishing.test_plaza_connector import PNG, PNG_HASH, SERVICE_TOKEN, FakeGate
from tests.serving import Served

CLIENT, SECRET, APP_TOKEN = "the-app", "the-secret", "the-apps-token"


class X:
    """Simulator and connector on loopback. `nova` is ours and connected, `ada` a person."""

    def __init__(self, path: Path, *, bearer: str = "", **store: Any) -> None:
        self.faults: list[str] = []
        self.images = {PNG_HASH: PNG}
        self.gate = FakeGate("x")
        self.store = Store(path, **store)
        self.user_id = self.store.add_account("nova", "Nova", bio="An AI persona of Ada.", automated=True)
        app = {"client_id": CLIENT, "client_secret": SECRET, "bearer_token": APP_TOKEN}
        self.platform = Served(simulator.build(store=self.store, faults=self.faults, late_s=1.5, **app))
        self.chosen = {
            "platform_url": self.platform.url,
            "api_url": self.platform.url,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "service_token": SERVICE_TOKEN,
            "webhook_secret": "consumer-secret",
            "bearer_token": bearer,
        }
        self.server = Served(server.build(gate=self.gate, chosen=self.chosen, media=self.images.__getitem__))
        self.connector = XConnector(url=f"{self.server.url}/mcp", service_token=SERVICE_TOKEN, home=self.platform.url)

    def connect(self, *, lasts_s: float = 7_200, scopes: tuple[str, ...] = ()) -> dict[str, Any]:
        """Store what nova's consent gives; as the connector's role."""
        told = self.store.tokens_for("nova", *([scopes] if scopes else []))
        tokens = Tokens(
            access=told["access_token"],
            refresh=told["refresh_token"],
            lasts_s=lasts_s,
            scopes=tuple(told["scope"].split()),
        )
        credentials.connect(platform="x", handle="nova", user_id=self.user_id, name="nova", tokens=tokens)
        connection.close()
        return told

    def publish(self, *, key: str = "effect-1", timeout_s: float = 15, **fields: Any) -> Receipt:
        """Publish a payload under a grant for it."""
        sent = payload(**fields)
        grant = self.gate.grant(sent, key=key)
        return self.connector.publish(payload=sent, grant=grant, idempotency_key=key, timeout_s=timeout_s)

    def posts(self) -> list[SimpleNamespace]:
        """What nova has posted, the newest first."""
        return [SimpleNamespace(**one) for one in self.store.posts(handle="nova", count_max=100)]

    def close(self) -> None:
        """Stop both."""
        self.connector.close()
        self.server.stop()
        self.platform.stop()


def payload(**fields: Any) -> dict[str, Any]:
    """A labelled post of nova's."""
    return {
        "platform": "x",
        "account_handle": "nova",
        "text": "Low tide at five.",
        "media": [],
        "ai_generated": True,
        "sponsorship": "none",
        **fields,
    }


def register() -> None:
    """Make nova's account known, as the application."""
    with tenancy.brand(ALPHA, actor="test"):
        accounts.register(brand_id=ALPHA, belongs_to="agents.agent:1", platform="x", handle="nova", display_name="Nova")
