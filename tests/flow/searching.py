"""Looks for secrets wherever a running fleet leaves something: Valkey, the database, the logs."""

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis
from psycopg import sql

SHORT = 12  # a shorter piece says nothing


def spread(content: bytes) -> set[str]:
    """How these bytes read inside base64 text, wherever in it they begin; both alphabets."""
    found = set()
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + content).decode().rstrip("=")
        # What the bytes before and the padding behind have a part in is cut off.
        sure = coded[-(-before * 8 // 6) : (before + len(content)) * 8 // 6]
        found |= {sure, sure.replace("+", "-").replace("/", "_")}
    return found


def forms(secret: str) -> set[str]:
    """How a secret may be written: as it is, line by line (PEM), in a URL, in hex, in base64."""
    lines = [line for line in secret.splitlines() if not line.startswith("-----")]
    whole = {secret.strip(), *lines, quote(secret.strip(), safe=""), secret.strip().encode().hex()}
    for line in lines:
        whole |= spread(line.encode()) | {line.encode().hex()}
    return {form for form in whole | spread(secret.strip().encode()) if len(form) >= SHORT}


def valkey(client: "redis.Redis") -> Iterator[tuple[str, str]]:
    """Every key with all that it holds."""
    readers = {
        b"string": lambda key: [client.get(key)],
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": lambda key: list(client.smembers(key)),
        b"hash": lambda key: [part for pair in client.hgetall(key).items() for part in pair],
        b"zset": lambda key: client.zrange(key, 0, -1),
    }
    for key in client.scan_iter(count=1000):
        kind = client.type(key)
        assert kind in (*readers, b"none"), f"nobody here reads a {kind!r}"
        parts = readers[kind](key) if kind in readers else []
        yield f"valkey {key!r}", b"\n".join([key, *(part for part in parts if part)]).decode("utf-8", "replace")


def database(connection: psycopg.Connection) -> Iterator[tuple[str, str]]:
    """Every row of every table, as text; bytes are in hex."""
    tables = connection.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
    ).fetchall()
    assert len(tables) > 40
    for schema, table in tables:
        rows = connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(schema, table)))
        yield f"table {table}", "\n".join(row[0] for row in rows.fetchall())


def logs(*folders: Path) -> Iterator[tuple[str, str]]:
    """Every log below these folders."""
    found = [path for folder in folders for path in sorted(folder.rglob("*.log*")) if path.is_file()]
    assert found
    for path in found:
        yield f"log {path.name}", path.read_text("utf-8", "replace")


def found_in(places: Iterator[tuple[str, str]], planted: Mapping[str, set[str]]) -> list[str]:
    """Which secret lies where."""
    return [f"{name} in {place}" for place, text in places for name, known in planted.items() if _holds(text, known)]


def _holds(text: str, known: set[str]) -> bool:
    return any(form in text for form in known)
