"""Taking tasks that are due: the claim, and in the same round trip everything that a stage needs of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection

from agents.tasks.models import Task
from governance.leases import services as leases
from governance.leases.services import Claim


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """The newest artifact of a task. `confidence_bp` is how sure its maker was, if it said so."""

    id: int
    payload: Mapping[str, Any]
    content_hash: str
    confidence_bp: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A task under a claim, as values: no stage has to read the row again.

    `upstream` holds the newest artifact of every task that this one hangs on, by kind; `made` its own (stages judge
    and commit); `approval` the used review of exactly that content, or ""; `bounds` the strictest thresholds of its
    scopes and kind (act above, retry below; stage judge), 0 where there are none.
    """

    id: int
    brand_id: int
    stage: str
    fence: int
    kind: str
    outward: bool
    attempts: int
    attempts_max: int
    late: bool
    scopes: tuple[str, ...]
    note: str
    feedback: tuple[Mapping[str, Any], ...]
    goal_id: int
    plan_id: int | None
    agent_id: int
    soul_id: int
    handle: str
    agent_name: str
    rung: str
    cause: str
    wish: str
    trend_title: str
    estimate_usd_micros: int
    retries: int
    upstream: Mapping[str, Made]
    made: Made | None
    approval: str
    bounds: tuple[int, int] = (0, 0)
    stale: bool = False  # made with a version of persona, campaign or policies that counts no longer
    params: Mapping[str, Any] = field(default_factory=dict)  # what the plan set for it

    @property
    def worker_bp(self) -> int | None:
        """How sure the workers were: the outward task's own word, else the least sure of what it hangs on."""
        if self.made is not None and self.made.confidence_bp is not None:
            return self.made.confidence_bp
        said = [made.confidence_bp for made in self.upstream.values() if made.confidence_bp is not None]
        return min(said, default=None)

    @property
    def subject(self) -> str:
        """The row's name in the record."""
        return f"{Task.SUBJECT}:{self.id}"

    @property
    def agent_subject(self) -> str:
        """The agent's name in the record."""
        return f"agents.agent:{self.agent_id}"

    @property
    def hold_key(self) -> str:
        """What the money of this attempt is set aside under."""
        return f"{self.subject}:{self.fence}"

    @property
    def claim(self) -> Claim:
        """The claim as the lease keeper and the record know it."""
        return Claim(id=self.id, brand_id=self.brand_id, stage=self.stage, fence=self.fence)


def take(*, queue: str, stages: Sequence[str], count_max: int, after_brand: int = 0) -> list[Taken]:
    """Lease up to `count_max` due tasks of one brand and one stage; the brand after `after_brand` is asked first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM agents_task_take(%s, %s, %s, %s, %s, %s)",
            [queue, list(stages), count_max, leases.owner(), f"{settings.LEASE_S} seconds", after_brand],
        )
        names = [column.name for column in cursor.description or ()]
        return [_taken(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def _taken(row: dict[str, Any]) -> Taken:
    row["scopes"] = tuple(row["scopes"])
    row["feedback"] = tuple(_json(row["feedback"]))
    row["upstream"] = {
        kind: Made(id=found["id"], payload=found["payload"], content_hash="", confidence_bp=found.get("confidence_bp"))
        for kind, found in (_json(row["upstream"]) or {}).items()
    }
    made = _json(row["made"])
    row["made"] = Made(**made) if made else None
    row["params"] = _json(row["params"]) or {}
    row["approval"] = row["approval"] or ""
    act, retry = row["bounds"] or (0, 0)
    row["bounds"] = (act or 0, retry or 0)
    return Taken(**row)


def _json(value: Any) -> Any:
    """Django's connections hand out jsonb as text; its fields parse it, a plain cursor does not."""
    return json.loads(value) if isinstance(value, str) else value
