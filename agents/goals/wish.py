"""A goal that is not set yet, as a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A goal that is not set yet: whose, why, what, until when. The goals of one planning round share a `batch`."""

    agent_id: int
    soul_id: int
    cause: str
    wish: str
    deadline: datetime
    scopes: Sequence[str]
    trend_id: int | None = None
    campaign_id: int | None = None
    campaign_version: int | None = None
    batch: str = ""
    queue: str = "think"  # on which its plan is made
    relevance_bp: int | None = None
    similarity_bp: int | None = None
    reason: str = ""  # what former posts taught that speaks for it, for people
