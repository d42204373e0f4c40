"""The network layer below the HTTP client: which addresses we talk to, and for how long (TRD-1, SAF-1).

A name that came from outside is resolved once, every address behind it is judged, and the connection goes to the
very address that was judged. Python's own `is_global` is not enough for that: it calls multicast global and knows
neither the metadata services of the clouds nor IPv4 addresses inside IPv6 ones.
"""

import contextvars
import ipaddress
import queue
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from chimera.core.errors import Denied, Unavailable
from chimera.core.files import size

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_ADDRESSES_TRIED_MAX = 4

# Refused whatever the caller allows: there is never a feed there, but there are cloud credentials.
_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",  # "this host": Linux connects it to loopback
        "169.254.0.0/16",  # link-local, with the metadata service of most clouds
        "168.63.129.16/32",  # Azure's, a public address
        "100.100.100.200/32",  # Alibaba's
        "192.0.0.0/24",  # protocol assignments, Oracle's metadata service
        "192.88.99.0/24",  # 6to4 relays
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "fd00:ec2::/32",  # Amazon's metadata service over IPv6
        "fd20:ce::/32",  # Google's
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
        "2001::/32",  # Teredo and 6to4 carry an IPv4 address that nobody checked
        "2002::/16",
    )
)
_PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7")
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_DOCUMENTATION = ipaddress.IPv6Network("3fff::/20")


class Refused(Denied):
    """The address, or where it leads, is not one that we talk to."""


class TooLarge(Denied):
    """The answer is longer than the caller takes."""


class Unreachable(Unavailable):
    """No usable answer this time: name, connection, certificate, time or protocol."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What holds for the fetch that this thread is in; the network layer below reads it."""

    where: str
    timeout_s: float
    ends_at_s: float  # time.monotonic()
    size_max_bytes: int
    private_allowed: bool
    loopback_allowed: bool = False

    def left_s(self) -> float:
        left_s = self.ends_at_s - time.monotonic()
        if left_s <= 0:
            raise self.late()
        return left_s

    def late(self) -> Unreachable:
        return Unreachable(f"{self.where} did not answer in full within {self.timeout_s:g} s; try again later.")

    def too_large(self) -> TooLarge:
        return TooLarge(
            f"{self.where} answers with more than {size(self.size_max_bytes)} and was cut off there; "
            "use an address with a smaller document."
        )


current_terms: contextvars.ContextVar[Terms] = contextvars.ContextVar("chimera_http_terms")


class Guard:
    """httpcore2's network backend, by shape: resolves once, checks, connects to what was checked.

    Sitting below the pool it needs no rewritten URL: Host header and TLS name stay those of the original name.
    """

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None, **options: Any
    ) -> "Stream":
        import httpcore2

        terms = current_terms.get()
        addresses = _checked_addresses(host=host, port=port, terms=terms)[:_ADDRESSES_TRIED_MAX]
        for index, address in enumerate(addresses):
            # One silent address must not use up the time of the others.
            share_s = terms.left_s() / (len(addresses) - index)
            try:
                stream = httpcore2.SyncBackend().connect_tcp(str(address), port, share_s, local_address, **options)
                return Stream(stream)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if index == len(addresses) - 1:
                    raise
        raise Unreachable(f"{terms.where} has no address; check the name.")

    def connect_unix_socket(self, path: str, *args: Any, **options: Any) -> NoReturn:
        raise Refused(f"{current_terms.get().where} is not reached through a local socket; use a web address.")

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, current_terms.get().left_s()))


class Stream:
    """httpcore2's network stream, by shape: every read and write may take what is left of the whole time."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return cast(bytes, self._stream.read(max_bytes, current_terms.get().left_s()))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, current_terms.get().left_s())

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> "Stream":
        return Stream(self._stream.start_tls(ssl_context, server_hostname, current_terms.get().left_s()))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _checked_addresses(*, host: str, port: int, terms: Terms) -> list[Address]:
    """Every address of the name, in the resolver's order; Refused if a single one is not ours to visit."""
    addresses = _resolved(host=host, port=port, terms=terms)
    for address in addresses:
        if not permitted(
            address=address, private_allowed=terms.private_allowed, loopback_allowed=terms.loopback_allowed
        ):
            raise Refused(f"{terms.where} leads to {address}, which is not a public address; use a public one.")
    return addresses


def _resolved(*, host: str, port: int, terms: Terms) -> list[Address]:
    # getaddrinfo takes no timeout, so it is waited for from outside; the thread ends with the resolver's own limit.
    answers: queue.SimpleQueue[list[Any] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        answer: list[Any] | OSError | UnicodeError = OSError("the resolver failed")
        try:
            answer = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            answer = error
        finally:
            answers.put(answer)

    threading.Thread(target=ask, name="chimera-resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=terms.left_s())
    except queue.Empty:
        raise terms.late() from None
    if isinstance(answer, Exception):
        raise Unreachable(f"{terms.where} has a host name that cannot be resolved; check it or try later.") from answer
    return list(dict.fromkeys(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in answer))


def permitted(*, address: Address, private_allowed: bool, loopback_allowed: bool = False) -> bool:
    """Whether we talk to this address. An IPv4 address inside an IPv6 one is judged as what it is."""
    if isinstance(address, ipaddress.IPv6Address) and address != ipaddress.IPv6Address("::1"):
        inner = address.ipv4_mapped
        if inner is None and (address in _NAT64 or address in _IPV4_COMPATIBLE):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return permitted(address=inner, private_allowed=private_allowed, loopback_allowed=loopback_allowed)
        if address in _DOCUMENTATION or not (address in _GLOBAL_UNICAST or any(address in net for net in _PRIVATE)):
            return False
    if any(address in network for network in _NEVER):
        return False
    if any(address in network for network in _PRIVATE):
        return private_allowed or (loopback_allowed and address.is_loopback)
    return address.is_global
