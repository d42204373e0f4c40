"""The node (fleet table)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from agents.nodes.states import TRANSITIONS, NodeStatus
from chimera.core.clock import Now
from governance.machine import Stateful


class Node(Stateful):
    """One worker process with its pool. `incarnation` rises with each start, and when it comes back after it was lost.

    `capabilities`: cpu, pool, concurrency, render, ffmpeg, python.
    """

    SUBJECT = "agents.node"
    TRANSITIONS = TRANSITIONS

    name = models.CharField(max_length=60, unique=True)  # the owner of a lease is "worker:<name>.<process>.<thread>"
    host = models.CharField(max_length=80)
    pid = models.IntegerField()
    queues = ArrayField(models.CharField(max_length=12))
    capabilities = models.JSONField()
    version = models.CharField(max_length=20)
    incarnation = models.IntegerField(default=1)
    started_at = models.DateTimeField(db_default=Now())
    heartbeat_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=NodeStatus.values), name="node_status_is_known"),
            models.CheckConstraint(condition=~models.Q(name__contains="."), name="node_name_ends_at_the_first_dot"),
            models.CheckConstraint(condition=models.Q(incarnation__gte=1), name="node_incarnations_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.status})"
