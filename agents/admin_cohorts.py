"""The desk's pages of cohorts and rollouts: acts are dialogs with a reason, reported agent by agent. PLN-12."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from agents.cohorts import rollouts, selectors, services
from agents.cohorts.models import Cohort, Rollout
from agents.cohorts.services import Done
from agents.personas import patching
from chimera.core import desk, money, tenancy
from chimera.core.desk import ReadingAdmin
from chimera.core.errors import ChimeraError

Decision = Callable[..., list[Done]]


class WhyForm(BaseDialogForm):
    """Why; it is kept with what is done."""

    reason = forms.CharField(label="Why", max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))


class BudgetForm(BaseDialogForm):
    """How much each."""

    dollars = forms.DecimalField(
        label="Dollars a day for each", min_value=Decimal(0), max_digits=7, decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget(),
    )  # fmt: skip


class ThresholdForm(WhyForm):
    """Above which score each may act alone."""

    act_above = forms.DecimalField(
        label="Act alone above (0.90 to 1)", min_value=Decimal("0.9"), max_value=Decimal(1), max_digits=5,
        decimal_places=4,
        widget=UnfoldAdminDecimalFieldWidget(),
    )  # fmt: skip


class ChangeForm(WhyForm):
    """What every soul gets, and who has it first."""

    directives = forms.CharField(
        label="Directives to add, one a line", required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )
    forbidden = forms.CharField(
        label="Forbidden topics to add, one a line", required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )
    canaries = forms.CharField(label="Canaries: how many, or handles", initial="1", widget=UnfoldAdminTextInputWidget())


def _told(request: HttpRequest, done: list[Done]) -> None:
    """One message for what was done, one for each that could not be."""
    good = [one for one in done if one.done]
    if good:
        messages.success(request, f"{len(good)} of {len(done)} agents: {good[0].said}.")
    for one in done:
        if not one.done:
            messages.error(request, f"@{one.handle}: {one.said}")


@admin.register(Cohort)
class CohortAdmin(ReadingAdmin):
    """Who belongs together. Saving one is a command; acting on it is here too."""

    list_display: ClassVar[list[str]] = ["name", "brand", "query"]
    list_select_related: ClassVar[list[str]] = ["brand"]
    ordering: ClassVar[list[str]] = ["brand", "name"]
    fields: ClassVar[list[str]] = ["name", "brand", "query", "holds"]
    readonly_fields: ClassVar[list[str]] = ["holds"]
    actions_detail: ClassVar[list[str]] = ["pause", "resume", "budget", "tighten", "begin"]

    def has_run_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may act on cohorts."""
        return request.user.has_perm("agents.run_cohort")

    @display(description="holds now")
    def holds(self, cohort: Cohort) -> str:
        """Its members, asked for now."""
        return ", ".join(f"@{agent.handle}" for agent in selectors.members(cohort=cohort)) or "nobody"

    @action(
        description="Pause",
        permissions=["run"],
        icon="pause",
        dialog=desk.dialog("Pause every member", "Their work waits; nothing is lost.", "Pause them", WhyForm),
    )
    def pause(self, request: HttpRequest, form: WhyForm, object_id: str) -> HttpResponse:
        """Stop them all."""
        reason = form.cleaned_data["reason"]
        return self._act(request, object_id, lambda cohort: services.pause(cohort=cohort, reason=reason))

    @action(
        description="Resume",
        permissions=["run"],
        icon="play_arrow",
        dialog=desk.dialog("Resume every member", "What holds on brand or fleet goes on.", "Resume them", WhyForm),
    )
    def resume(self, request: HttpRequest, form: WhyForm, object_id: str) -> HttpResponse:
        """Let them all go on."""
        reason = form.cleaned_data["reason"]
        return self._act(request, object_id, lambda cohort: services.resume(cohort=cohort, reason=reason))

    @action(
        description="Budget",
        permissions=["run"],
        icon="payments",
        dialog=desk.dialog("A budget for each", "It counts from now on.", "Set it", BudgetForm),
    )
    def budget(self, request: HttpRequest, form: BudgetForm, object_id: str) -> HttpResponse:
        """The same limit for each."""
        usd_micros = money.usd(str(form.cleaned_data["dollars"]))
        return self._act(request, object_id, lambda cohort: services.budget(cohort=cohort, usd_micros=usd_micros))

    @action(
        description="Threshold",
        permissions=["run"],
        icon="compress",
        dialog=desk.dialog("A threshold for each", "Below it a human decides.", "Set it", ThresholdForm),
    )
    def tighten(self, request: HttpRequest, form: ThresholdForm, object_id: str) -> HttpResponse:
        """The same threshold for each."""
        said = form.cleaned_data
        bar = int(said["act_above"] * 10_000)

        def act(cohort: Cohort) -> list[Done]:
            return services.tighten(cohort=cohort, act_above_bp=bar, reason=said["reason"])

        return self._act(request, object_id, act)

    @action(
        description="Change souls",
        permissions=["run"],
        icon="science",
        dialog=desk.dialog(
            "Change every soul, a canary first",
            "Canaries have it at once; the rest when you say so.",
            "Begin",
            ChangeForm,
        ),
    )
    def begin(self, request: HttpRequest, form: ChangeForm, object_id: str) -> HttpResponse:
        """Begin a rollout."""
        said = form.cleaned_data
        named = said["canaries"].strip()
        cohort = Cohort.objects.get(pk=object_id)
        try:
            wanted = patching.patch(
                directives=said["directives"].splitlines(), forbidden_topics=said["forbidden"].splitlines()
            )
            rollout = rollouts.start(
                cohort=cohort,
                change=rollouts.soul_change(change=wanted),
                reason=said["reason"],
                canaries=int(named) if named.isascii() and named.isdigit() else named.split(","),
            )
        except ChimeraError as error:
            messages.error(request, str(error))
            return desk.go_to(request, reverse("admin:agents_cohort_change", args=[object_id]))
        messages.success(request, f"Rollout {rollout.pk} has begun with its canaries.")
        return desk.go_to(request, reverse("admin:agents_rollout_change", args=[rollout.pk]))

    def _act(self, request: HttpRequest, object_id: str, act: Callable[[Cohort], list[Done]]) -> HttpResponse:
        cohort = Cohort.objects.get(pk=object_id)
        try:
            with tenancy.brand(cohort.brand_id):
                done = act(cohort)
        except ChimeraError as error:
            messages.error(request, str(error))
        else:
            _told(request, done)
        return desk.go_to(request, reverse("admin:agents_cohort_change", args=[object_id]))


@admin.register(Rollout)
class RolloutAdmin(ReadingAdmin):
    """Changes on their way, with what the canaries have shown."""

    list_display: ClassVar[list[str]] = ["id", "cohort", "state", "change_words", "proposal", "decided_by"]
    list_filter: ClassVar[list[str]] = ["status"]
    list_select_related: ClassVar[list[str]] = ["cohort"]
    ordering: ClassVar[list[str]] = ["-id"]
    fields: ClassVar[list[str]] = [
        "cohort", "status", "change_words", "reason", "began_at", "compared", "proposal", "decided_by", "note", "who",
    ]  # fmt: skip
    readonly_fields: ClassVar[list[str]] = ["change_words", "compared", "who", "began_at"]
    actions_detail: ClassVar[list[str]] = ["go", "roll_back"]

    def has_run_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may decide rollouts."""
        return request.user.has_perm("agents.run_cohort")

    @display(
        description="state",
        label={"CANARY": "info", "READY": "warning", "ROLLED_OUT": "success", "ROLLED_BACK": "danger"},
    )
    def state(self, rollout: Rollout) -> str:
        """Where it is."""
        return rollout.status

    @display(description="change")
    def change_words(self, rollout: Rollout) -> str:
        """What is changed."""
        return rollouts.words(rollout.change)

    @display(description="canaries and rest")
    def compared(self, rollout: Rollout) -> str:
        """The figures, in words."""
        return "; ".join(
            f"{name}: {found['judged']} judged, {found['held']} held, {found['sent_back']} sent back, "
            f"{found['refused']} rejected by a human"
            for name, found in rollout.figures.items()
        )

    @display(description="agents")
    def who(self, rollout: Rollout) -> str:
        """What became of each."""
        return "; ".join(
            f"@{one.agent.handle}{' (canary)' if one.is_canary else ''}: "
            + (one.failure or ("put back" if one.undone_at else "changed" if one.applied_at else "waits"))
            for one in rollout.members.select_related("agent").order_by("agent__handle")
        )

    @action(
        description="Go on",
        permissions=["run"],
        icon="check",
        variant=ActionVariant.SUCCESS,
        dialog=desk.dialog("Change the rest", "Everybody else in the cohort is changed too.", "Go on", WhyForm),
    )
    def go(self, request: HttpRequest, form: WhyForm, object_id: str) -> HttpResponse:
        """A human's yes."""
        return self._decide(request, form, object_id, rollouts.go)

    @action(
        description="Take it back",
        permissions=["run"],
        icon="undo",
        variant=ActionVariant.DANGER,
        dialog=desk.dialog("Take it back", "The canaries are put back as they were.", "Take it back", WhyForm),
    )
    def roll_back(self, request: HttpRequest, form: WhyForm, object_id: str) -> HttpResponse:
        """A human's no."""
        return self._decide(request, form, object_id, rollouts.roll_back)

    def _decide(
        self, request: HttpRequest, form: WhyForm, object_id: str, act: Callable[..., list[Done]]
    ) -> HttpResponse:
        rollout = Rollout.objects.select_for_update().get(pk=object_id)
        try:
            _told(request, act(rollout=rollout, reason=form.cleaned_data["reason"]))
        except ChimeraError as error:
            messages.error(request, str(error))
        return desk.go_to(request, reverse("admin:agents_rollout_change", args=[object_id]))
