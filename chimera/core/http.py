"""The one HTTP client for addresses that come from outside: feeds, links, media, webhooks (TRD-1, SAF-1, OPS-8).

A feed address is text from a stranger, so it may point at our own machines. Every hop is checked: the name is
resolved once, every address behind it must be public, and the connection goes to the very address that was
checked, so a name that changes its answer in between gains nothing. Time and size are bounded as a whole.
"""

import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, cast

from chimera.core import taint, tls
from chimera.core.guard import Guard, Refused, Terms, TooLarge, Unreachable, current_terms

__all__ = ["Fetched", "Refused", "TooLarge", "Unreachable", "fetch", "post"]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What may travel on when a redirect leads to another origin: nothing that proves who we are.
_PORTABLE_HEADERS = frozenset({"accept", "accept-language", "user-agent", "if-none-match", "if-modified-since"})
# What the client sets itself; a caller that sets them could undo the checks.
_OWN_HEADERS = frozenset({"host", "connection", "accept-encoding", "content-length", "transfer-encoding"})
_ENCODINGS = frozenset({"", "identity", "gzip", "deflate"})
_CONNECTIONS_MAX = 100


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """An answer of any status. `url` is where it came from in the end; header names are in lower case."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes


def fetch(
    *,
    url: str,
    headers: Mapping[str, str] | None = None,
    size_max_bytes: int = 20_000_000,
    timeout_s: float = 15.0,
    redirects_max: int = 5,
    private_allowed: bool = False,
    loopback_allowed: bool = False,
) -> Fetched:
    """GET `url`, following redirects by hand. Any status is an answer, 5xx too.

    `timeout_s` bounds everything together: names, connections, all hops, the body. `size_max_bytes` bounds the
    body as sent and as unpacked. `private_allowed` opens loopback and private networks (never link-local,
    metadata, multicast or reserved ones). Raises Refused, TooLarge, Unreachable.
    """
    taint.refuse([url, headers], sink="A call")
    sent = {name.lower(): value for name, value in (headers or {}).items()}
    current, seen = _checked_url(url), set[str]()
    ends_at_s = time.monotonic() + timeout_s
    while True:
        where = _where(str(current))
        if str(current) in seen:
            raise Refused(f"{where} redirects in a circle; correct the address.")
        seen.add(str(current))
        terms = Terms(
            where=where,
            timeout_s=timeout_s,
            ends_at_s=ends_at_s,
            size_max_bytes=size_max_bytes,
            private_allowed=private_allowed,
            loopback_allowed=loopback_allowed,
        )
        token = current_terms.set(terms)
        try:
            fetched, location = _exchange(url=current, headers=sent, terms=terms)
        finally:
            current_terms.reset(token)
        if location is None:
            return fetched
        if len(seen) > redirects_max:
            raise Refused(f"{_where(url)} redirects more than {redirects_max} times; use the final address.")
        target = _checked_url(location, base=current)
        if (target.scheme, target.host, target.port) != (current.scheme, current.host, current.port):
            sent = {name: value for name, value in sent.items() if name in _PORTABLE_HEADERS}
        current = target


def post(
    *,
    url: str,
    body: bytes,
    headers: Mapping[str, str] | None = None,
    size_max_bytes: int = 100_000,
    timeout_s: float = 15.0,
    private_allowed: bool = False,
) -> Fetched:
    """POST `body` to `url`, once. Any status is an answer, a redirect too: what was signed goes nowhere else.

    Bounds and errors as of `fetch`; after Unreachable nobody knows whether it was taken.
    """
    terms = Terms(
        where=_where(url),
        timeout_s=timeout_s,
        ends_at_s=time.monotonic() + timeout_s,
        size_max_bytes=size_max_bytes,
        private_allowed=private_allowed,
    )
    sent = {name.lower(): value for name, value in (headers or {}).items()}
    token = current_terms.set(terms)
    try:
        return _exchange(url=_checked_url(url), headers=sent, terms=terms, body=body)[0]
    finally:
        current_terms.reset(token)


def _checked_url(text: str, *, base: Any = None) -> Any:
    """An httpx2.URL without fragment, joined to `base`; Refused when it is not plain http or https."""
    import httpx2

    where = _where(text)
    try:
        url = httpx2.URL(text.strip()) if base is None else base.join(text.strip())
        url = url.copy_with(fragment=None)
    except (httpx2.InvalidURL, ValueError, TypeError) as error:
        raise Refused(f"{where} is not a web address; correct it.") from error
    if url.scheme not in ("http", "https"):
        raise Refused(f"{where} is not an http or https address; use one that starts with https://.")
    if not url.host:
        raise Refused(f"{where} names no host; correct the address.")
    if url.userinfo:
        raise Refused(f"{where} carries a user name or password; remove the part before the @ sign.")
    return url


def _where(text: str) -> str:
    """The address as a message may show it: without query, fragment, user name and password."""
    shown = re.split(r"[?#]", text.strip(), maxsplit=1)[0]
    shown = re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*:)?//[^/]*@", r"\1//", shown)
    shown = "".join(character if character.isprintable() else "\ufffd" for character in shown)
    return shown[:200] or "An empty address"


def _exchange(
    *, url: Any, headers: Mapping[str, str], terms: Terms, body: bytes | None = None
) -> tuple[Fetched, str | None]:
    """One request and its answer; the second value is where a redirect leads, its body unread."""
    import httpcore2
    import httpx2

    left_s = terms.left_s()
    ours = {name: value for name, value in headers.items() if name not in _OWN_HEADERS}
    ours = {"user-agent": "Chimera", "accept": "*/*", **ours, "accept-encoding": "gzip, deflate", "connection": "close"}
    try:
        method = "GET" if body is None else "POST"
        request = httpx2.Request(method, url, headers=ours, content=body)
        pool = _pool(os.getpid())
        with pool.stream(
            method,
            httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=body,
            extensions={"timeout": {"pool": left_s, "connect": left_s, "read": left_s, "write": left_s}},
        ) as raw:
            response = httpx2.Response(raw.status, headers=raw.headers, request=request)
            shown = MappingProxyType({name.lower(): value for name, value in response.headers.items()})
            location = shown.get("location") if raw.status in _REDIRECTS else None
            if location is not None:
                return Fetched(status=raw.status, url=str(url), headers=shown, body=b""), location
            told = _body(raw=raw, headers=shown, terms=terms)
            return Fetched(status=raw.status, url=str(url), headers=shown, body=told), None
    except (httpcore2.LocalProtocolError, UnicodeEncodeError) as error:
        raise Refused(f"{terms.where} cannot be asked with these headers ({error}); correct them.") from error
    except httpcore2.TimeoutException as error:
        raise terms.late() from error
    except httpcore2.ProtocolError as error:
        raise Unreachable(f"{terms.where} broke off or does not speak HTTP ({error}); try again later.") from error
    except httpcore2.NetworkError as error:
        raise Unreachable(
            f"{terms.where} cannot be connected to ({error}); check the address or try again later."
        ) from error
    except httpx2.DecodingError as error:
        raise Unreachable(f"{terms.where} sent a damaged compressed body ({error}); try again later.") from error


def _body(*, raw: Any, headers: Mapping[str, str], terms: Terms) -> bytes:
    """The unpacked body, cut off with TooLarge as soon as it is too long, packed or unpacked."""
    import httpx2

    encodings = {part.strip().lower() for part in headers.get("content-encoding", "").split(",")}
    if not encodings <= _ENCODINGS:
        raise Unreachable(f"{terms.where} answers in an encoding that was not asked for; report it to the publisher.")
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:18]) > terms.size_max_bytes:
        raise terms.too_large()

    class Counted(httpx2.SyncByteStream):
        # The packed bytes are counted below the decoder: what follows the end of a gzip stream would pile up in it.
        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for chunk in raw.iter_stream():
                size += len(chunk)
                if size > terms.size_max_bytes:
                    raise terms.too_large()
                terms.left_s()
                yield chunk

    body = bytearray()
    # httpx2 unpacks in pieces of at most 1 MiB, so a bomb is noticed before it is in memory.
    for piece in httpx2.Response(raw.status, headers=raw.headers, stream=Counted()).iter_bytes():
        body += piece
        if len(body) > terms.size_max_bytes:
            raise terms.too_large()
        terms.left_s()
    return bytes(body)


@lru_cache(maxsize=1)
def _pool(process_id: int) -> Any:
    """The connections of this process. No environment proxies; a forked child makes its own."""
    import httpcore2

    # No connection is kept: an idle one would outlive the check of its address, and feeds are asked rarely.
    return httpcore2.ConnectionPool(
        ssl_context=tls.context(),
        max_connections=_CONNECTIONS_MAX,
        max_keepalive_connections=0,
        network_backend=cast(Any, Guard()),
    )
