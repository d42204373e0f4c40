"""Studio servers of one machine: one for each provider of images and clips whose key was given. OPS-1, GEN-3.

Without a key none is started, and everything is drawn on this machine.
"""

import os
import sys
from collections.abc import Mapping

from chimera.embedded.entry import CHECKOUT
from chimera.embedded.lifecycle import Endpoints
from chimera.embedded.supervisor import Program

KEYS = {"ideogram": "IDEOGRAM_API_KEY", "runway": "RUNWAYML_API_SECRET", "gemini": "STUDIO_GEMINI_API_KEY"}
_PLACES = {"ideogram": "IDEOGRAM_API_URL", "runway": "RUNWAY_API_URL", "gemini": "GEMINI_API_URL"}
# Empty on purpose: a variable that is set wins over .env, and no other program is told a provider's key.
NONE: dict[str, str] = dict.fromkeys(KEYS.values(), "")


def wanted() -> tuple[str, ...]:
    """Providers with a key, whose studio server does not run elsewhere already."""
    return tuple(
        name for name, key in KEYS.items() if os.environ.get(key) and not os.environ.get(f"STUDIO_{name.upper()}_URL")
    )


def addresses(ports: Mapping[str, int]) -> dict[str, str]:
    """What workers must know: where the studio servers are that are started here."""
    return {f"STUDIO_{name.upper()}_URL": f"http://127.0.0.1:{ports[name]}/mcp" for name in wanted()}


def programs(endpoints: Endpoints, ports: Mapping[str, int], shared: Mapping[str, str]) -> list[Program]:
    """The studio servers. What each has begun is kept in the data folder; the database is none of theirs."""
    found = []
    for name in wanted():
        journal = endpoints.home.root / f"studio-{name}.sqlite3"
        words = ["studio_server", name, "--port", str(ports[name]), "--journal", str(journal)]
        place = {_PLACES[name]: os.environ[_PLACES[name]]} if os.environ.get(_PLACES[name]) else {}
        found.append(
            Program(
                name=f"studio-{name}",
                argv=[sys.executable, str(CHECKOUT / "manage.py"), *words],
                env={
                    **shared,
                    **place,
                    KEYS[name]: os.environ[KEYS[name]],
                    "CHIMERA_HOME": str(endpoints.home.root),
                    "SERVICE_TOKEN": endpoints.home.secrets().service_token,
                    "SECRET_KEY": "none",
                    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
                },
                ready_url=f"http://127.0.0.1:{ports[name]}/health",
            )
        )
    return found
