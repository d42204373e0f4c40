"""Finding agents."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from django.db import connection

from agents.personas.models import Agent, Soul
from chimera.core.errors import Denied


class NoSuchAgent(Denied):
    """No agent has this name."""


def by_name(name: str) -> Agent:
    """The agent with this handle (with or without @) or id, in the brand of the context or, at the desk, in all."""
    handle = name.removeprefix("@")
    found = list(Agent.objects.filter(handle=handle)[:2])
    if not found and handle.isascii() and handle.isdigit():
        found = list(Agent.objects.filter(pk=int(handle)))
    if not found:
        known = ", ".join(f"@{h}" for h in Agent.objects.order_by("handle").values_list("handle", flat=True)[:10])
        raise NoSuchAgent(f"No agent is called {name!r}. Known: {known or 'none yet; launch one with launch_agent'}.")
    if len(found) > 1:
        raise NoSuchAgent(f"Several brands have an agent @{handle}; use its id ({found[0].pk}, {found[1].pk}, …).")
    return found[0]


# Souls are append-only, so what was read once stays true; the database's name keeps test databases apart.
_souls: OrderedDict[tuple[str, int], dict[str, Any]] = OrderedDict()
SOULS_KEPT = 2_000


def souls(*, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Souls by id as their kinds see them: the front matter with `backstory` and `version`. In the brand's context."""
    wanted, place = set(ids), str(connection.settings_dict["NAME"])
    missing = [pk for pk in wanted if (place, pk) not in _souls]
    for soul in Soul.objects.filter(pk__in=missing).defer("source", "profile") if missing else ():
        _souls[(place, soul.pk)] = {**soul.front, "backstory": soul.backstory, "version": soul.version}
    found = {pk: _souls[(place, pk)] for pk in wanted}
    while len(_souls) > SOULS_KEPT:
        _souls.popitem(last=False)
    return found


def all_known(*, ids: Iterable[int]) -> bool:
    """Whether `souls` would answer without the database."""
    place = str(connection.settings_dict["NAME"])
    return all((place, pk) in _souls for pk in ids)
