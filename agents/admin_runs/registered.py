"""Where the pages of runs stand in the admin: below the goals; and the list of plans that wait for a look."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from unfold.decorators import display

from agents.admin_runs import hands, pages
from agents.admin_runs.showing import EDITS, STEERS
from agents.goals.models import Goal
from agents.models import Blueprint
from chimera.core import money
from chimera.core.desk import ReadingAdmin

LOOKS = "agents.view_goal"
View = Callable[..., HttpResponse]


class RunPages(ReadingAdmin):
    """Shows the way to the run before the form of a goal."""

    change_form_before_template = "admin/runs/way.html"

    def get_urls(self) -> list[Any]:
        """What changes anything is a POST and asks for a permission of its own."""
        site = self.admin_site
        looks, steers, edits = self._door(LOOKS), self._door(STEERS), self._door(EDITS)
        either = require_http_methods(["GET", "HEAD", "POST"])
        runs = [
            path("of/task/<int:task_id>/", looks(require_GET(pages.of_task), site=site), name="agents_run_of_task"),
            path("<int:goal_id>/run/", looks(require_GET(pages.page), site=site), name="agents_run"),
            path("<int:goal_id>/run/live/", looks(require_GET(pages.live)), name="agents_run_live"),
            path(
                "<int:goal_id>/run/step/<int:task_id>/",
                looks(require_GET(pages.step), site=site),
                name="agents_run_step",
            ),
            path(
                "<int:goal_id>/run/step/<int:task_id>/story/",
                looks(require_GET(pages.story)),
                name="agents_run_story",
            ),
            path("<int:goal_id>/run/cancel/", steers(require_POST(hands.cancel)), name="agents_run_cancel"),
            path("<int:goal_id>/run/retry/", steers(require_POST(hands.retry)), name="agents_run_retry"),
            path("<int:goal_id>/run/replay/", steers(require_POST(hands.replay)), name="agents_run_replay"),
            path("<int:goal_id>/plan/", edits(either(hands.plan), site=site), name="agents_plan_edit"),
            path("<int:goal_id>/plan/start/", edits(require_POST(hands.start)), name="agents_plan_start"),
        ]
        return [*runs, *super().get_urls()]

    def _door(self, permission: str) -> Callable[..., View]:
        def door(view: View, **more: Any) -> View:
            @wraps(view)
            def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
                if not request.user.has_perm(permission):
                    raise PermissionDenied
                return view(request, *args, **kwargs, **more)

            guarded: View = self.admin_site.admin_view(asked)
            return guarded

        return door


@admin.register(Blueprint)
class BlueprintAdmin(ReadingAdmin):
    """Plans that wait, or have waited, for a look. Each opens its run."""

    list_display: ClassVar[list[str]] = ["goal", "state", "steps_count", "estimate", "revision", "deadline"]
    list_filter: ClassVar[list[str]] = ["status"]
    ordering: ClassVar[list[str]] = ["deadline", "id"]

    @display(description="goal")
    def goal(self, blueprint: Blueprint) -> str:
        """Its number; the wish is on the page of the run."""
        return f"goal {blueprint.goal_number}"

    @display(description="state", label={"HELD": "warning", "STARTED": "success"})
    def state(self, blueprint: Blueprint) -> str:
        """Whether it waits."""
        return blueprint.status

    @display(description="steps")
    def steps_count(self, blueprint: Blueprint) -> int:
        """How many."""
        return len(blueprint.steps)

    @display(description="about", ordering="estimate_usd_micros")
    def estimate(self, blueprint: Blueprint) -> str:
        """What it will cost."""
        return money.show(blueprint.estimate_usd_micros)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """A plan is looked at where it is drawn."""
        found = Blueprint.objects.filter(pk=object_id).first() if object_id and object_id.isdigit() else None
        if request.method == "GET" and found is not None and Goal.objects.filter(pk=found.goal_number).exists():
            return redirect(pages.address(goal_id=found.goal_number))
        return super().changeform_view(request, object_id, form_url, extra_context)
