"""What platforms themselves say that the developer app has used this month. PUB-6, PUB-7.

A call to the connectors, so only a command asks, outside of any transaction. What cannot be read is said, and changes
nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass

from chimera.core import registry
from chimera.core.errors import Denied, Unavailable
from publishing.connectors.base import Connector

ASKS_S = 5.0  # nobody waits longer for a number that decides nothing


@dataclass(frozen=True, kw_only=True)
class AppUsage:
    """Of one platform: `used` of `cap` posts that the app has read this month, or None and what was `said` instead."""

    platform: str
    used: int | None = None
    cap: int | None = None
    said: str = ""

    @property
    def words(self) -> str:
        """As people read it."""
        known = f"{self.used} of {self.cap} posts read this month, as {self.platform} counts"
        return f"{self.platform}, the app: {self.said or known}"


def of_apps(*, platforms: Collection[str]) -> list[AppUsage]:
    """The apps on those of these platforms that tell it."""
    return [found for name in sorted(set(platforms)) if (found := _of(name)) is not None]


def _of(platform: str) -> AppUsage | None:
    try:
        connector = registry.get("CONNECTORS", platform, Connector)
    except registry.NotOnSwitchboard:
        return None
    if not connector.tells_usage:
        return None
    try:
        told = connector.usage(timeout_s=ASKS_S)
    except (Denied, Unavailable) as unread:
        return AppUsage(platform=platform, said=str(unread))
    return AppUsage(platform=platform, used=told.used, cap=told.cap)
