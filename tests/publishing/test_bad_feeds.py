"""Bad feeds at the door `scan_trends`: one sentence each (what, where, what to do), and no other feed spoiled."""

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.conftest import World
from tests.servers import CHECKOUT

HEAD = '<rss version="2.0"><channel><title>Wire</title>'
END = "</channel></rss>"


def item(number: int, more: str = "") -> str:
    return f"<item><guid>{number}</guid><title>Bell {number} rings in Orlowe</title>{more}</item>"


def rss(count: int) -> bytes:
    return (HEAD + "".join(item(number) for number in range(count)) + END).encode()


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
BODIES = {
    "page": b"<!doctype html><html><body>News</body></html>",
    "cut": rss(5)[:-60],
    "cut_early": HEAD.encode() + b"<item><title>Be",
    "empty": b"",
    "bomb": BOMB.encode() + rss(1).replace(b"Bell", b"&c;"),
    "outside": OUTSIDE.encode() + rss(1).replace(b"Bell", b"&a;"),
    "many": rss(10_000),
    "latin": b'<?xml version="1.0" encoding="utf-8"?>' + rss(1).replace(b"Bell", b"Gl\xf6ckchen"),
    "elements": (HEAD + item(1) + item(2, "<a/>" * 100_001) + END).encode(),
    "long": (HEAD + item(1) + item(2, "x" * 7_000_000) + END).encode(),
    "json": b'{"items": []}',
}


class Outlet(BaseHTTPRequestHandler):
    """Every way in which a server can be a nuisance, by path; /good is a feed."""

    def do_GET(self) -> None:
        name = self.path.strip("/")
        odd: dict[str, Callable[[], None]] = {"drip": self._drip, "stream": self._stream, "gzip": self._gzip}
        with suppress(OSError):  # whoever asked has had enough
            if name in odd:
                odd[name]()
            elif name in ("circle", "there", "inside"):
                onward = {"circle": "/there", "there": "/circle", "inside": "http://10.0.0.1/feed"}
                self._head(302, Location=onward[name])
            elif name == "good":
                self._whole(rss(1))
            else:
                self._whole(BODIES[name])

    def _head(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()

    def _whole(self, body: bytes) -> None:
        self._head(200, Content_Length=str(len(body)))
        self.wfile.write(body)

    def _drip(self) -> None:
        self._head(200)
        for _ in range(900):
            self.wfile.write(b" ")
            time.sleep(0.1)

    def _stream(self) -> None:
        self._head(200)
        self.wfile.write(HEAD.encode())
        piece = "".join(item(n, "x" * 900) for n in range(1_000)).encode()
        for _ in range(60_000_000 // len(piece)):
            self.wfile.write(piece)

    def _gzip(self) -> None:
        self._head(200, Content_Encoding="gzip")
        self.wfile.write(gzip.compress(b" " * 60_000_000, compresslevel=1))

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def outlet() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Outlet)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def scan(world: World, *feeds: str, timeout_s: float = 60, **more: str) -> "subprocess.CompletedProcess[str]":
    """`manage.py scan_trends --json` of these feeds, as an operator starts it."""
    named = [word for feed in feeds for word in ("--feed", feed)]
    return subprocess.run(
        [sys.executable, "manage.py", "scan_trends", *named, "--json"],
        cwd=CHECKOUT,
        env={**world.variables("operator"), **more},
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )


def lines(done: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    assert "Traceback" not in done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout.rstrip("\n").split("\n")[-1])["feeds"]
    return found


@pytest.mark.spec("TRD-1", "SAF-1")
def test_each_bad_feed_is_a_sentence_and_the_good_ones_beside_them_are_read(world: World, outlet: str) -> None:
    expected = {
        f"{outlet}/page": "is an HTML page, not a feed; look for the feed's address on that page.",
        f"{outlet}/cut_early": "breaks off at line 1 before its first whole item; fetch it again later.",
        f"{outlet}/empty": "is empty; check the address or fetch it again later.",
        f"{outlet}/bomb": "declares a document type or entities, which are refused",
        f"{outlet}/outside": "declares a document type or entities, which are refused",
        f"{outlet}/latin": "is not UTF-8 at line 1, although it should be; ask the publisher to declare",
        f"{outlet}/json": "is JSON, not RSS or Atom; use the site's RSS or Atom address.",
        f"{outlet}/circle": "redirects in a circle; correct the address.",
        f"{outlet}/gzip": "answers with more than 20 MB and was cut off there; use an address with a smaller",
        f"{outlet}/inside": "http://10.0.0.1/feed leads to 10.0.0.1, which is not a public address",
        "http://10.0.0.1/feed": "leads to 10.0.0.1, which is not a public address; use a public one.",
        "http://169.254.169.254/latest": "leads to 169.254.169.254, which is not a public address",
        "http://[::ffff:10.0.0.1]/feed": "leads to ::ffff:a00:1, which is not a public address",
        "http://[::1": "is not a web address; correct it.",
        "ftp://127.0.0.1/feed": "is not an http or https address",
    }
    done = scan(world, f"{outlet}/good", *expected, timeout_s=90)
    assert done.returncode == 0, done.stderr
    good, *bad = lines(done)
    assert (good["items"], good["error"]) == (1, None)
    assert [one["source"] for one in bad] == list(expected)
    for one in bad:
        said = one["error"]
        assert expected[one["source"]] in said
        assert said.endswith(".") and "\n" not in said
        assert one["items"] == 0
        assert "root:" not in said


@pytest.mark.spec("TRD-1")
def test_what_is_too_much_or_cut_short_is_read_as_far_as_it_is_whole_and_says_so(world: World, outlet: str) -> None:
    expected = {
        "cut": (4, "breaks off at line 1; the 4 whole items before that were read."),
        "many": (500, "holds more than 500 items; the first 500 were read."),
        "elements": (1, "holds more than 100,000 XML elements; the first 1 items were read."),
        "long": (1, "is larger than 6 MB; the first 1 items were read."),
    }
    done = scan(world, *(f"{outlet}/{name}" for name in expected))
    assert done.returncode == 0, done.stderr
    for (name, (items, says)), one in zip(expected.items(), lines(done), strict=True):
        assert (one["items"], one["error"]) == (items, None), name
        assert one["warning"] == f"The feed {outlet}/{name} {says}"


@pytest.mark.spec("TRD-1")
def test_only_regular_files_are_opened(world: World, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xml")  # nobody writes to it: opening it would wait for good
    (tmp_path / "empty.xml").touch()
    (tmp_path / "circle.xml").symlink_to(tmp_path / "circle.xml")
    (tmp_path / "good.xml").write_bytes(rss(2))
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/gl\xf6ckchen.xml")  # a name that is not UTF-8
    remedy = "Check the path, or start a web address with https://."
    expected = {
        str(tmp_path / "pipe.xml"): f"The file pipe.xml cannot be read: it is a pipe, not a file. {remedy}",
        "/dev/zero": f"The file zero cannot be read: it is a device, not a file. {remedy}",  # without an end
        str(tmp_path): f"The file {tmp_path.name} cannot be read: it is a folder, not a file. {remedy}",
        "example.org/feed": f"The file feed cannot be read: No such file or directory. {remedy}",
        str(tmp_path / "circle.xml"): "The file circle.xml cannot be read: Too many levels of symbolic links.",
        "~nobody-of-this-name/feed.xml": "The file feed.xml cannot be read: No such file or directory.",
        "file:///tmp/a%00b": "its name holds a character that no file has.",
        str(tmp_path / "empty.xml"): "is empty; check the address or fetch it again later.",
    }
    done = scan(world, str(tmp_path / "good.xml"), *expected, odd)
    assert done.returncode == 0, done.stderr
    good, *bad, last = lines(done)
    assert good["items"] == 2
    assert last["error"].startswith("The file gl\ufffdckchen.xml cannot be read: No such file or directory.")
    for one in bad:
        assert expected[one["source"]] in one["error"]


@pytest.mark.spec("TRD-1")
def test_a_dripping_server_is_left_when_the_time_is_up(world: World, outlet: str) -> None:
    began = time.monotonic()
    done = scan(world, f"{outlet}/drip", FEED_TIMEOUT_S="1")
    assert time.monotonic() - began < 40  # the drip takes 90 s
    said = f"{outlet}/drip did not answer in full within 1 s; try again later."
    assert done.returncode == 1
    assert lines(done)[0]["error"] == said
    assert done.stderr == f"CommandError: None of the feeds could be read: {said}\n"


@pytest.mark.spec("TRD-1")
def test_an_address_that_is_too_long_to_keep_is_refused_before_anything_is_read(world: World) -> None:
    done = scan(world, "http://127.0.0.1/" + "x" * 4_000)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("CommandError: The address http://127.0.0.1/xxx")
    assert done.stderr.endswith("has 4,017 characters; a feed's has at most 2,000. Shorten it.\n")


# In one process: what the program itself needs is in memory before the large feed is asked for. The kernel's own
# high-water mark is reset in between; getrusage's would still hold what the process before `exec` used.
MEASURED = """
import json, sys
from pathlib import Path
import django
django.setup()
from django.core.management import CommandError, call_command

def megabytes(field):
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024

small, large = sys.argv[1:]
call_command("scan_trends", "--feed", small, "--dry-run", "--json")
Path("/proc/self/clear_refs").write_text("5")
before = megabytes("VmRSS")
said = ""
try:
    call_command("scan_trends", "--feed", large, "--dry-run", "--json")
except CommandError as error:
    said = str(error)
print(json.dumps({"growth": megabytes("VmHWM") - before, "said": said}))
"""


@pytest.mark.spec("TRD-1")
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs the kernel's high-water mark")
@pytest.mark.parametrize("kind", ["stream", "gzip", "file"])
def test_too_large_a_feed_is_cut_off_in_little_memory(world: World, outlet: str, tmp_path: Path, kind: str) -> None:
    large = f"{outlet}/{kind}"
    if kind == "file":  # just small enough to be read, and in characters that take four bytes each in memory
        row = "".join(
            item(number, "<description>\U0001f600" + "x" * 39_000 + "</description>") for number in range(490)
        )
        large = str(tmp_path / "large.xml")
        Path(large).write_text(HEAD + row + END)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, f"{outlet}/good", large],
        cwd=CHECKOUT,
        env=world.variables("operator"),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.strip().split("\n")[-1])
    cut = f"None of the feeds could be read: {large} answers with more than 20 MB and was cut off there; use an address"
    assert found["said"].startswith(cut) if kind != "file" else found["said"] == ""
    assert 0 < found["growth"] < 150
