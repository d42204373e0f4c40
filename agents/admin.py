"""The desk's pages of agents."""

import json
from dataclasses import asdict
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from agents import admin_campaigns as admin_campaigns
from agents import admin_cohorts as admin_cohorts
from agents import admin_inbox as admin_inbox
from agents import admin_portrait
from agents.admin_calibration import AdviceAdmin
from agents.admin_desk.registered import DeskAdmin
from agents.admin_metrics import MetricsPage
from agents.admin_runs.registered import BlueprintAdmin, RunPages
from agents.admin_stops import ControlAdmin
from agents.admin_story import StoryPage
from agents.admin_why import DoingFilter
from agents.archive import selectors as archive
from agents.models import Agent, ArchivedGoal, ArchivedTask, Goal, Node, Soul, Task
from chimera.core.desk import ReadingAdmin
from chimera.core.errors import ChimeraError
from governance.controls import looking

__all__ = ["AdviceAdmin", "AgentAdmin", "BlueprintAdmin", "ControlAdmin", "DeskAdmin"]


@admin.register(Agent)
class AgentAdmin(MetricsPage):
    """Who there is, on which rung of trust."""

    list_display: ClassVar[list[str]] = ["handle", "name", "rung", "rung_since", "posts_per_day", "rung_reason"]
    list_filter: ClassVar[list[Any]] = ["status", DoingFilter]
    readonly_fields: ClassVar[list[str]] = ["how_its_posts_did", "looks"]

    @display(description="looks like itself")
    def looks(self, agent: Agent) -> SafeString:
        """How like its references its pictures were, and the gate; see `agents.portraits`."""
        return admin_portrait.drift(agent)

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
class GoalAdmin(RunPages):
    """What agents want, with cause and relevance."""

    list_display: ClassVar[list[str]] = ["wish", "agent", "status", "relevance_bp", "deadline", "note"]
    list_filter: ClassVar[list[str]] = ["status"]
    ordering: ClassVar[list[str]] = ["-id"]
    list_select_related: ClassVar[list[str]] = ["agent"]


@admin.register(Task)
class TaskAdmin(StoryPage):
    """The nodes of plans: which stage is due, who is on it, why one waits."""

    list_display: ClassVar[list[str]] = ["id", "kind", "agent", "state", "stage", "lease_owner", "attempts", "why"]
    list_filter: ClassVar[list[str]] = ["status", "kind"]
    list_select_related: ClassVar[list[str]] = ["agent"]
    ordering: ClassVar[list[str]] = ["-id"]

    @display(description="why it waits")
    def why(self, task: Task) -> str:
        """The stop that holds it back, else what it said last."""
        return (looking.sentence(scopes=task.scopes) if task.due_at else "") or task.note

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


@admin.register(ArchivedGoal)
class ArchivedGoalAdmin(ReadingAdmin):
    """What was put away; found by the number of the goal or of one of its tasks."""

    list_display: ClassVar[list[str]] = ["id", "wish", "agent_id", "ended_as", "ended_at", "archived_at"]
    list_filter: ClassVar[list[str]] = ["ended_as"]
    search_fields: ClassVar[list[str]] = ["=id"]
    search_help_text = "the number of a goal or of a task"
    ordering: ClassVar[list[str]] = ["-ended_at"]
    exclude: ClassVar[list[str]] = ["body"]
    readonly_fields: ClassVar[list[str]] = ["tasks", "story"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ArchivedGoal]:
        """Without the bodies: a list of them would be megabytes."""
        found: QuerySet[ArchivedGoal] = super().get_queryset(request)
        return found.defer("body")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ArchivedGoal], search_term: str
    ) -> tuple[QuerySet[ArchivedGoal], bool]:
        """By the number of a task, else by that of the goal."""
        number = search_term.strip().removeprefix("agents.task:").removeprefix("agents.goal:")
        if not number.isdigit() or len(number) > 18:
            return (queryset.none() if search_term.strip() else queryset), False
        by_task = archive.goals_of_task(task_id=int(number)) if "goal" not in search_term else []
        return queryset.filter(pk__in=[*by_task, int(number)] if "task" not in search_term else by_task), False

    @display(description="its tasks; each tells its story")
    def tasks(self, archived: ArchivedGoal) -> str:
        """Links, in the order of the plan."""
        listed = ArchivedTask.objects.filter(goal=archived).order_by("pk").values_list("pk", "kind", "ended_as")
        shown = ((reverse("admin:agents_task_story", args=[pk]), kind, pk, end.lower()) for pk, kind, end in listed)
        link = '<a class="text-primary-600 dark:text-primary-400 underline" href="{}">{} {}</a> ({})'
        return format_html_join(", ", link, shown)

    @display(description="what was archived")
    def story(self, archived: ArchivedGoal) -> Any:
        """Every row as it was; text only, the template escapes it."""
        try:
            return json.dumps(asdict(archive.story(archived=archived)), indent=1, ensure_ascii=False)
        except ChimeraError as error:
            return str(error)
