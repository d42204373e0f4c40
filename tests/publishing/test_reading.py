"""Reading one feed: bytes, or a sentence why not; never an exception, never a neighbour spoiled."""

import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from publishing.trends import reading
from publishing.trends.reading import Asked

RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>'
    "<item><guid>1</guid><title>Bell rings</title></item></channel></rss>"
)


TAG, DATE = '"v1"', "Sun, 22 Nov 2026 10:00:00 GMT"


class Outlet(BaseHTTPRequestHandler):
    """Serves /feed with an entity tag and a date, and what a path says otherwise."""

    def do_GET(self) -> None:
        asked = self.headers
        known = {"/feed": asked.get("If-None-Match") == TAG, "/dated": asked.get("If-Modified-Since") == DATE}
        body = {"/feed": RSS.encode(), "/dated": RSS.encode(), "/page": b"<!doctype html><html>Hello</html>"}
        status = 304 if known.get(self.path) else 200 if self.path in body else int(self.path.strip("/"))
        found = body[self.path] if status == 200 else b""
        self.send_response(status)
        self.send_header("ETag", TAG)
        self.send_header("Last-Modified", DATE)
        self.send_header("Content-Length", str(len(found)))
        self.end_headers()
        self.wfile.write(found)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def outlet() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Outlet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def ask(source: str, **more: str) -> reading.Reading:
    return reading.read(Asked(source=source, loopback_allowed=True, **more))  # type: ignore[arg-type]


@pytest.mark.spec("TRD-1")
def test_a_feed_is_read_with_what_the_next_request_needs(outlet: str) -> None:
    got = ask(f"{outlet}/feed")
    assert (got.error, got.unchanged) == ("", False)
    assert got.document is not None and got.document.title == "Wire"
    assert [entry.title.text for entry in got.entries] == ["Bell rings"]
    assert (got.etag, got.last_modified) == (TAG, DATE)


@pytest.mark.spec("TRD-1")
@pytest.mark.parametrize(
    ("path", "known"),
    [("/feed", {"etag": TAG}), ("/dated", {"last_modified": DATE})],
)
def test_a_feed_that_we_have_is_unchanged_and_keeps_its_tags(outlet: str, path: str, known: dict[str, str]) -> None:
    got = ask(f"{outlet}{path}", **known)
    assert (got.unchanged, got.document, got.error) == (True, None, "")
    assert {"etag": got.etag, "last_modified": got.last_modified}.items() >= known.items()


@pytest.mark.spec("TRD-1")
@pytest.mark.parametrize("status", [204, 403, 404, 500, 503])
def test_another_answer_is_an_error_with_its_number(outlet: str, status: int) -> None:
    remedy = "try again later" if status >= 500 else "check the address"
    assert ask(f"{outlet}/{status}").error == f"{outlet}/{status} answers with HTTP {status}; {remedy}."


@pytest.mark.spec("TRD-1")
def test_a_page_is_no_feed_and_says_whose_it_is(outlet: str) -> None:
    got = ask(f"{outlet}/page")
    assert got.entries == ()
    assert f"{outlet}/page" in got.error


@pytest.mark.spec("TRD-1")
@pytest.mark.parametrize(
    "source",
    ["http://10.1.2.3/feed", "http://169.254.169.254/latest", "http://[::1]/feed", "ftp://127.0.0.1/x", "http://", ""],
)
def test_an_address_that_may_not_be_asked_is_a_sentence(source: str) -> None:
    got = reading.read(Asked(source=source))
    assert got.document is None
    assert got.error.endswith(".")


@pytest.mark.spec("TRD-1")
def test_loopback_is_read_only_when_an_operator_named_it(outlet: str) -> None:
    assert reading.read(Asked(source=f"{outlet}/feed")).error
    assert reading.read(Asked(source=f"{outlet}/feed", loopback_allowed=True)).error == ""


@pytest.mark.parametrize("name", ["feed.xml", "with space.xml", "50%20off.xml", "zeitung-für-alle.xml", "a#b?c.xml"])
def test_a_file_is_read_whatever_its_name_is(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(RSS)
    got = reading.read(Asked(source=reading.address(str(tmp_path / name))))
    assert got.error == ""
    assert len(got.entries) == 1


def test_a_file_that_is_missing_or_no_file_is_a_sentence_with_its_name(tmp_path: Path) -> None:
    gone = reading.read(Asked(source=(tmp_path / "gone.xml").as_uri())).error
    assert gone.startswith("The file gone.xml cannot be read: No such file or directory. Check the path, or start a")
    (tmp_path / "folder").mkdir()
    folder = reading.read(Asked(source=(tmp_path / "folder").as_uri())).error
    assert folder.startswith("The file folder cannot be read: it is a folder")


@pytest.mark.spec("TRD-1")
def test_a_file_beyond_the_bound_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "huge.xml"
    with path.open("wb") as file:
        os.truncate(file.fileno(), reading.SIZE_MAX_BYTES + 1)
    assert reading.read(Asked(source=path.as_uri())).error.startswith("The file huge.xml is larger than 20 MB")


@pytest.mark.spec("TRD-1")
def test_feeds_are_read_side_by_side_in_their_order_and_spoil_no_other(outlet: str, tmp_path: Path) -> None:
    (tmp_path / "bad.xml").write_bytes(b"\x00\xff<rss")
    hostile = RSS.replace("Bell rings", "Bell &amp;amp; &amp;#" + "9" * 6_000 + ";")
    (tmp_path / "hostile.xml").write_text(hostile)
    sources = [
        f"{outlet}/feed",
        (tmp_path / "bad.xml").as_uri(),
        f"{outlet}/404",
        (tmp_path / "hostile.xml").as_uri(),
        f"{outlet}/dated",
    ]
    got = reading.read_all(asked=[Asked(source=source, loopback_allowed=True) for source in sources])
    assert [one.source for one in got] == sources
    assert [bool(one.error) for one in got] == [False, True, True, False, False]


def test_reading_nothing_is_nothing() -> None:
    assert reading.read_all(asked=[]) == []


def test_an_address_is_kept_and_a_path_becomes_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for known in ("http://x.example/a", "https://x.example/a?b=c", "file:///a/b.xml"):
        assert reading.address(known) == known
    monkeypatch.chdir(tmp_path)
    assert reading.address("news.xml") == (tmp_path / "news.xml").as_uri()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("http://127.0.0.1:8000/x", True),
        ("http://127.9.9.9/", True),
        ("http://localhost/x", True),
        ("http://[::1]:80/", True),
        ("http://10.0.0.1/", False),
        ("http://localhost.example/", False),
        ("http://example.org/", False),
        ("file:///etc/passwd", False),
    ],
)
def test_loopback_is_told_from_every_other_address(source: str, expected: bool) -> None:
    assert reading.is_loopback(source) is expected
