"""What an agent looks like: its traits from its soul, its reference pictures, and pictures checked against them.

For whoever draws or publishes a picture of an agent, and for the desk. Requirements: GEN-4, PER-1.
"""

from collections.abc import Sequence

from agents.personas.models import Agent
from chimera.core.errors import Denied
from publishing.media.consistency import selectors, services
from publishing.media.consistency.base import Verdict, VisionJudge
from publishing.media.consistency.models import Reference
from publishing.media.figures.base import Traits, traits_of


class NoSoul(Denied):
    """The agent has no soul, so nobody knows what it looks like."""


def traits(*, agent: Agent) -> Traits:
    """What the agent's present soul says of its looks; what that leaves open is drawn from its handle."""
    if agent.soul is None:
        raise NoSoul(f"@{agent.handle} has no soul yet; launch it with its SOUL.md.")
    return traits_of(handle=agent.handle, visual=agent.soul.front["visual"])


def references(*, agent: Agent) -> list[Reference]:
    """The agent's reference set; drawn when its traits have none yet."""
    return services.portray(brand_id=agent.brand_id, belongs_to=agent.subject, traits=traits(agent=agent))


def check(*, agent: Agent, pictures: Sequence[bytes], draw: int = 1, judge: VisionJudge | None = None) -> Verdict:
    """A picture, or frames of a clip, against the agent's references; stored for its drift."""
    return services.check(
        brand_id=agent.brand_id,
        belongs_to=agent.subject,
        handle=agent.handle,
        traits=traits(agent=agent),
        pictures=pictures,
        draw=draw,
        judge=judge,
    )


def drift(*, agent: Agent) -> selectors.Drift:
    """How like itself the agent has looked."""
    return selectors.drift(belongs_to=agent.subject)
