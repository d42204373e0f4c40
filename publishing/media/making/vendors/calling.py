"""Calls to a provider with its key, bounded in time and size, and what its refusals mean.

From the moment of a send whatever is no clear answer may have begun something that costs money: then the answer is
Unknown, and nobody sends it again (GOV-1). What only reads may be asked again.
"""

import random
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2

from chimera.core import tls
from publishing.media.making.base import Answer, Later, Refused, Unknown

ANSWER_BYTES_MAX = 160 * 1024 * 1024  # a clip as base64 inside JSON
WORDS_MAX = 300
BUSY_S = 10.0
NO_MONEY_S = 900.0
_UNREACHED = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


class TooLong(Exception):
    """The answer is longer than any of ours; the rest was not read."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """One provider's API: its address, the header that carries its key, and how long a call may take."""

    title: str
    url: str
    headers: dict[str, str] = field(repr=False)
    secret: str = field(repr=False)
    timeout_s: float

    def __post_init__(self) -> None:
        client = httpx2.Client(
            base_url=self.url,
            headers=self.headers,
            timeout=self.timeout_s,
            verify=tls.context(),
            follow_redirects=False,  # a key goes nowhere else
        )
        object.__setattr__(self, "_client", client)

    @property
    def is_here(self) -> bool:
        """Whether the API is on this machine: only then its files may be, too."""
        return (urlsplit(self.url).hostname or "") in ("127.0.0.1", "::1", "localhost")

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()  # type: ignore[attr-defined]

    def asked(self, method: str, path: str, *, begins: bool, **more: Any) -> tuple[int, dict[str, Any]] | Answer:
        """Status and JSON of an answer; or what its absence means. `begins`: sent twice it might be paid twice."""
        try:
            with self._client.stream(method, path, **more) as answer:  # type: ignore[attr-defined]
                body = _read(answer)
        except _UNREACHED as error:
            return Later(words=f"No connection to {self.title} could be made ({type(error).__name__}).", after_s=BUSY_S)
        except (httpx2.HTTPError, TooLong) as error:
            words = f"The connection to {self.title} was lost ({type(error).__name__})."
            if begins:
                return Unknown(words=f"{words} It may have begun.")
            return Later(words=words, after_s=BUSY_S)
        status: int = answer.status_code
        if status == 429 or status == 503:
            words = f"{self.title} takes no more at the moment (HTTP {status})."
            return Later(words=words, after_s=_wait_s(answer.headers.get("retry-after", "")))
        if status == 402:
            return Later(words=f"The account at {self.title} has no credit left; add some.", after_s=NO_MONEY_S)
        if status in (401, 403):
            words = f"{self.title} refused our key (HTTP {status}); set the right one where its studio server runs."
            return Refused(words=words)
        if status >= 500:
            words = f"{self.title} failed (HTTP {status})."
            return Unknown(words=f"{words} It may have begun.") if begins else Later(words=words, after_s=BUSY_S)
        if 300 <= status < 400:
            return Refused(words=f"{self.title} redirects (HTTP {status}); correct its address.")
        if body is None and status < 300 and begins:
            return Unknown(words=f"{self.title} answered HTTP {status} without JSON; it may have begun.")
        return status, body or {}

    def words(self, text: object) -> str:
        """What a provider says, for a person: printable, short, without our key."""
        plain = "".join(sign if sign.isprintable() else " " for sign in str(text or "").replace(self.secret, "[key]"))
        return " ".join(plain.split())[:WORDS_MAX] or "no reason given"


def _read(answer: httpx2.Response) -> dict[str, Any] | None:
    """The object in an answer, {} for an empty one, None for what is no object."""
    content = bytearray()
    for piece in answer.iter_bytes():
        content += piece
        if len(content) > ANSWER_BYTES_MAX:
            raise TooLong
    if not content:
        return {} if answer.status_code == 204 else None
    import json

    try:
        found = json.loads(bytes(content))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _wait_s(told: str) -> float:
    """What it asks us to wait, or a while; never all of us at the same moment."""
    asked = float(told) if told.isascii() and told.isdigit() and len(told) < 5 else BUSY_S
    return round(min(max(asked, 1.0), 3_000.0) * random.uniform(1.0, 1.2), 1)
