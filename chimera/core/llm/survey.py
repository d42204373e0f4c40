"""Who would be asked in each tier, what it costs, and what is missing: for people and machines. GEN-1, GEN-7."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field

from chimera.core import prompts
from chimera.core.errors import ChimeraError, Denied
from chimera.core.llm import costing, tiers
from chimera.core.llm.base import Provider, Request
from chimera.core.money import Allowance

USES = {
    "plan": "plans of posts; without a key they follow recipes",
    "write": "drafts of posts",
    "judge": "opinions about posts, and whether the pictures of a film show its persona",
    "read": "nothing yet: what comes in is read by rules",
}


class Hello(BaseModel):
    """The smallest answer."""

    model_config = ConfigDict(extra="forbid")

    greeting: str = Field(min_length=1, max_length=40)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One provider in one tier. Prices in dollars for a million tokens; `missing` is empty when it can be asked."""

    tier: str
    uses: str
    place: int
    provider: str
    model: str
    model_source: str
    input_usd: str
    output_usd: str
    price_from: str
    price_source: str
    missing: str
    asked_first: bool

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return dict(vars(self))


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One call that was made to see whether a provider answers."""

    provider: str
    model: str
    said: str
    works: bool
    cost_usd_micros: int
    latency_ms: int

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return dict(vars(self))


def lines() -> list[Line]:
    """Every provider of every tier, in the order of the settings."""
    return [line for tier in costing.TIERS for line in _tier(tier)]


def seat() -> str:
    """In a sentence: who would judge what the first writer writes."""
    writers = [one for one in tiers.listed(tier="write") if not one.missing(tier="write")]
    if not writers:
        return "Nobody writes, so nobody judges."
    found = tiers.seat(writer=writers[0].name)
    if not found.providers:
        return f"The model judge's seat is empty: {found.why}."
    return f"What {writers[0].name} writes is judged by {tiers.names(found.providers)}."


def tried() -> Iterator[Tried]:
    """One tiny call to everybody who can be asked, in each tier's model once; it costs money."""
    asked: set[tuple[str, str]] = set()
    for tier in costing.TIERS:
        for provider in tiers.listed(tier=tier):
            if not provider.outside or provider.missing(tier=tier):
                continue
            model = costing.model(provider=provider.name, tier=tier).model
            if (provider.name, model) not in asked:
                asked.add((provider.name, model))
                yield _try(provider, tier, model)


def _tier(tier: str) -> Iterator[Line]:
    is_first = True
    for place, provider in enumerate(tiers.listed(tier=tier), start=1):
        missing = provider.missing(tier=tier)
        named = costing.Named(model=getattr(provider, "model", ""), source="in this process", effective_from=None)
        prices: tuple[str, str, str, str] = ("0", "0", "", "answers in our own process")
        if provider.outside:
            named, prices = _named(provider, tier)
        yield Line(
            tier=tier,
            uses=USES[tier],
            place=place,
            provider=provider.name,
            model=named.model,
            model_source=named.source,
            input_usd=prices[0],
            output_usd=prices[1],
            price_from=prices[2],
            price_source=prices[3],
            missing=missing,
            asked_first=is_first and not missing,
        )
        is_first = is_first and bool(missing)


def _named(provider: Provider, tier: str) -> tuple[costing.Named, tuple[str, str, str, str]]:
    named = costing.Named(model="", source="", effective_from=None)
    try:
        named = costing.model(provider=provider.name, tier=tier)
        reading, writing = costing.asked(name=named.model)
    except Denied:
        return named, ("", "", "", "")
    shown = [f"{one.usd_nanos * 1_000_000 / one.per / 1_000_000_000:g}" for one in (reading, writing)]
    return named, (shown[0], shown[1], reading.effective_from.isoformat(), reading.source)


def _try(provider: Provider, tier: str, model: str) -> Tried:
    prompt, prompt_hash = prompts.render("hello", {})
    request = Request(
        purpose="hello",
        tier=tier,
        prompt=prompt,
        prompt_hash=prompt_hash,
        variables={},
        schema=Hello,
        output_tokens_max=100,
        timeout_s=settings.MODEL_TIMEOUT_S,
    )
    try:
        most = provider.worst_case_usd_micros(request=request)
        answer = provider.complete(request=request, allowance=Allowance(hold_key="check", amount_usd_micros=most))
    except ChimeraError as error:
        cost = int(getattr(error, "cost_usd_micros", 0))
        taken_ms = int(getattr(error, "latency_ms", 0))
        return Tried(
            provider=provider.name,
            model=model,
            said=str(error),
            works=False,
            cost_usd_micros=cost,
            latency_ms=taken_ms,
        )
    return Tried(
        provider=provider.name,
        model=answer.model,
        said=answer.failure or "It answered in the form that was asked for.",
        works=answer.value is not None,
        cost_usd_micros=answer.cost_usd_micros,
        latency_ms=answer.latency_ms,
    )
