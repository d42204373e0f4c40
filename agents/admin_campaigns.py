"""The desk's pages of campaigns: what they say, who posts for them, and buttons with a reason. Requirements: PLN-4."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from agents import campaigning
from agents.campaigns import services as campaigns
from agents.campaigns.models import Campaign
from agents.campaigns.services import Terms
from agents.campaigns.states import TRANSITIONS, CampaignStatus
from agents.personas.models import Agent
from chimera.core import clock, desk, money, tenancy
from chimera.core.errors import ChimeraError

DOLLARS = {"min_value": Decimal(0), "max_digits": 9, "decimal_places": 2, "widget": UnfoldAdminDecimalFieldWidget()}


class ReasonForm(BaseDialogForm):
    """Why; it is kept with the campaign."""

    reason = forms.CharField(label="Why", max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))


class CampaignForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a campaign says, in dollars; refuses what somebody else has changed since it was read."""

    about_text = forms.CharField(
        label="What it is about",
        required=False,
        help_text="a few words each, separated by commas",
        widget=UnfoldAdminTextInputWidget(),
    )
    day_dollars = forms.DecimalField(label="Dollars a day", **DOLLARS)
    total_dollars = forms.DecimalField(label="Dollars in all", **DOLLARS)
    agents = forms.ModelMultipleChoiceField(
        queryset=Agent.objects.none(), required=False, label="Who posts for it", help_text="agents of the same brand"
    )
    version_read = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    class Meta:
        model = Campaign
        fields = ("brand", "name", "brief", "starts_at", "ends_at", "posts_per_day", "sponsorship")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found, campaign = Agent.objects.order_by("brand_id", "handle"), self.instance
        if campaign.pk:
            found = found.filter(brand=campaign.brand_id)
            self.initial = {
                **self.initial,
                "about_text": ", ".join(campaign.about),
                "day_dollars": Decimal(campaign.day_usd_micros) / money.MICROS_PER_USD,
                "total_dollars": Decimal(campaign.total_usd_micros) / money.MICROS_PER_USD,
                "agents": list(campaign.casting.filter(active=True).values_list("agent", flat=True)),
                "version_read": campaign.version,
            }
        else:
            now = clock.now().replace(second=0, microsecond=0)
            self.initial = {**self.initial, "starts_at": now, "ends_at": now + timedelta(days=7)}
        self.fields["agents"].queryset = found  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The same checks as every door's."""
        said = super().clean() or {}
        if self.errors:
            return said
        try:
            campaigns.checked(terms_of(said))
        except ChimeraError as error:
            raise forms.ValidationError(str(error)) from error
        brand_id = self.instance.brand_id or said["brand"].pk
        foreign = [agent.handle for agent in said["agents"] if agent.brand_id != brand_id]
        if foreign:
            raise forms.ValidationError(f"@{foreign[0]} belongs to another brand; choose agents of this one.")
        if self.instance.pk:
            now = Campaign.objects.select_for_update().get(pk=self.instance.pk)
            if now.version != said.get("version_read") or not TRANSITIONS[now.status]:
                raise forms.ValidationError("The campaign has changed or ended since you read it; load it again.")
        return said


def terms_of(said: dict[str, Any]) -> Terms:
    """The values of a form as terms."""
    return Terms(
        name=said["name"],
        brief=said["brief"],
        starts_at=said["starts_at"],
        ends_at=said["ends_at"],
        day_usd_micros=money.usd(str(said["day_dollars"])),
        total_usd_micros=money.usd(str(said["total_dollars"])),
        about=tuple(said["about_text"].split(",")),
        posts_per_day=said["posts_per_day"],
        sponsorship=said["sponsorship"],
    )


@admin.register(Campaign)
class CampaignAdmin(ModelAdmin):
    """Every campaign; moved by buttons, each with a reason."""

    form = CampaignForm
    list_display: ClassVar[list[str]] = ["name", "state", "brand", "starts_at", "ends_at", "a_day", "in_all", "posting"]
    list_filter: ClassVar[list[str]] = ["status"]
    list_select_related: ClassVar[list[str]] = ["brand"]
    ordering: ClassVar[list[str]] = ["-id"]
    actions_detail: ClassVar[list[str]] = ["start", "pause", "end", "cancel"]
    readonly_fields: ClassVar[list[str]] = ["status", "version", "note"]

    def get_fields(self, request: HttpRequest, obj: Campaign | None = None) -> list[str]:
        """The brand is chosen once."""
        said = ["name", "brief", "about_text", "starts_at", "ends_at", "day_dollars", "total_dollars", "posts_per_day"]
        said += ["sponsorship", "agents"]
        return ["status", "version", "note", *said, "version_read"] if obj else ["brand", *said]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        """With the number of who posts, in the same query."""
        found: QuerySet[Campaign] = super().get_queryset(request)
        return found.annotate(cast_count=Count("casting", filter=Q(casting__active=True)))

    def has_run_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may run campaigns."""
        return request.user.has_perm("agents.run_campaign")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may run campaigns may write them."""
        return self.has_run_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        """What has ended is read only."""
        return self.has_run_permission(request) and (obj is None or bool(TRANSITIONS[obj.status]))

    def has_delete_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        """A campaign is ended, not deleted."""
        return False

    @display(
        description="state",
        label={"ACTIVE": "success", "PAUSED": "warning", "CANCELLED": "danger", "DRAFT": "info"},
    )
    def state(self, campaign: Campaign) -> str:
        """Where it is."""
        return campaign.status

    @display(description="a day")
    def a_day(self, campaign: Campaign) -> str:
        """In dollars."""
        return money.show(campaign.day_usd_micros)

    @display(description="in all")
    def in_all(self, campaign: Campaign) -> str:
        """In dollars."""
        return money.show(campaign.total_usd_micros)

    @display(description="agents")
    def posting(self, campaign: Campaign) -> int:
        """How many post for it."""
        return int(campaign.cast_count)  # type: ignore[attr-defined]

    def save_model(self, request: HttpRequest, obj: Campaign, form: Any, change: bool) -> None:
        """Through the services: a version that rises, a budget that is told, work that is planned anew."""
        said = form.cleaned_data
        if not change:
            with tenancy.brand(obj.brand_id):
                made = campaigns.create(brand_id=obj.brand_id, terms=terms_of(said), agents=said["agents"])
            obj.pk = made.pk
            obj.refresh_from_db()
            return
        kept = Campaign.objects.get(pk=obj.pk)
        edited = campaigning.edit(campaign=kept, terms=terms_of(said))
        cast = campaigning.cast(campaign=kept, agents=said["agents"])
        if edited.planned_anew or cast.cancelled:
            messages.info(
                request, f"Goals planned anew with this version: {edited.planned_anew}; cancelled: {cast.cancelled}."
            )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Everything is written by `save_model`."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The record says who did what."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The record says who did what."""

    @action(
        description="Start",
        permissions=["run"],
        icon="play_arrow",
        variant=ActionVariant.SUCCESS,
        dialog=desk.dialog(
            "Start or resume", "Goals are set for it with the next planning round.", "Start", ReasonForm
        ),
    )
    def start(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Begin, or go on after a pause."""
        return self._move(request, form, object_id, CampaignStatus.ACTIVE)

    @action(
        description="Pause",
        permissions=["run"],
        icon="pause",
        dialog=desk.dialog("Pause", "Its open work waits and goes on when it is started again.", "Pause", ReasonForm),
    )
    def pause(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Let its work wait."""
        return self._move(request, form, object_id, CampaignStatus.PAUSED)

    @action(
        description="End",
        permissions=["run"],
        icon="flag",
        dialog=desk.dialog("End", "What is open for it is cancelled; what is out stays out.", "End it", ReasonForm),
    )
    def end(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """It is done."""
        return self._move(request, form, object_id, CampaignStatus.ENDED)

    @action(
        description="Cancel",
        permissions=["run"],
        icon="close",
        variant=ActionVariant.DANGER,
        dialog=desk.dialog(
            "Cancel", "What is open for it is cancelled; what is out stays out.", "Cancel it", ReasonForm
        ),
    )
    def cancel(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """It should not have been."""
        return self._move(request, form, object_id, CampaignStatus.CANCELLED)

    def _move(self, request: HttpRequest, form: ReasonForm, object_id: str, to: CampaignStatus) -> HttpResponse:
        campaign = Campaign.objects.select_for_update().get(pk=object_id)
        try:
            moved = campaigning.move(campaign=campaign, to=to, reason=form.cleaned_data["reason"])
        except ChimeraError as error:
            messages.error(request, str(error))
        else:
            ended = f" Open goals that are cancelled: {moved.cancelled}." if moved.cancelled else ""
            messages.success(request, f"The campaign is {to.lower()}.{ended}")
        url = reverse("admin:agents_campaign_change", args=[object_id])
        return desk.go_to(request, url)
