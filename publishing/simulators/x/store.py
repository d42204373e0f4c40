"""All of the simulated X's state behind one name.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from publishing.simulators.filed import utc_now
from publishing.simulators.x.posts import Posts
from publishing.simulators.x.uploads import PROCESSING_S


class Store(Posts):
    """Accounts and tokens, posts, uploads, limits and credits, in the SQLite file at `path` and a folder beside it."""

    def __init__(
        self,
        path: Path,
        *,
        now: Callable[[], datetime] = utc_now,
        limits: Mapping[str, int] | None = None,
        credit_usd_micros: int | None = None,
        processing_s: float = PROCESSING_S,
    ) -> None:
        """`limits` replaces some of `meters.LIMITS`; without a credit everything can be paid for.

        `processing_s` is how long a GIF or a video is processed after it was finalized.
        """
        super().__init__(path, now=now, limits=limits, credit_usd_micros=credit_usd_micros)
        self.processing_s = processing_s
