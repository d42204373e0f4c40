"""The desk's pages of money: every gate with what is left behind it, and whether it is shut. GOV-3, GOV-4."""

from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Case, DateField, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.admin import ModelAdmin
from unfold.decorators import display

from chimera.core import clock, money
from chimera.core.desk import ReadingAdmin
from governance.budgets import selectors, services
from governance.budgets.models import TOTAL_DAY, Budget, BudgetLimit, Entry, FleetLimit, Window
from governance.controls.models import Control
from governance.controls.states import ControlStatus

OPEN = "open"


def _shut(kind: str | None, reason: str | None, until: datetime | None) -> str:
    """How a gate stands, in words: open, or what holds it shut and until when."""
    if kind is None:
        return OPEN
    ends = f"until {until:%d %b %H:%M} UTC" if until else "until somebody resumes it"
    return f"{kind} {ends}: {reason}"


class LimitAdmin(ModelAdmin):
    """Changes a limit through its service; a limit that is refused is a sentence on the page it was asked on."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A limit is lowered to zero, not removed."""
        return False

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """The form; a limit below what is in use changes nothing and says so."""
        try:
            with transaction.atomic():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except services.InUse as refusal:
            messages.error(request, str(refusal))
            return redirect(request.get_full_path())


@admin.register(BudgetLimit)
class BudgetLimitAdmin(LimitAdmin):
    """Every gate: what its scope may spend, what is set aside and spent of it, and whether it is shut."""

    list_display: ClassVar[list[str]] = ["scope", "window", "limit", "set_aside", "spent", "left", "gate"]
    list_filter: ClassVar[list[str]] = ["window"]
    search_fields: ClassVar[list[str]] = ["scope"]
    ordering: ClassVar[list[str]] = ["brand", "scope", "window"]
    fields: ClassVar[list[str]] = ["brand", "scope", "window", "limit_usd_micros"]
    list_before_template = "admin/governance/fleet_gate.html"
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[BudgetLimit]:
        """With the running window and the stop of each, in one query."""
        budgets = Budget.objects.filter(brand=OuterRef("brand"), scope=OuterRef("scope"), day=OuterRef("day"))
        stops = Control.objects.filter(scope=OuterRef("scope"), status=ControlStatus.IN_FORCE).order_by("since")
        today: date = clock.now().date()
        found: QuerySet[BudgetLimit] = super().get_queryset(request)
        return found.annotate(
            day=Case(When(window=Window.TOTAL, then=Value(TOTAL_DAY)), default=Value(today), output_field=DateField()),
        ).annotate(
            reserved=Coalesce(Subquery(budgets.values("reserved_usd_micros")), Value(0)),
            settled=Coalesce(Subquery(budgets.values("settled_usd_micros")), Value(0)),
            unused=F("limit_usd_micros") - F("reserved") - F("settled"),
            stop=Subquery(stops.values("kind")[:1]),
            stop_reason=Subquery(stops.values("reason")[:1]),
            stop_until=Subquery(stops.values("until")[:1]),
        )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, below the gate of the whole fleet."""
        standing = selectors.fleet(day=clock.now().date())
        stop = Control.objects.filter(scope="fleet", status=ControlStatus.IN_FORCE).order_by("since").first()
        fleet = {
            "limit": money.show(standing.limit),
            "reserved": money.show(standing.reserved),
            "settled": money.show(standing.settled),
            "left": money.show(standing.left),
            "gate": _shut(stop.kind, stop.reason, stop.until) if stop else OPEN,
        }
        answer: HttpResponse = super().changelist_view(request, {**(extra_context or {}), "fleet": fleet})
        return answer

    def get_readonly_fields(self, request: HttpRequest, obj: BudgetLimit | None = None) -> list[str]:
        """Only the amount can be changed."""
        return ["brand", "scope", "window"] if obj else []

    def save_model(self, request: HttpRequest, obj: BudgetLimit, form: Any, change: bool) -> None:
        """Through the service, which also opens a gate that was shut because the money was gone."""
        saved = services.set_limit(
            brand_id=obj.brand_id,
            scope=obj.scope,
            window=Window(obj.window),
            limit_usd_micros=obj.limit_usd_micros,
        )
        obj.pk = saved.pk

    @display(description="may spend", ordering="limit_usd_micros")
    def limit(self, limit: Any) -> str:
        """In dollars."""
        return money.show(limit.limit_usd_micros)

    @display(description="set aside", ordering="reserved")
    def set_aside(self, limit: Any) -> str:
        """In dollars."""
        return money.show(limit.reserved)

    @display(description="spent", ordering="settled")
    def spent(self, limit: Any) -> str:
        """In dollars."""
        return money.show(limit.settled)

    @display(description="left", ordering="unused")
    def left(self, limit: Any) -> str:
        """In dollars."""
        return money.show(limit.unused)

    @display(description="gate")
    def gate(self, limit: Any) -> str:
        """Open, or what holds it shut."""
        return _shut(limit.stop, limit.stop_reason, limit.stop_until)


@admin.register(FleetLimit)
class FleetLimitAdmin(LimitAdmin):
    """What all brands together may spend a day."""

    list_display: ClassVar[list[str]] = ["__str__", "dollars"]
    fields: ClassVar[list[str]] = ["limit_usd_micros"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one."""
        return False

    def save_model(self, request: HttpRequest, obj: FleetLimit, form: Any, change: bool) -> None:
        """Through the service."""
        services.set_fleet_limit(limit_usd_micros=obj.limit_usd_micros)

    @display(description="may spend a day")
    def dollars(self, limit: FleetLimit) -> str:
        """In dollars."""
        return money.show(limit.limit_usd_micros)


@admin.register(Budget)
class BudgetAdmin(ReadingAdmin):
    """Every scope's windows, past ones too."""

    list_display: ClassVar[list[str]] = ["scope", "window", "limit", "reserved", "settled"]
    ordering: ClassVar[list[str]] = ["-day", "scope"]

    @display(description="window", ordering="day")
    def window(self, budget: Budget) -> str:
        """A day, or in total."""
        return "in total" if budget.day == TOTAL_DAY else f"{budget.day}"

    def limit(self, budget: Budget) -> str:
        """In dollars."""
        return money.show(budget.limit_usd_micros)

    def reserved(self, budget: Budget) -> str:
        """In dollars."""
        return money.show(budget.reserved_usd_micros)

    def settled(self, budget: Budget) -> str:
        """In dollars."""
        return money.show(budget.settled_usd_micros)


@admin.register(Entry)
class EntryAdmin(ReadingAdmin):
    """The ledger: every settlement with both its sides and what it was for."""

    list_display: ClassVar[list[str]] = ["at", "debit", "credit", "dollars", "about", "hold_key"]
    list_filter: ClassVar[list[str]] = ["day"]
    ordering: ClassVar[list[str]] = ["-id"]

    @display(description="amount", ordering="amount_usd_micros")
    def dollars(self, entry: Entry) -> str:
        """In dollars."""
        return money.show(entry.amount_usd_micros)
