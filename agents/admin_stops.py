"""The desk's page of stops: stop, resume, and what is under way. Doors only: they call `agents.stopping`.

A stop is seen through after the request's transaction has been committed, before the answer goes out.
"""

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from agents import stopping, under_way
from chimera.core import desk, registry, tenancy
from chimera.core.brands.models import Brand
from chimera.core.desk import ReadingAdmin
from chimera.core.errors import ChimeraError
from governance.controls import selectors as controls
from governance.controls.models import Control, ControlKind
from governance.controls.states import ControlStatus

AGENT = "agent"
BRANDS_MAX = 200


def _what() -> list[tuple[str, str]]:
    brands = [(f"brand:{pk}", f"The brand {slug}") for pk, slug in Brand.objects.values_list("pk", "slug")[:BRANDS_MAX]]
    platforms = [(f"platform:{name}", f"Publishing on {name}") for name in sorted(registry.names("CONNECTORS"))]
    return [
        (AGENT, "One agent, named below"),
        *brands,
        *platforms,
        ("spending", "All spending (what is free goes on)"),
        ("fleet", "The fleet"),
    ]


class StopForm(BaseDialogForm):
    """What, how urgent, and why."""

    what = forms.ChoiceField(label="What is stopped", choices=_what, widget=UnfoldAdminSelectWidget)
    agent = forms.CharField(
        label="Which agent: its handle or id", required=False, max_length=40, widget=UnfoldAdminTextInputWidget()
    )
    kind = forms.ChoiceField(
        label="How urgent",
        choices=[("pause", "Pause: anybody may resume"), ("stop", "Emergency stop: an incident")],
        widget=UnfoldAdminSelectWidget,
    )
    reason = forms.CharField(
        label="Why; kept with the stop", max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


class ResumeForm(BaseDialogForm):
    """Why."""

    reason = forms.CharField(
        label="Why; kept with the stop", max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


@admin.register(Control)
class ControlAdmin(ReadingAdmin):
    """What is stopped, by whom, why, and what had left before."""

    list_display: ClassVar[list[str]] = ["scope", "kind", "state", "reason", "began", "imposed_by", "resumed"]
    list_filter: ClassVar[list[str]] = ["status", "kind"]
    ordering: ClassVar[list[str]] = ["-since", "-id"]
    fields: ClassVar[list[str]] = [
        *("scope", "kind", "status", "reason", "since", "imposed_by", "incident", "needs_second"),
        *("resume_asked_by", "resume_asked_at", "resume_asked_why", "lifted_by", "lifted_at", "lift_reason"),
    ]
    readonly_fields: ClassVar[list[str]] = fields
    list_before_template = "admin/agents/stops.html"
    change_form_before_template = "admin/agents/stops.html"
    actions_list: ClassVar[list[str]] = ["stop"]
    actions_detail: ClassVar[list[str]] = ["resume"]

    def has_impose_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may stop and resume."""
        return request.user.has_perm("governance.impose_control")

    @display(description="state", label={"IN_FORCE": "danger", "LIFTED": "success"})
    def state(self, control: Control) -> str:
        """Whether it holds."""
        return control.status

    @display(description="since", ordering="since")
    def began(self, control: Control) -> str:
        """When it was imposed, UTC."""
        return f"{control.since:%d %b %H:%M:%S}"

    @display(description="resumed")
    def resumed(self, control: Control) -> str:
        """By whom, or who wants it."""
        if control.lifted_at:
            return f"by {control.lifted_by}: {control.lift_reason}"
        return f"asked for by {control.resume_asked_by}; somebody else confirms" if control.resume_asked_by else ""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """What holds now, and everything that is under way."""
        context = {"stops": list(controls.everything_in_force()), "under_way": under_way.of(scope="fleet")}
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """What is under way in the scope of this stop."""
        control = Control.objects.filter(pk=object_id, status=ControlStatus.IN_FORCE).first() if object_id else None
        context = {"stops": [control], "under_way": under_way.of(scope=control.scope)} if control else {}
        return super().changeform_view(request, object_id, form_url, {**(extra_context or {}), **context})

    @action(
        description="Stop…",
        permissions=["impose"],
        icon="front_hand",
        variant=ActionVariant.DANGER,
        dialog={
            "title": "Stop",
            "description": "In force everywhere when this page comes back. Work waits and is not lost; what had left "
            "before is listed.",
            "form_class": StopForm,
            "form_submit_text": "Stop",
        },
    )
    def stop(self, request: HttpRequest, form: StopForm) -> HttpResponse:
        """Impose a stop; it is seen through when it is committed."""
        said, control = form.cleaned_data, None
        try:
            named = said["what"] == AGENT
            if named and not said["agent"].strip():
                raise stopping.NoSuchScope("Say which agent is stopped: its handle or its id.")
            scope = stopping.scope_of(agent=said["agent"].strip()) if named else said["what"]
            control = stopping.impose(scope=scope, kind=ControlKind(said["kind"]), reason=said["reason"])
        except ChimeraError as error:
            messages.error(request, str(error))
            return desk.go_to(request, reverse("admin:governance_control_changelist"))
        transaction.on_commit(partial(stopping.see_through, control=control, actor=tenancy.current_actor()))
        messages.success(request, f"{control.scope} is stopped. {control.sentence}")
        return desk.go_to(request, reverse("admin:governance_control_change", args=[control.pk]))

    @action(
        description="Resume…",
        permissions=["impose"],
        icon="play_arrow",
        variant=ActionVariant.SUCCESS,
        dialog={
            "title": "Resume",
            "description": "Lifts every stop on this scope that you may lift. After an emergency stop of your own "
            "somebody else confirms it, where the installation asks for two people.",
            "form_class": ResumeForm,
            "form_submit_text": "Resume",
        },
    )
    def resume(self, request: HttpRequest, form: ResumeForm, object_id: str) -> HttpResponse:
        """Lift it, or record the wish."""
        control = Control.objects.get(pk=object_id)
        try:
            done = stopping.resume(
                scope=control.scope, reason=form.cleaned_data["reason"], actor=tenancy.current_actor()
            )
        except ChimeraError as error:
            messages.error(request, str(error))
        else:
            if done.lifted:
                messages.success(request, f"{control.scope}: {len(done.lifted)} lifted; what waited goes on.")
            for waiting in done.waiting:
                messages.warning(
                    request,
                    f"The {waiting.kind} on {waiting.scope} stays: it was imposed by {waiting.imposed_by}, so somebody "
                    "else must resume it. Your wish is on the record.",
                )
            if not done.lifted and not done.waiting:
                messages.info(request, f"Nothing was in force on {control.scope}; nothing changed.")
        return desk.go_to(request, reverse("admin:governance_control_changelist"))
