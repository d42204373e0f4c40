"""All of the simulated Instagram's state behind one name.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from publishing.simulators.filed import utc_now
from publishing.simulators.instagram.comments import Comments
from publishing.simulators.instagram.containers import LIMITS, PROCESSING_S


class Store(Comments):
    """Accounts and tokens, containers, posts and comments, in the SQLite file at `path` and a folder beside it."""

    def __init__(
        self,
        path: Path,
        *,
        now: Callable[[], datetime] = utc_now,
        limits: Mapping[str, int] | None = None,
        processing_s: float = PROCESSING_S,
    ) -> None:
        """`limits` replaces some of `containers.LIMITS`; `processing_s` counts from when the medium was fetched."""
        super().__init__(path, now=now)
        self.limits = {**LIMITS, **(limits or {})}
        self.processing_s = processing_s
