"""The desk's page of thresholds: set tighter, or lifted, each with a reason. JDG-2."""

from decimal import ROUND_DOWN, Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from chimera.core import desk
from chimera.core.brands.models import Brand
from chimera.core.desk import ReadingAdmin
from chimera.core.errors import ChimeraError
from governance.routing import ACT_ABOVE_BP, RETRY_BELOW_BP
from governance.thresholds import services as thresholds
from governance.thresholds.models import Threshold


class TightenForm(BaseDialogForm):
    """Which bar, how high, and why."""

    brand = forms.ModelChoiceField(queryset=Brand.objects.none(), widget=UnfoldAdminSelectWidget)
    scope = forms.CharField(
        label="Scope: brand:1, agent:7 or campaign:3", max_length=80, widget=UnfoldAdminTextInputWidget()
    )
    kind = forms.CharField(
        label="Kind of task (empty: every kind)", required=False, max_length=40, widget=UnfoldAdminTextInputWidget()
    )
    act_above = forms.DecimalField(
        label="Acts alone above", initial=Decimal(ACT_ABOVE_BP) / 10_000, widget=UnfoldAdminDecimalFieldWidget()
    )
    retry_below = forms.DecimalField(
        label="Tries again below", initial=Decimal(RETRY_BELOW_BP) / 10_000, widget=UnfoldAdminDecimalFieldWidget()
    )
    reason = forms.CharField(label="Why", max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["brand"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Brand.objects.order_by("slug")


class LiftForm(BaseDialogForm):
    """Why it goes."""

    reason = forms.CharField(label="Why", max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))


def _bp(value: Decimal) -> int:
    return int((value * 10_000).to_integral_value(rounding=ROUND_DOWN))


@admin.register(Threshold)
class ThresholdAdmin(ReadingAdmin):
    """What is stricter than the fleet's 0.90 and 0.70, where, since when and why."""

    list_display: ClassVar[list[str]] = ["scope", "kind", "acts_above", "retries_below", "state", "set_by", "reason"]
    list_filter: ClassVar[list[str]] = ["status"]
    ordering: ClassVar[list[str]] = ["-id"]
    actions_list: ClassVar[list[str]] = ["tighten"]
    actions_detail: ClassVar[list[str]] = ["lift"]

    def has_set_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may set and lift."""
        return request.user.has_perm("governance.set_threshold")

    @display(description="acts above")
    def acts_above(self, one: Threshold) -> str:
        """As people write it."""
        return f"{one.act_above_bp / 10_000:.4f}"

    @display(description="tries again below")
    def retries_below(self, one: Threshold) -> str:
        """As people write it."""
        return f"{one.retry_below_bp / 10_000:.4f}"

    @display(description="state", label={"IN_FORCE": "success", "ENDED": "info"})
    def state(self, one: Threshold) -> str:
        """Whether it counts."""
        return one.status

    @action(
        description="Tighten a threshold",
        permissions=["set"],
        icon="compress",
        dialog={
            "title": "Tighten a threshold",
            "description": "Never looser than the fleet's. The strictest counts, from the next claim",
            "form_class": TightenForm,
            "form_submit_text": "Set it",
        },
    )
    def tighten(self, request: HttpRequest, form: TightenForm) -> HttpResponse:
        """Set it in place of the one that holds."""
        said = form.cleaned_data
        return self._done(
            request,
            "set",
            lambda: thresholds.tighten(
                brand_id=said["brand"].pk,
                scope=said["scope"],
                kind=said["kind"],
                act_above_bp=_bp(said["act_above"]),
                retry_below_bp=_bp(said["retry_below"]),
                reason=said["reason"],
            ),
        )

    @action(
        description="Lift",
        permissions=["set"],
        icon="expand",
        variant=ActionVariant.DANGER,
        dialog={
            "title": "Lift this threshold",
            "description": "What else holds for its scope, at least the fleet's thresholds, counts again.",
            "form_class": LiftForm,
            "form_submit_text": "Lift it",
        },
    )
    def lift(self, request: HttpRequest, form: LiftForm, object_id: str) -> HttpResponse:
        """End it."""
        one = Threshold.objects.select_for_update().get(pk=object_id)
        return self._done(request, "lifted", lambda: thresholds.lift(threshold=one, reason=form.cleaned_data["reason"]))

    def _done(self, request: HttpRequest, done: str, act: Any) -> HttpResponse:
        try:
            act()
        except ChimeraError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"The threshold is {done}.")
        url = reverse("admin:governance_threshold_changelist")
        return desk.go_to(request, url)
