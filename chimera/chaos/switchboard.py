"""The switchboard of a chaos run: the house's own parts with kinds that cost nothing and one policy that passes."""

from chimera import switchboard
from chimera.switchboard import ANCHORS, IMAGES, KEEPERS, MEASURES, MODELS, SOCKETS, SOURCES

__all__ = [
    "ANCHORS",
    "CONNECTORS",
    "IMAGES",
    "KEEPERS",
    "KINDS",
    "MEASURES",
    "MODELS",
    "POLICIES",
    "SOCKETS",
    "SOURCES",
]

KINDS: dict[str, str] = {
    "plan": "chimera.chaos.kinds.Planning",
    "note": "chimera.chaos.kinds.Noting",
    "publish": "chimera.chaos.kinds.Publishing",
}

# The house's platform, and the same one as platforms of other classes behave.
VARIANTS = {
    "plaza-b": "publishing.connectors.plaza.variants.LookedUpPlaza",
    "plaza-c": "publishing.connectors.plaza.variants.BlindPlaza",
}
CONNECTORS: dict[str, str] = {**switchboard.CONNECTORS, **VARIANTS}

POLICIES: dict[str, str] = {
    "agreeable": "chimera.chaos.kinds.Agreeable",
}
