"""The switchboard of `bench stop`: as the bench's own, with items that call a provider first."""

from chimera.bench.switchboard import ANCHORS, CONNECTORS, IMAGES, MEASURES, MODELS, POLICIES, SOCKETS, SOURCES

KINDS: dict[str, str] = {
    "plan": "chimera.bench.kinds.Threefold",
    "item": "chimera.bench.kinds.Asking",
}

__all__ = ["ANCHORS", "CONNECTORS", "IMAGES", "KINDS", "MEASURES", "MODELS", "POLICIES", "SOCKETS", "SOURCES"]
