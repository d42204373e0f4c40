"""Who may open sockets, with a reason each.

Everything else reaches the outside through one of these: an agent's tools through MCP, feeds through the one
SSRF-safe client, Postgres through Django. Lazy imports count; importing a library's exceptions or value types does not.
"""

import ast
from pathlib import Path, PurePosixPath

import house_tree
import pytest

pytestmark = pytest.mark.spec("MCP-1")

OPENERS = (
    "socket",
    "socketserver",
    "http.client",
    "http.server",
    "urllib.request",
    "smtplib",
    "django.core.mail",
    "ftplib",
    "xmlrpc",
    "httpx",
    "httpx2",
    "httpcore2",
    "requests",
    "urllib3",
    "aiohttp",
    "websockets",
    "redis",
    "psycopg",
    "psycopg_pool",
    "mcp",
    "uvicorn",
    "waitress",
    "anthropic",
    "google.genai",
    "openai",
    "weaviate",
    "cdp",
    "web3",
    "boto3",
)

# pattern -> (what it may import, why)
ALLOWED: dict[str, tuple[set[str], str]] = {
    "chimera/core/http.py": ({"httpx2", "httpcore2"}, "the one client for feeds and files, safe against SSRF"),
    "chimera/core/tls.py": ({"httpx2"}, "reads the certificates that our clients trust; opens no socket"),
    "chimera/core/guard.py": ({"socket", "httpcore2"}, "resolves a name and connects to the address that was checked"),
    "chimera/core/mcp/sessions.py": ({"mcp"}, "keeps the one session with a server; every tool of an agent"),
    "chimera/core/mcp/wire.py": ({"mcp", "httpx2"}, "the one MCP client: every tool of an agent"),
    "chimera/core/wake.py": ({"redis"}, "wake-ups; the broker is a hint and may be gone"),
    "chimera/core/storage/*.py": ({"boto3"}, "object storage in production; no tool of an agent"),
    "chimera/core/llm/anthropic.py": ({"anthropic"}, "model inference; no tool of an agent"),
    "chimera/core/llm/google.py": ({"google.genai"}, "model inference; no tool of an agent"),
    "chimera/core/llm/openai_compatible.py": ({"openai"}, "model inference; no tool of an agent"),
    "chimera/core/llm/wire.py": ({"httpx2"}, "the HTTP client below those three: time and size bounded, no redirects"),
    "agents/memory/weaviate.py": ({"weaviate", "httpx"}, "the store in Weaviate; the memory server asks it"),
    "agents/memory/server.py": ({"mcp"}, "the memory MCP server, a process of its own"),
    "agents/management/commands/memory_server.py": ({"uvicorn"}, "serves the memory MCP server in its own process"),
    "chimera/core/pool.py": ({"psycopg"}, "the class of the pool's own connections to Postgres; opens none itself"),
    "chimera/embedded/*.py": (
        {"socket", "psycopg", "redis", "urllib.request", "http.client", "uvicorn", "waitress"},
        "starts and asks its own Postgres, Valkey and web server on this machine",
    ),
    "chimera/embedded/platforms.py": ({"httpx2"}, "says yes on the pages of the simulated platforms, on loopback"),
    "chimera/bench/*.py": ({"psycopg"}, "counts as superuser what a run left, on servers of its own"),
    "chimera/bench/publish_platform.py": ({"uvicorn"}, "serves the simulated platforms of a measurement, on loopback"),
    "chimera/bench/publish_sender.py": ({"httpx2"}, "the bare client that a connector is measured beside, on loopback"),
    "chimera/bench/arrivals.py": ({"uvicorn"}, "serves the simulated platform of a measurement, on loopback"),
    "chimera/chaos/*.py": (
        {"psycopg", "redis", "urllib.request", "uvicorn"},
        "breaks and counts on servers and platforms of its own on this machine; no part of the product",
    ),
    "chimera/chaos/peer/*.py": ({"psycopg", "redis", "urllib.request"}, "the bare chain on those same servers"),
    "chimera/hijack/*.py": ({"psycopg"}, "counts as superuser what a run left, on servers of its own"),
    "governance/notices/sending.py": ({"django.core.mail"}, "hands mails to the server that the settings name"),
    "publishing/connectors/*/server.py": (
        {"mcp", "httpx2", "uvicorn"},
        "the MCP server of a platform, a process of its own that calls the platform's API",
    ),
    "publishing/connectors/*/reading.py": ({"mcp", "httpx2"}, "the part of such a server that only reads"),
    "publishing/connectors/*/figures.py": ({"mcp", "httpx2"}, "the part of such a server that reads how posts do"),
    "publishing/connectors/refusing.py": ({"mcp"}, "how these servers say no"),
    "publishing/connectors/serving.py": ({"mcp", "httpx2"}, "what these servers do alike"),
    "publishing/connectors/ringing.py": ({"mcp"}, "the door of these servers for what platforms deliver; calls nobody"),
    "publishing/connectors/removing.py": ({"mcp", "httpx2"}, "what these servers do alike when they delete"),
    "publishing/connectors/x/*.py": ({"mcp", "httpx2"}, "parts of X's server: signing in, bringing media"),
    "publishing/connectors/instagram/*.py": ({"mcp", "httpx2"}, "parts of Instagram's server: signing in, containers"),
    "publishing/simulators/courier.py": ({"httpx2"}, "brings what is delivered to a subscriber on this machine"),
    "publishing/simulators/instagram/fetching.py": ({"httpx2"}, "fetches pictures on this machine, as Instagram does"),
    "publishing/media/making/server.py": ({"mcp"}, "the MCP server of a provider of images and clips, its own process"),
    "publishing/media/making/vendors/calling.py": ({"httpx2"}, "that process's calls to the provider, with its key"),
    "publishing/management/commands/studio_server.py": ({"uvicorn"}, "serves such an MCP server in its own process"),
    "publishing/management/commands/connect.py": (
        {"http.server"},
        "waits on this machine for the browser that comes back from a platform's consent",
    ),
    "publishing/management/commands/connector.py": ({"uvicorn"}, "serves a platform's MCP server in its own process"),
    "publishing/management/commands/simulator.py": ({"uvicorn"}, "serves the imitated platform on this machine"),
    "publishing/simulators/*/*.py": ({"uvicorn"}, "serves the imitation of a platform's API on this machine"),
}

# Parts of those libraries that open nothing: errors, values, the machine's own name.
HARMLESS = (
    "psycopg.errors",
    "psycopg.sql",
    "psycopg.types",
    "psycopg.rows",
    "psycopg.conninfo",
    "redis.exceptions",
    "socket.gethostname",
    "socket.gaierror",
    "socket.timeout",
    "mcp.types",
)


def openers(source: ast.Module, *, package: str = "") -> dict[str, int]:
    """The opening libraries that a module imports, with the line."""
    found: dict[str, int] = {}
    for one in house_tree.imports_of(source, package=package):
        for library in OPENERS:
            if one.is_from(library) and not any(one.is_from(part) for part in HARMLESS):
                if one.module == library and one.name is None and not _used_beyond_harmless(source, library):
                    continue
                found.setdefault(library, one.line)
    return found


def _used_beyond_harmless(source: ast.Module, library: str) -> bool:
    """False when `import socket` is there for `socket.gethostname()` and nothing else."""
    used = {
        f"{library}.{node.attr}"
        for node in ast.walk(source)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == library
    }
    return not used or any(not name.startswith(HARMLESS) for name in used)


def _matches(path: str, pattern: str) -> bool:
    return len(PurePosixPath(path).parts) == len(PurePosixPath(pattern).parts) and PurePosixPath(path).match(pattern)


def _allowed(path: str) -> set[str]:
    return {library for pattern, (libraries, _) in ALLOWED.items() if _matches(path, pattern) for library in libraries}


def _openers_of(path: Path) -> dict[str, int]:
    return openers(house_tree.tree(path), package=house_tree.module_of(path).rpartition(".")[0])


def test_only_the_listed_modules_can_open_a_socket() -> None:
    wrong = []
    for path in house_tree.sources():
        name = house_tree.name(path)
        wrong += [
            f"{name}, line {line}: {library}"
            for library, line in _openers_of(path).items()
            if library not in _allowed(name)
        ]
    assert not wrong, f"go through core.http, core.mcp or core.llm, or add a line with its reason here: {wrong}"


def test_the_list_holds_nobody_who_opens_nothing() -> None:
    idle = []
    for pattern, (libraries, reason) in ALLOWED.items():
        assert reason, f"{pattern} needs a reason"
        paths = [path for path in house_tree.sources() if _matches(house_tree.name(path), pattern)]
        if "*" not in pattern and paths and not libraries & set(_openers_of(paths[0])):
            idle.append(pattern)
    assert not idle, f"these import none of what they may; drop them from the list: {idle}"


@pytest.mark.parametrize(
    ("source", "library"),
    [
        ("import socket", "socket"),
        ("import socket\nsocket.gethostname()\nsocket.socket()", "socket"),
        ("from socket import create_connection", "socket"),
        ("import http.client", "http.client"),
        ("from http import client", "http.client"),
        ("from urllib import request", "urllib.request"),
        ("import urllib.request as web", "urllib.request"),
        ("def later():\n    import redis", "redis"),
        ("from google import genai", "google.genai"),
        ("from mcp.client.session import ClientSession", "mcp"),
        ("import psycopg\npsycopg.connect()", "psycopg"),
    ],
)
def test_however_it_is_spelt_an_opener_is_seen(source: str, library: str) -> None:
    assert set(openers(ast.parse(source))) == {library}


@pytest.mark.parametrize(
    "source",
    [
        "import socket\nsocket.gethostname()",
        "from socket import gethostname",
        "from urllib.parse import urlsplit",
        "from http import HTTPStatus",
        "from psycopg import sql, errors",
        "from psycopg.errors import UniqueViolation",
        "from chimera.core import http",
        "from chimera.core.mcp import client",
    ],
)
def test_what_opens_nothing_is_left_alone(source: str) -> None:
    assert openers(ast.parse(source)) == {}
