"""What a call costs: its model by dated data, its tokens by dated prices; an unknown price refuses.

Requirements: GOV-1, GEN-1, GEN-7.
"""

import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import connection

from chimera.core import clock
from chimera.core.errors import Denied
from chimera.core.llm import pictures
from chimera.core.llm.base import Request
from chimera.core.prices import selectors as prices

TABLE = Path(__file__).with_name("models.toml")
TIERS = ("plan", "write", "judge", "read")
# Above this some models ask another price; no prompt of ours comes near it.
PROMPT_TOKENS_MAX = 100_000
# What a provider adds to a prompt by itself: its own instructions for structured answers.
ADDED_TOKENS = 1_000
TOKENS_MAX = 100_000_000  # a server that reports more has miscounted
_INPUT, _OUTPUT, _READ = "input_token", "output_token", "cache_read_token"
_WRITES = ("cache_write_5m_token", "cache_write_1h_token")


class UnknownModel(Denied):
    """Nobody has said which model answers here."""


class TooLong(Denied):
    """The prompt is longer than any price is known for; nothing was sent."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """A model id with where it comes from."""

    model: str
    source: str
    effective_from: date | None  # None: the operator's own


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Tokens of one call as they are billed, each counted once."""

    fresh: int = 0  # read, neither from nor into a cache
    read: int = 0  # from a cache
    written_5m: int = 0
    written_1h: int = 0
    output: int = 0  # thinking included

    @property
    def is_possible(self) -> bool:
        """Whether a server can have counted so."""
        return all(0 <= count <= TOKENS_MAX for count in vars(self).values()) and self.input > 0

    @property
    def input(self) -> int:
        """All tokens that were read."""
        return self.fresh + self.read + self.written_5m + self.written_1h


_seen: tuple[datetime, float] | None = None


def moment() -> datetime:
    """The time for prices and ids, from the one clock; asked once a minute, then counted on by this process."""
    global _seen
    now_s = time.monotonic()
    if _seen is None or now_s - _seen[1] > settings.MODEL_CLOCK_S:
        held = connection.connection is not None
        try:
            _seen = (clock.now(), now_s)
        finally:
            if not held:
                connection.close()
    return datetime.fromtimestamp(_seen[0].timestamp() + now_s - _seen[1], tz=UTC)


def forget() -> None:
    """Ask the clock anew."""
    global _seen
    _seen = None


@lru_cache(maxsize=1)
def _table() -> Mapping[tuple[str, str], tuple[Named, ...]]:
    found: dict[tuple[str, str], list[Named]] = {}
    for line in tomllib.loads(TABLE.read_text(encoding="utf-8"))["models"]:
        for tier, model in line["tiers"].items():
            named = Named(model=model, source=line["source"], effective_from=line["effective_from"])
            found.setdefault((line["provider"], tier), []).append(named)
    return {
        key: tuple(sorted(lines, key=lambda one: str(one.effective_from), reverse=True)) for key, lines in found.items()
    }


def model(*, provider: str, tier: str) -> Named:
    """Who answers for a provider in a tier now. Raises UnknownModel."""
    for key in (f"{provider}.{tier}", provider):
        if key in settings.MODEL_IDS:
            return Named(model=settings.MODEL_IDS[key], source="MODEL_IDS", effective_from=None)
    lines = _table().get((provider, tier), ())
    if lines:
        day = moment().date()
        for named in lines:
            if named.effective_from is None or named.effective_from <= day:
                return named
    raise UnknownModel(
        f"No model of {provider} is named for the tier {tier}. Name one: MODEL_IDS={provider}=the-id (docs/models.md)."
    )


def asked(*, name: str) -> tuple[prices.Price, prices.Price]:
    """What reading and writing a token costs now. Raises UnknownPrice."""
    at = moment()
    return prices.price(item=f"model:{name}:{_INPUT}", at=at), prices.price(item=f"model:{name}:{_OUTPUT}", at=at)


def worst_case_usd_micros(*, name: str, request: Request, shape_bytes: int, caches: bool) -> int:
    """The most that one call may cost: every byte a token, the dearest way to read it, the longest answer.

    `caches`: whether reading may be billed as writing into a cache for five minutes. Raises UnknownPrice, TooLong.
    """
    seen = pictures.TOKENS_MAX * len(request.pictures)
    tokens = len(request.prompt.encode()) + shape_bytes + ADDED_TOKENS + seen
    if tokens > PROMPT_TOKENS_MAX:
        raise TooLong(
            f"The prompt of {request.purpose} may have {tokens} tokens; above {PROMPT_TOKENS_MAX} no price is sure. "
            "Nothing was sent; give it less."
        )
    reading = max(_cost(name, item, tokens) for item in ((_INPUT, _WRITES[0]) if caches else (_INPUT,)))
    return reading + _cost(name, _OUTPUT, output_tokens_max(request=request))


def usual_usd_micros(*, name: str, read: int, written: int) -> int:
    """So many tokens for an estimate, which depends on no clock. Raises UnknownPrice."""
    return prices.most_usd_micros(item=f"model:{name}:{_INPUT}", count=read) + prices.most_usd_micros(
        item=f"model:{name}:{_OUTPUT}", count=written
    )


def output_tokens_max(*, request: Request) -> int:
    """What a model may write for this request, thinking included."""
    return int(request.output_tokens_max + settings.MODEL_THINKING_TOKENS_MAX)


def cost_usd_micros(*, name: str, usage: Usage) -> int:
    """What these tokens cost now, each part rounded up to a micro. Raises UnknownPrice."""
    counted = {
        _INPUT: usage.fresh,
        _READ: usage.read,
        _WRITES[0]: usage.written_5m,
        _WRITES[1]: usage.written_1h,
        _OUTPUT: usage.output,
    }
    return sum(_cost(name, item, count) for item, count in counted.items() if count)


def _cost(name: str, item: str, count: int) -> int:
    whole = f"model:{name}:{item}"
    if item == _READ and whole not in prices.table():
        whole = f"model:{name}:{_INPUT}"  # no discount is known: as if it had been read afresh
    return prices.cost_usd_micros(item=whole, at=moment(), count=count)
