"""Finding agents."""

from agents.personas.models import Agent
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
