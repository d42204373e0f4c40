"""The SSRF-safe HTTP client, against real servers on loopback (TRD-1, SAF-1)."""

import datetime as dt
import gzip
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http import server
from pathlib import Path
from typing import Any

import pytest

from chimera.core import errors, guard, http

_real_getaddrinfo = socket.getaddrinfo


class Stage:
    """A server whose paths are functions; it remembers the requests that it got."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.paths: dict[str, Any] = {}
        self.requests: list[Any] = []
        stage = self

        class Door(server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 5

            def do_GET(self) -> None:
                stage.requests.append(self)
                with suppress(OSError):
                    stage.paths[self.path.partition("?")[0]](self)
                self.close_connection = True

            def log_message(self, *args: Any) -> None:
                return

        class Quiet(server.ThreadingHTTPServer):
            def handle_error(self, *args: Any) -> None:
                return

        self.server = Quiet(("127.0.0.1", 0), Door)
        if tls is not None:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def url(self, path: str, *, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def reply(status: int = 200, body: bytes = b"", **headers: str) -> Any:
    def answer(door: Any) -> None:
        door.send_response(status)
        for name, value in headers.items():
            door.send_header(name.replace("_", "-"), value)
        if "content_length" not in headers:
            door.send_header("Content-Length", str(len(body)))
        door.end_headers()
        door.wfile.write(body)

    return answer


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.close()


@contextmanager
def names(monkeypatch: pytest.MonkeyPatch, **answers: list[str] | list[list[str]]) -> Iterator[list[str]]:
    """Resolve the given names (`_` for a dot) as told; literal addresses as ever. Yields the names asked for."""
    asked: list[str] = []

    def fake(host: Any, port: Any, *args: Any, **options: Any) -> Any:
        text = host.decode() if isinstance(host, bytes) else str(host)
        key = text.replace(".", "_")
        if key not in answers:
            return _real_getaddrinfo(host, port, *args, **options)
        turn = asked.count(text)
        asked.append(text)
        told: Any = answers[key]
        if told and isinstance(told[0], list):
            told = told[min(turn, len(told) - 1)]
        return [(socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in told]

    monkeypatch.setattr(socket, "getaddrinfo", fake)
    yield asked


def test_an_answer_comes_with_status_address_headers_and_body(stage: Stage) -> None:
    stage.paths["/feed"] = reply(200, b"<rss/>", ETag='"7"')
    fetched = http.fetch(url=stage.url("/feed?key=secret#top"), headers={"If-None-Match": '"6"'}, private_allowed=True)
    assert (fetched.status, fetched.body, fetched.headers["etag"]) == (200, b"<rss/>", '"7"')
    assert fetched.url == stage.url("/feed?key=secret")
    assert stage.requests[0].headers["If-None-Match"] == '"6"'
    assert stage.requests[0].headers["Host"] == f"127.0.0.1:{stage.port}"


@pytest.mark.parametrize("status", [304, 404, 500, 503])
def test_any_status_is_an_answer(stage: Stage, status: int) -> None:
    stage.paths["/"] = reply(status)
    assert http.fetch(url=stage.url("/"), private_allowed=True).status == status


@pytest.mark.spec("TRD-1")
@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fe80::1%1"])
def test_one_address_that_is_not_public_is_enough_to_refuse_a_name(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    with names(monkeypatch, feeds_example=["93.184.216.34", address]):
        with pytest.raises(http.Refused) as refusal:
            http.fetch(url="http://feeds.example/rss?token=hush")
    message = str(refusal.value)
    assert "http://feeds.example/rss" in message
    assert "not a public address" in message
    assert "hush" not in message


@pytest.mark.spec("TRD-1")
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_loopback_in_disguise_is_refused_without_a_connection(stage: Stage, host: str) -> None:
    with pytest.raises((http.Refused, http.Unreachable)):
        http.fetch(url=f"http://{host}:{stage.port}/")
    assert stage.requests == []


@pytest.mark.spec("TRD-1")
def test_a_redirect_to_a_private_address_is_refused(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.paths["/feed"] = reply(302, Location=stage.url("/inside?x=1"))
    stage.paths["/inside"] = reply(200, b"secret")
    permitted = guard.permitted
    # Only the first hop is let through, as if it were public: the second is judged by the true rules.
    verdicts = iter([True])
    monkeypatch.setattr(guard, "permitted", lambda **given: next(verdicts, None) or permitted(**given))
    with pytest.raises(http.Refused, match=r"/inside leads to 127\.0\.0\.1, which is not a public address"):
        http.fetch(url=stage.url("/feed"))
    assert [request.path for request in stage.requests] == ["/feed"]


@pytest.mark.spec("TRD-1")
def test_a_name_that_changes_its_answer_after_the_check_gains_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.paths["/"] = reply(200, b"secret")
    connected: list[str] = []

    def connect(address: Any, *args: Any, **options: Any) -> Any:
        connected.append(address[0])
        raise OSError("no route in a test")

    monkeypatch.setattr(socket, "create_connection", connect)
    with names(monkeypatch, rebinding_example=[["93.184.216.34"], ["127.0.0.1"]]) as asked:
        with pytest.raises(http.Unreachable):
            http.fetch(url=f"http://rebinding.example:{stage.port}/")
    assert asked == ["rebinding.example"]
    assert connected == ["93.184.216.34"]
    assert stage.requests == []


def test_the_original_name_is_asked_for_at_the_checked_address(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.paths["/"] = reply(200, b"ok")
    with names(monkeypatch, feeds_example=["127.0.0.1"]):
        assert http.fetch(url=stage.url("/", host="feeds.example"), private_allowed=True).body == b"ok"
    assert stage.requests[0].headers["Host"] == f"feeds.example:{stage.port}"


def test_a_second_address_is_tried_when_the_first_does_not_listen(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.paths["/"] = reply(200, b"ok")
    with names(monkeypatch, feeds_example=["127.0.0.9", "127.0.0.1"]):
        assert http.fetch(url=stage.url("/", host="feeds.example"), private_allowed=True).body == b"ok"


def test_redirects_are_followed_and_credentials_stay_at_home(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.paths["/a"] = reply(301, Location="/b")
    stage.paths["/b"] = reply(307, Location=stage.url("/c", host="other.example"))
    stage.paths["/c"] = reply(200, b"there")
    sent = {"Authorization": "Bearer hush", "Cookie": "a=b", "If-None-Match": '"1"'}
    with names(monkeypatch, other_example=["127.0.0.1"]):
        fetched = http.fetch(url=stage.url("/a"), headers=sent, private_allowed=True)
    assert (fetched.body, fetched.url) == (b"there", stage.url("/c", host="other.example"))
    same, other = stage.requests[1].headers, stage.requests[2].headers
    assert same["Authorization"] == "Bearer hush"
    assert (other["Authorization"], other["Cookie"], other["If-None-Match"]) == (None, None, '"1"')


def test_cookies_of_one_answer_are_not_sent_with_the_next_request(stage: Stage) -> None:
    stage.paths["/"] = reply(200, Set_Cookie="session=1; Path=/")
    http.fetch(url=stage.url("/"), private_allowed=True)
    http.fetch(url=stage.url("/"), private_allowed=True)
    assert stage.requests[1].headers["Cookie"] is None


@pytest.mark.spec("TRD-1")
def test_a_redirect_loop_is_refused(stage: Stage) -> None:
    stage.paths["/a"] = reply(302, Location="/b")
    stage.paths["/b"] = reply(302, Location="/a")
    with pytest.raises(http.Refused, match="/a redirects in a circle"):
        http.fetch(url=stage.url("/a"), private_allowed=True)
    assert len(stage.requests) == 2


def test_too_many_redirects_are_refused(stage: Stage) -> None:
    def onward(door: Any) -> None:
        reply(302, Location=f"/?{len(stage.requests)}")(door)

    stage.paths["/"] = onward
    with pytest.raises(http.Refused, match="redirects more than 3 times"):
        http.fetch(url=stage.url("/"), redirects_max=3, private_allowed=True)
    assert len(stage.requests) == 4


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("file:///etc/passwd", "not an http or https address"),
        ("gopher://127.0.0.1/", "not an http or https address"),
        ("http://user:hush@127.0.0.1/", "carries a user name"),
    ],
)
def test_a_redirect_is_held_to_the_same_rules_as_an_address(stage: Stage, location: str, says: str) -> None:
    stage.paths["/"] = reply(302, Location=location)
    with pytest.raises(http.Refused, match=says) as refusal:
        http.fetch(url=stage.url("/"), private_allowed=True)
    assert "hush" not in str(refusal.value)


@pytest.mark.spec("TRD-1")
@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("file:///etc/passwd", "not an http or https address"),
        ("ftp://example.com/feed", "not an http or https address"),
        ("feeds.example/rss", "not an http or https address"),
        ("http://user:hush@example.com/feed?a=hush", "carries a user name or password"),
        ("http://hush@example.com/feed", "carries a user name or password"),
        ("http:///feed", "names no host"),
        ("http://exa mple.com:port/", "not a web address"),
        ("", "not an http or https address"),
    ],
)
def test_what_is_not_a_plain_web_address_is_refused_with_a_sentence(url: str, says: str) -> None:
    with pytest.raises(http.Refused, match=says) as refusal:
        http.fetch(url=url)
    assert "hush" not in str(refusal.value)
    assert str(refusal.value).endswith(".")


@pytest.mark.spec("TRD-1")
def test_an_announced_length_over_the_limit_is_refused_before_reading(stage: Stage) -> None:
    stage.paths["/"] = reply(200, b"", content_length="5000000000")
    with pytest.raises(http.TooLarge, match="more than 1000 bytes"):
        http.fetch(url=stage.url("/"), size_max_bytes=1000, private_allowed=True)


@pytest.mark.spec("TRD-1")
def test_an_endless_body_is_cut_off_at_the_limit(stage: Stage) -> None:
    sent = [0]

    def endless(door: Any) -> None:
        door.send_response(200)
        door.end_headers()
        while True:
            door.wfile.write(b"x" * 65536)
            sent[0] += 65536

    stage.paths["/"] = endless
    with pytest.raises(http.TooLarge):
        http.fetch(url=stage.url("/"), size_max_bytes=1_000_000, private_allowed=True)
    assert sent[0] < 50_000_000


def test_a_body_of_exactly_the_limit_is_taken(stage: Stage) -> None:
    stage.paths["/"] = reply(200, b"x" * 1000)
    assert len(http.fetch(url=stage.url("/"), size_max_bytes=1000, private_allowed=True).body) == 1000


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_body_is_unpacked(stage: Stage, encoding: str) -> None:
    packed = gzip.compress(b"feed" * 100) if encoding == "gzip" else zlib.compress(b"feed" * 100)
    stage.paths["/"] = reply(200, packed, Content_Encoding=encoding)
    assert http.fetch(url=stage.url("/"), private_allowed=True).body == b"feed" * 100


@pytest.mark.spec("TRD-1")
@pytest.mark.parametrize("layers", [1, 2])
def test_a_decompression_bomb_is_refused_in_little_memory(stage: Stage, layers: int) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(100)) + packer.flush()
    if layers == 2:
        bomb = gzip.compress(bomb)
    stage.paths["/"] = reply(200, bomb, Content_Encoding=", ".join(["gzip"] * layers))
    tracemalloc.start()
    try:
        with pytest.raises(http.TooLarge):
            http.fetch(url=stage.url("/"), size_max_bytes=2_000_000, private_allowed=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 15_000_000


def test_bytes_after_the_end_of_a_gzip_stream_are_counted_too(stage: Stage) -> None:
    stage.paths["/"] = reply(200, gzip.compress(b"small") + b"\0" * 300_000, Content_Encoding="gzip")
    stage.paths["/"] = _without_length(stage.paths["/"])
    with pytest.raises(http.TooLarge):
        http.fetch(url=stage.url("/"), size_max_bytes=100_000, private_allowed=True)


def _without_length(answer: Any) -> Any:
    def sent(door: Any) -> None:
        send = door.send_header
        door.send_header = lambda name, value: None if name == "Content-Length" else send(name, value)
        answer(door)

    return sent


def test_an_unknown_or_damaged_packing_is_unreachable(stage: Stage) -> None:
    stage.paths["/odd"] = reply(200, b"xx", Content_Encoding="br")
    stage.paths["/bad"] = reply(200, b"this is not gzip", Content_Encoding="gzip")
    with pytest.raises(http.Unreachable, match="encoding that was not asked for"):
        http.fetch(url=stage.url("/odd"), private_allowed=True)
    with pytest.raises(http.Unreachable, match="damaged compressed body"):
        http.fetch(url=stage.url("/bad"), private_allowed=True)


def _drip(door: Any, *, prefix: bytes, drop: bytes) -> None:
    door.wfile.write(prefix)
    for _ in range(200):
        door.wfile.write(drop)
        door.wfile.flush()
        time.sleep(0.05)


@pytest.mark.spec("TRD-1")
@pytest.mark.parametrize(
    ("prefix", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
    ids=["body", "headers", "endless hints"],
)
def test_a_dripping_answer_is_cut_off_by_the_whole_deadline(stage: Stage, prefix: bytes, drop: bytes) -> None:
    stage.paths["/"] = lambda door: _drip(door, prefix=prefix, drop=drop)
    started_s = time.monotonic()
    with pytest.raises(http.Unreachable, match=r"did not answer in full within 0\.4 s"):
        http.fetch(url=stage.url("/"), timeout_s=0.4, private_allowed=True)
    assert time.monotonic() - started_s < 9, "the drip lasts ten seconds"


def test_the_deadline_spans_all_redirects(stage: Stage) -> None:
    def onward(door: Any) -> None:
        time.sleep(0.15)
        reply(302, Location=f"/?{len(stage.requests)}")(door)

    stage.paths["/"] = onward
    with pytest.raises(http.Unreachable):
        http.fetch(url=stage.url("/"), timeout_s=0.4, redirects_max=50, private_allowed=True)
    assert len(stage.requests) <= 4


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: over.wait(60) and [])
    started_s = time.monotonic()
    with pytest.raises(http.Unreachable, match="did not answer"):
        http.fetch(url="http://feeds.example/", timeout_s=0.2)
    assert time.monotonic() - started_s < 10
    over.set()


def test_a_name_without_an_address_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **options: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(http.Unreachable, match="host name that cannot be resolved"):
        http.fetch(url="http://nowhere.example/")


def test_a_closed_port_is_unreachable_and_asks_for_another_time() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(errors.Unavailable, match="cannot be connected to"):
        http.fetch(url=f"http://127.0.0.1:{port}/feed", private_allowed=True)


def test_what_does_not_speak_http_is_unreachable(stage: Stage) -> None:
    stage.paths["/"] = lambda door: door.wfile.write(b"220 mail.example ESMTP\r\n")
    with pytest.raises(http.Unreachable, match="does not speak HTTP"):
        http.fetch(url=stage.url("/"), private_allowed=True)


def test_a_header_cannot_smuggle_a_second_one(stage: Stage) -> None:
    with pytest.raises(http.Refused, match="these headers"):
        http.fetch(url=stage.url("/"), headers={"X-A": "1\r\nX-B: 2"}, private_allowed=True)


def test_a_caller_cannot_set_the_host_header(stage: Stage) -> None:
    stage.paths["/"] = reply()
    http.fetch(url=stage.url("/"), headers={"Host": "inside.example"}, private_allowed=True)
    assert stage.requests[0].headers["Host"] == f"127.0.0.1:{stage.port}"


def test_proxies_of_the_environment_are_ignored(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    stage.paths["/"] = reply(200, b"direct")
    assert http.fetch(url=stage.url("/"), private_allowed=True).body == b"direct"


def test_threads_share_one_client_and_keep_their_own_terms(stage: Stage) -> None:
    stage.paths["/"] = lambda door: reply(200, door.path.encode())(door)

    def ask(number: int) -> str:
        try:
            fetched = http.fetch(url=stage.url(f"/?{number}"), private_allowed=number % 2 == 0)
        except http.Refused:
            return "refused"
        return fetched.body.decode()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(40)))
    assert answers == [f"/?{number}" if number % 2 == 0 else "refused" for number in range(40)]


def _certificate(folder: Path, name: str) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.spec("TRD-1")
def test_tls_is_verified_for_the_original_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _certificate(tmp_path, "feeds.example")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(path)
    indicated: list[str | None] = []
    serving.sni_callback = lambda connection, name, context: indicated.append(name)
    monkeypatch.setattr(http.tls, "context", lambda: ssl.create_default_context(cafile=str(path)))
    http._pool.cache_clear()
    stage = Stage(tls=serving)
    stage.paths["/"] = reply(200, b"private line")
    try:
        with names(monkeypatch, feeds_example=["127.0.0.1"], wrong_example=["127.0.0.1"]):
            fetched = http.fetch(url=stage.url("/", host="feeds.example", scheme="https"), private_allowed=True)
            with pytest.raises(http.Unreachable, match="certificate"):
                http.fetch(url=stage.url("/", host="wrong.example", scheme="https"), private_allowed=True)
    finally:
        stage.close()
        http._pool.cache_clear()
    assert fetched.body == b"private line"
    assert indicated == ["feeds.example", "wrong.example"]
