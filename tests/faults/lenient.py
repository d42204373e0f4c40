"""The switchboard as it is, with one rule that agrees to everything: what is tried is the engine, not the text."""

from chimera.switchboard import ANCHORS, CONNECTORS, IMAGES, KINDS, MEASURES, MODELS, SOCKETS, SOURCES

POLICIES: dict[str, str] = {"agreeable": "chimera.chaos.kinds.Agreeable"}

__all__ = ["ANCHORS", "CONNECTORS", "IMAGES", "KINDS", "MEASURES", "MODELS", "POLICIES", "SOCKETS", "SOURCES"]
