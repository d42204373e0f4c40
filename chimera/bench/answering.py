"""The switchboard of `bench replies`: the real line, with a model where the plan is made and models that sleep."""

from chimera.switchboard import ANCHORS, CONNECTORS, IMAGES, KEEPERS, MEASURES, POLICIES, SOCKETS, SOURCES
from chimera.switchboard import KINDS as LINE
from chimera.switchboard import MODELS as REAL

KINDS: dict[str, str] = {**LINE, "plan": "chimera.bench.replies_models.ReadFirst"}

MODELS: dict[str, str] = {
    **REAL,
    "bench-reader": "chimera.bench.replies_models.Reader",
    "bench-writer": "chimera.bench.replies_models.Writer",
    "bench-judge": "chimera.bench.replies_models.Judge",
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
