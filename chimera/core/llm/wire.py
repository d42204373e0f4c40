"""The connections of model providers: made once per process at the first call, bounded in time and size.

The vendors' packages bound each read by itself; a server that drips would hold a call for ever. Here the answer as a
whole has an end. A forked child makes its own. Requirements: GEN-1, PLN-11.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.conf import settings

Client = TypeVar("Client")

_made: dict[Any, Any] = {}
_lock = threading.Lock()
_inherited: list[Any] = []  # a parent's clients: kept, for closing them here would write into its connections


class AnswerTooLong(Exception):
    """The answer is longer than any of ours; the rest was not read."""


def unreached() -> tuple[type[Exception], ...]:
    """What is raised before anything was sent."""
    import httpx2

    return (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


def late() -> tuple[type[Exception], ...]:
    """What is raised when an answer does not come, or not to its end."""
    import httpx2

    return (httpx2.TimeoutException,)


def broken() -> tuple[type[Exception], ...]:
    """Whatever else goes wrong on the way."""
    import httpx2

    return (httpx2.HTTPError,)


def once(key: tuple[Any, ...], make: Callable[[], Client]) -> Client:
    """The client of this process for this key, made at first use."""
    with _lock:  # one of three hundred threads makes it
        if key not in _made:
            _made[key] = make()
        client: Client = _made[key]
        return client


def forget() -> None:
    """Begin without clients: in a forked child, whose lock may be held by a thread that it does not have."""
    global _made, _lock
    _inherited.append(_made)
    _made, _lock = {}, threading.Lock()


os.register_at_fork(after_in_child=forget)


def http_client() -> Any:
    """An HTTP client for a vendor's package: proxies as the environment says, no redirects, answers bounded."""
    import httpx2

    class Bounded(httpx2.SyncByteStream):
        def __init__(self, inner: Any, *, ends_at_s: float, request: Any) -> None:
            self._inner, self._ends_at_s, self._request = inner, ends_at_s, request

        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for chunk in self._inner:
                size += len(chunk)
                if size > settings.MODEL_ANSWER_BYTES_MAX:
                    raise AnswerTooLong(f"more than {settings.MODEL_ANSWER_BYTES_MAX} bytes")
                if time.monotonic() > self._ends_at_s:
                    raise httpx2.ReadTimeout("the answer took too long as a whole", request=self._request)
                yield chunk

        def close(self) -> None:
            self._inner.close()

    def began(request: Any) -> None:
        whole_s = request.extensions.get("timeout", {}).get("read") or settings.MODEL_TIMEOUT_S
        request.extensions = {**request.extensions, "ends_at_s": time.monotonic() + whole_s}

    def answered(response: Any) -> None:
        ends_at_s = response.request.extensions["ends_at_s"]
        response.stream = Bounded(response.stream, ends_at_s=ends_at_s, request=response.request)

    # A key must not travel to where a redirect leads: 3xx is an answer like any other that is none.
    return httpx2.Client(
        follow_redirects=False,
        limits=httpx2.Limits(max_connections=settings.BODIES_MAX, max_keepalive_connections=32),
        event_hooks={"request": [began], "response": [answered]},
    )
