"""JSON Feed and what tools answer, as entries like any other. TRD-1."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chimera.core import registry
from chimera.core.taint import Tainted
from publishing.trends import reading
from publishing.trends.reading import Asked
from publishing.trends.sources.base import Document, NotAFeed, Source
from tests.conftest import World
from tests.governance.listed_servers import allowed
from tests.tool_servers import served

ORIGIN = "https://feeds.example/feed.json"
FEED: dict[str, Any] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Harbour <b>Post</b>",
    "items": [
        {
            "id": 7,
            "url": "/a",
            "title": "Seals &amp; pups",
            "content_html": "<p>One.</p><p>Two.</p>",
            "date_published": "2026-11-07T13:00:00+01:00",
        },
        {"id": "b", "summary": "Only a summary, no title.", "date_modified": "1970-01-01T00:00:00Z"},
        {"id": "b", "title": "Twice"},
        {"url": "javascript:alert(1)", "title": "Bad \ud800 link"},
        {"id": "empty"},
        "no item",
    ],
}


def parse(told: Any, *, by: str = "json") -> Document:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return registry.get("SOURCES", by, Source).parse(body=body, origin=ORIGIN)


@pytest.mark.spec("TRD-1", "SAF-1")
def test_a_json_feed_becomes_tainted_entries() -> None:
    document = parse(FEED)
    first, second, third = document.entries
    assert (document.format, document.warning) == ("json", None)
    assert (first.guid, first.url) == ("7", "https://feeds.example/a")
    assert first.title == Tainted("Seals & pups", ORIGIN)
    assert first.summary.text.split() == ["One.", "Two."]
    assert first.published_at == datetime(2026, 11, 7, 12, tzinfo=UTC)
    assert (second.title.text, second.published_at) == ("Only a summary, no title.", None)
    assert third.url == "" and third.title.text.encode()


@pytest.mark.spec("TRD-1")
@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"version": "https://jsonfeed.org/version/1.1"', "is not valid JSON at line 1"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "has no list of items"),
        (b'{"items": []}', "is JSON and no JSON Feed"),
        (b"[]", "is JSON and no JSON Feed"),
        (b"[" * 200_000, "is nested deeper than any feed"),
        (b'{"a": "\xff"}', "is not UTF-8"),
        (b'{"a": "' + b"x" * 6_000_001 + b'"}', "is larger than 6 MB"),
    ],
)
def test_what_is_no_json_feed_is_told_in_a_sentence(body: bytes, says: str) -> None:
    with pytest.raises(NotAFeed, match=says) as no:
        parse(body)
    assert str(no.value).startswith("The feed https://feeds.example/feed.json ")


def test_more_than_500_items_of_json_are_cut_and_said() -> None:
    document = parse({**FEED, "items": [{"id": str(n), "title": f"Story {n}"} for n in range(501)]})
    assert len(document.entries) == 500
    assert document.warning and "holds more than 500 items" in document.warning


@pytest.mark.spec("TRD-1")
def test_a_file_is_read_by_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "feed"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(FEED).encode())
    got = reading.read(Asked(source=path.as_uri()))
    assert got.document and (got.document.format, len(got.entries)) == ("json", 3)


@pytest.mark.spec("TRD-1", "MCP-2")
def test_trends_of_a_reviewed_server_are_read_through_its_tool(world: World) -> None:
    with served() as peer:

        def trending() -> dict[str, list[dict[str, str]]]:
            """What is talked about."""
            return {"trends": [{"name": "Seals in Orlowe", "description": "1,204 pups.", "date": "2026-11-07"}]}

        peer.mcp.add_tool(trending, name="trending")
        allowed(world, url=peer.url)
        got = reading.read(Asked(source="mcp://news/trending"))
        assert got.error == ""
        (entry,) = got.entries
        assert entry.title == Tainted("Seals in Orlowe", "mcp://news/trending")
        assert "not among the tools" in reading.read(Asked(source="mcp://news/other")).error
        assert "write mcp://SERVER/TOOL" in reading.read(Asked(source="mcp://news")).error
        unknown = reading.read(Asked(source="mcp://unknown/trending"))
        assert unknown.error and not unknown.entries
