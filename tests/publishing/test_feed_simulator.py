"""The sample feeds are served as a live outlet would serve them (TRD-1, PUB-1)."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import feedparser
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from publishing.simulators import feeds

NOW = datetime(2031, 3, 9, 8, 30, 40, tzinfo=UTC)
RSS = b"""<rss version="2.0"><channel><title>T</title>
<item><title>A</title><pubDate>{{rfc822:-35}}</pubDate></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><updated>{{rfc3339:0}}</updated>
<entry><title>A</title><updated>{{rfc3339:-600}}</updated></entry></feed>"""


class Wall:
    """A clock on the wall that the test sets."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def client(tmp_path: Path, wall: Wall) -> TestClient:
    (tmp_path / "one.xml").write_bytes(RSS)
    (tmp_path / "two.xml").write_bytes(ATOM)
    (tmp_path / "secret.txt").write_text("no feed")
    return TestClient(feeds.app(tmp_path, clock=wall))


def test_dates_are_set_relative_to_now_in_the_form_of_each_format() -> None:
    assert b"<pubDate>Sun, 09 Mar 2031 07:55:40 GMT</pubDate>" in feeds.render(RSS, now=NOW)
    assert b"<updated>2031-03-08T22:30:40Z</updated></entry>" in feeds.render(ATOM, now=NOW)


def test_another_time_zone_gives_the_same_feed() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-7)))
    assert feeds.render(ATOM, now=elsewhere) == feeds.render(ATOM, now=NOW)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        feeds.render(RSS, now=NOW.replace(tzinfo=None))


def test_an_unknown_template_mark_stays_as_it_is() -> None:
    assert feeds.render(b"{{other:-3}}", now=NOW) == b"{{other:-3}}"


def test_the_root_lists_every_feed(client: TestClient) -> None:
    assert client.get("/").json() == {"feeds": ["http://testserver/one.xml", "http://testserver/two.xml"]}


def test_the_list_names_the_right_addresses_below_another_app(tmp_path: Path) -> None:
    (tmp_path / "one.xml").write_bytes(RSS)
    outer = TestClient(Starlette(routes=[Mount("/feeds", feeds.app(tmp_path))]))
    (address,) = outer.get("/feeds/?x=1").json()["feeds"]
    assert address == "http://testserver/feeds/one.xml"
    assert outer.get(address).status_code == 200


def test_a_feed_is_served_with_its_media_type_and_parses(client: TestClient) -> None:
    first, second = client.get("/one.xml"), client.get("/two.xml")
    assert first.headers["content-type"] == "application/rss+xml; charset=utf-8"
    assert second.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert feedparser.parse(first.content).entries[0].published_parsed[:5] == (2031, 3, 9, 7, 55)


@pytest.mark.spec("TRD-1")
@pytest.mark.parametrize("form", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
def test_an_unchanged_feed_is_answered_with_304_within_the_minute(client: TestClient, wall: Wall, form: str) -> None:
    first = client.get("/one.xml")
    wall.now = NOW + timedelta(seconds=15)
    again = client.get("/one.xml", headers={"If-None-Match": form.format(tag=first.headers["etag"])})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.spec("TRD-1")
def test_the_next_minute_brings_a_new_feed(client: TestClient, wall: Wall) -> None:
    first = client.get("/one.xml")
    wall.now = NOW + timedelta(seconds=20)
    again = client.get("/one.xml", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 200
    assert again.headers["etag"] != first.headers["etag"]


@pytest.mark.spec("TRD-1")
def test_a_date_is_enough_for_a_conditional_request(client: TestClient) -> None:
    modified = client.get("/two.xml").headers["last-modified"]
    assert client.get("/two.xml", headers={"If-Modified-Since": modified}).status_code == 304
    assert client.get("/two.xml", headers={"If-Modified-Since": "yesterday"}).status_code == 200
    # A tag that does not match decides alone.
    both = {"If-Modified-Since": modified, "If-None-Match": '"other"'}
    assert client.get("/two.xml", headers=both).status_code == 200


@pytest.mark.parametrize("path", ["/three.xml", "/secret.xml", "/..%2fone.xml", "/One.xml"])
def test_what_is_no_feed_is_not_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
