"""The desk's page of calibration, and the advice that a human takes or declines there. JDG-5, PER-5."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.generic import TemplateView
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.views import UnfoldModelAdminViewMixin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from agents.advice import services as advice
from agents.advice.models import Advice
from agents.advice.states import AdviceStatus
from agents.calibration import picture, selectors
from agents.calibration.selectors import Only
from agents.decisions.models import Decision
from agents.personas.models import Agent
from chimera.core import desk
from chimera.core.desk import ReadingAdmin
from chimera.core.errors import ChimeraError

CHOICES_MAX = 500


class ReasonForm(BaseDialogForm):
    """Why; it stays with the advice and with what it changes."""

    reason = forms.CharField(label="Why", max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))


class OnlyForm(forms.Form):
    """What the page looks at."""

    agent = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, widget=UnfoldAdminSelectWidget)
    topic = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)
    kind = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agents = Agent.objects.order_by("handle").values_list("id", "handle")[:CHOICES_MAX]
        known = list(Decision.objects.order_by("topic").values_list("topic", "kind").distinct()[:CHOICES_MAX])
        choices: dict[str, list[tuple[Any, str]]] = {
            "agent": [("", "all agents"), *((pk, f"@{handle}") for pk, handle in agents)],
            "topic": [("", "all topics"), *((one, one) for one in sorted({topic for topic, _ in known if topic}))],
            "kind": [("", "all kinds"), *((one, one) for one in sorted({kind for _, kind in known}))],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered


class CalibrationView(UnfoldModelAdminViewMixin, TemplateView):
    """The curve, the table of thresholds, and what is advised. Looks only; advice has pages of its own."""

    title = "Calibration"
    permission_required = ("agents.view_advice",)
    template_name = "admin/agents/calibration.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A constant number of queries."""
        form = OnlyForm(self.request.GET or None)
        only = Only()
        if form.is_bound and form.is_valid():
            said = form.cleaned_data
            only = Only(agent_id=said["agent"], topic=said["topic"], kind=said["kind"])
        found = selectors.calibration(only=only)
        return super().get_context_data(
            form=form,
            found=found,
            drawn=picture.drawn(curve=found.curve) if found.curve else None,
            rows=[picture.row(step) for step in found.steps],
            advice=Advice.objects.filter(status=AdviceStatus.OPEN).order_by("-id")[:50],
            **kwargs,
        )


@admin.register(Advice)
class AdviceAdmin(ReadingAdmin):
    """What the figures suggest. Nothing of it happens before a human takes it."""

    list_display: ClassVar[list[str]] = ["what", "state", "kind", "why", "decided_by", "made_at"]
    list_filter: ClassVar[list[str]] = ["status", "kind"]
    ordering: ClassVar[list[str]] = ["-id"]
    actions_detail: ClassVar[list[str]] = ["take", "decline"]

    def get_urls(self) -> list[Any]:
        """With the page of the curve."""
        view = self.admin_site.admin_view(CalibrationView.as_view(model_admin=self))
        return [path("calibration/", view, name="agents_calibration"), *super().get_urls()]

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may take or decline."""
        return request.user.has_perm("agents.decide_advice")

    @display(description="advice")
    def what(self, one: Advice) -> str:
        """What would be changed."""
        return str(one)

    @display(description="state", label={"OPEN": "warning", "TAKEN": "success", "DECLINED": "danger"})
    def state(self, one: Advice) -> str:
        """What became of it."""
        return one.status

    @action(
        description="Take it",
        permissions=["decide"],
        icon="check",
        variant=ActionVariant.SUCCESS,
        dialog={
            "title": "Take this advice",
            "description": "The threshold or rung is changed now, in your name and with your reason.",
            "form_class": ReasonForm,
            "form_submit_text": "Take it",
        },
    )
    def take(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Do it."""
        return self._decide(request, object_id, advice.take, form.cleaned_data["reason"], "taken")

    @action(
        description="Decline",
        permissions=["decide"],
        icon="close",
        variant=ActionVariant.DANGER,
        dialog={
            "title": "Decline this advice",
            "description": "Nothing is changed; your reason is kept.",
            "form_class": ReasonForm,
            "form_submit_text": "Decline",
        },
    )
    def decline(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Leave it."""
        return self._decide(request, object_id, advice.decline, form.cleaned_data["reason"], "declined")

    def _decide(self, request: HttpRequest, object_id: str, decide: Any, reason: str, done: str) -> HttpResponse:
        one = Advice.objects.get(pk=object_id)
        try:
            decide(advice=one, reason=reason)
        except ChimeraError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"The advice is {done}.")
        url = reverse("admin:agents_calibration")
        return desk.go_to(request, url)
