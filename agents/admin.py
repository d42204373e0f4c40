"""The desk's pages of agents."""

from typing import ClassVar

from django.contrib import admin
from unfold.decorators import display

from agents.models import Agent, Goal, Node, Soul, Task
from chimera.core.desk import ReadingAdmin


@admin.register(Agent)
class AgentAdmin(ReadingAdmin):
    """Who there is, on which rung of trust."""

    list_display: ClassVar[list[str]] = ["handle", "name", "rung", "posts_per_day", "rung_reason"]
    list_filter: ClassVar[list[str]] = ["status"]

    @display(description="rung", label={"PROBATION": "warning", "SUPERVISED": "info", "AUTONOMOUS": "success"})
    def rung(self, agent: Agent) -> str:
        """How much it may do by itself."""
        return agent.status


@admin.register(Soul)
class SoulAdmin(ReadingAdmin):
    """Versions of souls, immutable."""

    list_display: ClassVar[list[str]] = ["agent", "version", "content_hash", "made_at"]
    list_select_related: ClassVar[list[str]] = ["agent"]
    exclude: ClassVar[list[str]] = ["profile"]


@admin.register(Goal)
class GoalAdmin(ReadingAdmin):
    """What agents want, with cause and relevance."""

    list_display: ClassVar[list[str]] = ["wish", "agent", "status", "relevance_bp", "deadline"]
    list_filter: ClassVar[list[str]] = ["status"]
    list_select_related: ClassVar[list[str]] = ["agent"]


@admin.register(Task)
class TaskAdmin(ReadingAdmin):
    """The nodes of plans: which stage is due, who is on it, why one waits."""

    list_display: ClassVar[list[str]] = ["id", "kind", "agent", "state", "stage", "lease_owner", "attempts", "note"]
    list_filter: ClassVar[list[str]] = ["status", "kind"]
    list_select_related: ClassVar[list[str]] = ["agent"]
    ordering: ClassVar[list[str]] = ["-id"]

    @display(description="state", label={"DONE": "success", "HELD": "warning", "REJECTED": "danger", "READY": "info"})
    def state(self, task: Task) -> str:
        """Running is shown, not stored: a READY row with an owner is being worked on."""
        return task.status


@admin.register(Node)
class NodeAdmin(ReadingAdmin):
    """The workers that are there, and those that were."""

    list_display: ClassVar[list[str]] = ["name", "state", "queues", "capabilities", "version", "heartbeat_at"]
    list_filter: ClassVar[list[str]] = ["status"]
    ordering: ClassVar[list[str]] = ["-heartbeat_at"]

    @display(description="state", label={"ALIVE": "success", "DRAINING": "info", "LOST": "danger"})
    def state(self, node: Node) -> str:
        """Whether it may hold work."""
        return node.status
