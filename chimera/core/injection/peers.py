"""Open detectors beside ours, when they are installed; no dependency of Chimera, and never run by it (SAF-1)."""

import importlib
import importlib.metadata
from collections.abc import Callable

Trips = Callable[[str], bool]


def guardlayer() -> Trips:
    """Its balanced preset, on text as a tool's answer; what it blocks or wants reviewed counts as caught."""
    guard = importlib.import_module("guardlayer").GuardLayer.from_preset("balanced")

    def trips(text: str) -> bool:
        found = guard.session("evaluate").scan_tool_result("read_feed", text)
        return bool(found.is_blocked or found.needs_review)

    return trips


def stackone_defender() -> Trips:
    """Patterns and its bundled classifier, at its own thresholds; what it does not allow counts as caught."""
    defense = importlib.import_module("stackone_defender").create_prompt_defense(block_high_risk=True)
    defense.warmup_tier2()
    return lambda text: not defense.defend_tool_result(text, "read_feed").allowed


PEERS: dict[str, Callable[[], Trips]] = {"guardlayer": guardlayer, "stackone-defender": stackone_defender}


def version(name: str) -> str | None:
    """The installed version of a peer, None when it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
