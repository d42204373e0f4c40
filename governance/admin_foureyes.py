"""The desk's page of what takes two people in a brand: set by one person, ended by another. REV-8."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from chimera.core import desk
from chimera.core.brands.models import Brand
from chimera.core.desk import ReadingAdmin
from chimera.core.errors import ChimeraError
from governance.foureyes import services as foureyes
from governance.foureyes.models import FourEyes, What


def _why() -> forms.CharField:
    return forms.CharField(
        label="Why; kept with the rule", max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


class RequireForm(BaseDialogForm):
    """What needs two people, and why."""

    brand = forms.ModelChoiceField(queryset=Brand.objects.none(), widget=UnfoldAdminSelectWidget)
    what = forms.ChoiceField(choices=What.choices, widget=UnfoldAdminSelectWidget, label="What needs two people")
    reason = _why()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["brand"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Brand.objects.order_by("slug")


class EndForm(BaseDialogForm):
    """Why it ends."""

    reason = _why()


@admin.register(FourEyes)
class FourEyesAdmin(ReadingAdmin):
    """What takes two people, in which brand, since when and why."""

    list_display: ClassVar[list[str]] = ["brand", "what", "state", "set_by", "since", "reason", "ended_by"]
    list_filter: ClassVar[list[str]] = ["status", "what"]
    list_select_related: ClassVar[list[str]] = ["brand"]
    ordering: ClassVar[list[str]] = ["-id"]
    actions_list: ClassVar[list[str]] = ["require"]
    actions_detail: ClassVar[list[str]] = ["end"]

    def has_set_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may set and end."""
        return request.user.has_perm("governance.set_foureyes")

    @display(description="state", label={"IN_FORCE": "success", "ENDED": "info"})
    def state(self, rule: FourEyes) -> str:
        """Whether it counts."""
        return rule.status

    @action(
        description="Ask for two people",
        permissions=["set"],
        icon="group",
        dialog=desk.dialog(
            "Ask for two people",
            "From now on two different people approve this, and neither of them made, changed or started what it rests "
            "on. Somebody else than you ends the rule.",
            "Set it",
            RequireForm,
        ),
    )
    def require(self, request: HttpRequest, form: RequireForm) -> HttpResponse:
        """Set it."""
        said = form.cleaned_data
        return self._done(
            request,
            "set",
            lambda: foureyes.require(brand_id=said["brand"].pk, what=said["what"], reason=said["reason"]),
        )

    @action(
        description="End",
        permissions=["set"],
        icon="person",
        variant=ActionVariant.DANGER,
        dialog=desk.dialog(
            "End this rule",
            "One person is enough for new cards. What waits for two goes on doing so.",
            "End it",
            EndForm,
        ),
    )
    def end(self, request: HttpRequest, form: EndForm, object_id: str) -> HttpResponse:
        """End it, if somebody else set it."""
        rule = FourEyes.objects.select_for_update().get(pk=object_id)
        return self._done(request, "ended", lambda: foureyes.end(rule=rule, reason=form.cleaned_data["reason"]))

    def _done(self, request: HttpRequest, done: str, act: Callable[[], FourEyes]) -> HttpResponse:
        try:
            act()
        except ChimeraError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"The rule is {done}.")
        return desk.go_to(request, reverse("admin:governance_foureyes_changelist"))
