"""The switchboard of tests with platforms of every class: all of the usual one, and two variants of Plaza."""

from chimera import switchboard
from chimera.switchboard import ANCHORS, IMAGES, KINDS, MEASURES, MODELS, POLICIES, SOCKETS, SOURCES

__all__ = ["ANCHORS", "CONNECTORS", "IMAGES", "KINDS", "MEASURES", "MODELS", "POLICIES", "SOCKETS", "SOURCES"]

CONNECTORS: dict[str, str] = {
    **switchboard.CONNECTORS,
    "plaza-b": "publishing.connectors.plaza.variants.LookedUpPlaza",
    "plaza-c": "publishing.connectors.plaza.variants.BlindPlaza",
}
