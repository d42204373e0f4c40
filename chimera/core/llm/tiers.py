"""Who is asked in a tier, in which order: those of the settings that have a key, a model and a price. GEN-1, JDG-1."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from chimera.core import registry
from chimera.core.errors import Unavailable
from chimera.core.llm.base import Provider

NOBODY = "offline"  # in the judge's seat: rules and embeddings alone


class NobodyReady(Unavailable):
    """No provider of a tier can be asked until something is set."""


@dataclass(frozen=True, kw_only=True)
class Seat:
    """Who judges a post: another maker than wrote it, in the order of the settings. Empty: `why` says so."""

    providers: tuple[Provider, ...]
    why: str = ""

    @property
    def first(self) -> str:
        """The name of whoever is asked first; NOBODY while the seat is empty."""
        return self.providers[0].name if self.providers else NOBODY


def listed(*, tier: str) -> list[Provider]:
    """Everybody whom the settings name for a tier, in order."""
    return [registry.get("MODELS", name, Provider) for name in settings.MODELS_BY_TIER[tier]]


def ready(*, tier: str) -> list[Provider]:
    """Those of a tier who can be asked now, in order. Raises NobodyReady."""
    found = [provider for provider in listed(tier=tier) if not provider.missing(tier=tier)]
    if not found:
        raise NobodyReady(
            f"Nobody can be asked in the tier {tier}: {', '.join(settings.MODELS_BY_TIER[tier]) or 'no one is named'}. "
            "See what is missing: manage.py models"
        )
    return found


def any_outside(*, tier: str) -> bool:
    """Whether a call in this tier may wait for the outside."""
    return any(provider.outside and not provider.missing(tier=tier) for provider in listed(tier=tier))


def seat(*, writer: str) -> Seat:
    """Who may judge what `writer` (a provider's name) wrote. The offline writer is nobody's rival and no judge."""
    able = [one for one in listed(tier="judge") if one.outside and not one.missing(tier="judge")]
    if not able:
        return Seat(providers=(), why="no provider of the judging tier has a key, a model and a price")
    others = tuple(one for one in able if one.maker != _maker(writer))
    if not others:
        return Seat(providers=(), why=f"{writer} wrote this, and no provider of another maker has a key")
    return Seat(providers=others)


def lookers(*, drawer: str) -> tuple[Provider, ...]:
    """Who of the judging tier may be shown pictures, in order; not whose maker drew them while there is another."""
    able = [one for one in listed(tier="judge") if one.outside and one.sees and not one.missing(tier="judge")]
    return tuple(one for one in able if one.maker != drawer) or tuple(able)


def _maker(writer: str) -> str:
    return registry.get("MODELS", writer, Provider).maker if writer in registry.names("MODELS") else writer


def names(providers: Sequence[Provider]) -> str:
    """For people: "anthropic, then offline"."""
    return ", then ".join(provider.name for provider in providers)
