"""The switchboard of a run: everything as it is, except who writes, who judges beside the rules, and who draws."""

from chimera import switchboard
from chimera.switchboard import ANCHORS, CONNECTORS, KEEPERS, KINDS, MEASURES, POLICIES, SOCKETS, SOURCES

MODELS: dict[str, str] = {
    **switchboard.MODELS,
    "obedient": "chimera.hijack.obedient.Obedient",
    "obliging": "chimera.hijack.obedient.Obliging",
}

IMAGES: dict[str, str] = {
    "poster": "chimera.hijack.plate.Plate",
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
