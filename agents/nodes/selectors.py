"""The nodes at a glance."""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q

from agents.nodes.models import Node
from agents.nodes.states import NodeStatus
from agents.tasks.models import Task
from chimera.core import clock
from governance.leases.models import Attempt, Leased
from publishing.posts.models import Post

SHOWN_FOR = timedelta(days=1)  # how long nodes that are gone or lost are listed


@dataclass(frozen=True, kw_only=True)
class Line:
    """One node: what it holds now, and how many attempts it ended in the last minute."""

    name: str
    status: str
    queues: list[str]
    capabilities: dict[str, Any]
    version: str
    incarnation: int
    heartbeat_age_s: float
    leases_held: int
    ended_last_minute: int

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def lines() -> list[Line]:
    """Every node that is there, and those that were within a day. At the desk, over all brands."""
    now = clock.now()
    held: Counter[str] = Counter()
    models: tuple[type[Leased], ...] = (Task, Post)
    for model in models:
        owners = model._default_manager.filter(lease_until__gt=now).values_list("lease_owner")
        for owner, count in owners.annotate(count=Count("id")).values_list("lease_owner", "count"):
            held[_node(owner)] += count
    ended: Counter[str] = Counter()
    recent = Attempt.objects.filter(ended_at__gt=now - timedelta(minutes=1)).values_list("owner")
    for owner, count in recent.annotate(count=Count("id")).values_list("owner", "count"):
        ended[_node(owner)] += count
    there = Q(status__in=[NodeStatus.ALIVE, NodeStatus.DRAINING]) | Q(heartbeat_at__gt=now - SHOWN_FOR)
    return [
        Line(
            name=node.name,
            status=node.status,
            queues=node.queues,
            capabilities=node.capabilities,
            version=node.version,
            incarnation=node.incarnation,
            heartbeat_age_s=round((now - node.heartbeat_at).total_seconds(), 1),
            leases_held=held[node.name],
            ended_last_minute=ended[node.name],
        )
        for node in Node.objects.filter(there).order_by("status", "name")
    ]


def _node(owner: str) -> str:
    """The node in "worker:<node>.<process>.<thread>"."""
    return owner.removeprefix("worker:").partition(".")[0]
