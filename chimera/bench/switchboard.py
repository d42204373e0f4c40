"""The switchboard of the bench: two kinds whose bodies cost nothing and one rule: the engine is timed."""

from chimera.switchboard import ANCHORS, CONNECTORS, IMAGES, KEEPERS, MEASURES, MODELS, SOCKETS, SOURCES

KINDS: dict[str, str] = {
    "plan": "chimera.bench.kinds.Threefold",
    "item": "chimera.bench.kinds.Item",
}

POLICIES: dict[str, str] = {
    "agreeable": "chimera.bench.kinds.Agreeable",
}

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
