"""The span that the board looks at: an hour, a day or a week until now, cut into equal parts. Requirements: OPS-6."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chimera.core.errors import Denied

USUAL = "24h"
# Name -> seconds, parts, words.
SPANS: dict[str, tuple[int, int, str]] = {
    "1h": (3600, 12, "the last hour"),
    "24h": (24 * 3600, 24, "the last 24 hours"),
    "7d": (7 * 24 * 3600, 28, "the last 7 days"),
}


class NoSuchWindow(Denied):
    """A window that the board does not have."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """From `since` (in it) to `until` (not in it), both UTC."""

    name: str
    since: datetime
    until: datetime
    parts: int
    words: str

    @property
    def starts(self) -> list[datetime]:
        """When each part begins."""
        return [self.since + (self.until - self.since) / self.parts * number for number in range(self.parts)]

    @property
    def values(self) -> dict[str, Any]:
        """The window as the statements of the board are told it: both ends, and begin and end of each part."""
        starts = self.starts
        return {"since": self.since, "until": self.until, "starts": starts, "ends": [*starts[1:], self.until]}

    @property
    def midnight(self) -> datetime:
        """When the UTC day of `until` began."""
        return self.until.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)

    def within(self, column: str) -> dict[str, str]:
        """The window as a filter of a list, on one of its columns."""
        return {f"{column}__gte": self.since.isoformat(), f"{column}__lt": self.until.isoformat()}

    def spread(self, found: Mapping[int, Any], *, empty: Any) -> list[Any]:
        """Values by the number of their part, the oldest first, with `empty` where there is none."""
        return [found.get(number, empty) for number in range(self.parts)]


def of(*, name: str, until: datetime) -> Window:
    """The window of this name that ends now. Raises NoSuchWindow."""
    if name not in SPANS:
        raise NoSuchWindow(f"There is no window {name!r} on the board; choose one of {', '.join(SPANS)}.")
    seconds, parts, words = SPANS[name]
    return Window(name=name, since=until - timedelta(seconds=seconds), until=until, parts=parts, words=words)
