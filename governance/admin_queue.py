"""The list of reviews at the desk: filters, queues that somebody saved, who has what, many claims ended at once.

Doors only. What is looked at stands in the address; saving, dropping and unclaiming are POST.
Requirements: REV-3, REV-6.
"""

from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.fields.json import KT
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from unfold.decorators import action, display

from chimera.core import tenancy
from chimera.core.brands.models import Brand
from chimera.core.errors import ChimeraError
from governance.admin_filters import AgeFilter, HandsFilter, PlatformFilter, ReasonFilter, StateFilter, UpTo
from governance.reviews import claims, queues, selectors
from governance.reviews.filters import Filters, Now
from governance.reviews.models import ReviewItem
from governance.reviews.states import ReviewStatus

LIST = "admin:governance_reviewitem_changelist"
BRANDS_MAX = 200
# The names of filters in the address, where the page's own name for it is another.
IN_ADDRESS = {"reason": "kind"}


def address(filters: Filters) -> str:
    """The list with these filters."""
    said = filters.as_json()
    hands = [name for name in ("assigned", "held") if said.pop(name, False)]
    named = {IN_ADDRESS.get(name, name): value for name, value in said.items()}
    return "?" + urlencode({"status": "PENDING", **named, **({"hands": hands[0]} if hands else {})})


def filters_in(request: HttpRequest) -> Filters:
    """What the address asks for, as a queue. Raises BadFilter."""
    said = request.GET if request.method == "GET" else request.POST
    found: dict[str, Any] = {
        name: said.get(IN_ADDRESS.get(name, name), "")
        for name in ("brand", "agent", "reason", "platform", "group", "age_s")
    }
    return Filters.of({**found, **({said["hands"]: True} if said.get("hands") in ("assigned", "held") else {})})


class QueueList:
    """What the list of reviews shows and does."""

    list_display: ClassVar[list[str]] = ["card_line", "state", "kind", "handle", "hands", "until"]
    list_filter: ClassVar[list[Any]] = [StateFilter, ReasonFilter, PlatformFilter, AgeFilter, HandsFilter]
    list_before_template = "admin/governance/queues.html"
    paginator = UpTo
    list_per_page = 25  # a row costs two milliseconds to draw
    actions: ClassVar[list[str]] = ["unclaim"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReviewItem]:
        """Without the snapshots, which are long: of them only the words that would go out."""
        found: QuerySet[ReviewItem] = super().get_queryset(request)  # type: ignore[misc]
        if brands := tenancy.current_brands():  # the policies hide the others; this lets an index do it
            found = found.filter(brand_id__in=brands)
        return found.defer("snapshot", "edited", "first_edited").annotate(
            words=KT("snapshot__payload__text"), as_of=Now()
        )

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """What waits by urgency, which an index gives; everything else the newest first."""
        waits = request.GET.get("status") == ReviewStatus.PENDING
        return list(selectors.ORDER) if waits else ["-id"]

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may answer."""
        return request.user.has_perm("governance.decide_reviewitem")

    def has_let_go_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may end claims: their own, or everybody's."""
        return self.has_decide_permission(request) or request.user.has_perm("governance.unclaim_reviewitem")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Letting go of claims, for who may."""
        return {"unclaim": self.get_action("unclaim")} if self.has_let_go_permission(request) else {}  # type: ignore[attr-defined]

    @display(description="what")
    def card_line(self, item: ReviewItem) -> str:
        """The first words of what would go out."""
        return " ".join(str(getattr(item, "words", "") or item.why).split())[:90]

    @display(
        description="state",
        label={"PENDING": "warning", "APPROVED": "success", "REJECTED": "danger", "EXPIRED": "info"},
    )
    def state(self, item: ReviewItem) -> str:
        """Where the card is."""
        return item.status

    @display(description="agent")
    def handle(self, item: ReviewItem) -> str:
        """Whose post it is."""
        return f"@{item.agent}" if item.agent else ""

    @display(description="hands")
    def hands(self, item: ReviewItem) -> str:
        """Who has it, or why nobody should."""
        as_of: datetime = item.as_of  # type: ignore[attr-defined]
        said = []
        if item.first_by and item.status == ReviewStatus.PENDING:
            said.append(f"one of two, by {_name(item.first_by)}")
        elif item.needs_two and item.status == ReviewStatus.PENDING:
            said.append("needs two people")
        if item.claimed_until is not None and item.claimed_until > as_of:
            said.append(f"open at {_name(item.claimed_by)}'s")
        if item.held_by and (item.held_until is None or item.held_until > as_of):
            until = f" until {item.held_until:%d %b %H:%M}" if item.held_until else ""
            said.append(f"held by {_name(item.held_by)}{until}: {item.hold_reason[:60]}")
        if item.assigned_to:
            said.append(f"for {_name(item.assigned_to)}")
        return "; ".join(said)

    @display(description="deadline", ordering="deadline")
    def until(self, item: ReviewItem) -> str:
        """When it expires, UTC."""
        return f"{item.deadline:%d %b %H:%M}"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With the reviewer's queues and the filters as they stand."""
        given = {name: value.strip().removeprefix("@") for name, value in request.GET.dict().items()}
        if request.method == "GET" and any(not given[name] or given[name] != request.GET[name] for name in given):
            # A form sends what was left empty too, and an empty brand is no brand.
            return redirect(f"{reverse(LIST)}?{urlencode({name: value for name, value in given.items() if value})}")
        try:
            now = filters_in(request) if request.method == "GET" else Filters()
        except ChimeraError as error:
            messages.error(request, str(error))
            return redirect(reverse(LIST) + "?status=PENDING")
        mine = tenancy.current_actor()
        context = {
            "queues": [
                {"queue": one, "address": address(Filters.of(one.filters)), "is_mine": one.owner == mine}
                for one in selectors.saved_queues(reviewer=mine)
            ],
            "filters": now,
            "filters_json": {IN_ADDRESS.get(name, name): value for name, value in now.as_json().items()},
            "hands": request.GET.get("hands", ""),
            "brands": list(Brand.objects.order_by("slug").values_list("id", "slug")[:BRANDS_MAX]),
            "kept": {
                name: request.GET[name]
                for name in ("status", "kind", "platform", "age_s", "hands")
                if name in request.GET
            },
        }
        return super().changelist_view(request, {**(extra_context or {}), **context})  # type: ignore[misc]

    @action(description="Let go of whoever has them open", permissions=["let_go"])
    def unclaim(self, request: HttpRequest, chosen: QuerySet[ReviewItem]) -> HttpResponse:
        """End the claims on the chosen cards: one's own, or everybody's with the permission for that."""
        anybodys = request.user.has_perm("governance.unclaim_reviewitem")
        ids = list(chosen.order_by().values_list("pk", flat=True)[: claims.UNCLAIM_MAX + 1])
        try:
            gone = claims.unclaim(item_ids=ids, anybodys=anybodys)
        except ChimeraError as error:
            messages.error(request, str(error))
        else:
            whose = "" if anybodys else " of yours"
            rest = f"; {len(ids) - len(gone)} were not open{whose}" if len(gone) < len(ids) else ""
            messages.success(request, f"{len(gone)} of {len(ids)} reviews were let go{rest}.")
        return redirect(request.get_full_path())

    def get_urls(self) -> list[Any]:
        """With saving and dropping of queues."""
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        own = [
            path("queues/save/", wrap(self.save_queue), name="governance_reviewitem_save_queue"),
            path("queues/<int:queue_id>/drop/", wrap(self.drop_queue), name="governance_reviewitem_drop_queue"),
        ]
        return own + super().get_urls()  # type: ignore[misc, no-any-return]

    def save_queue(self, request: HttpRequest) -> HttpResponse:
        """Save the filters of the list under a name."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_decide_permission(request):
            raise PermissionDenied
        try:
            filters = filters_in(request)
            saved = queues.save(
                name=request.POST.get("name", ""), filters=filters, is_shared=bool(request.POST.get("is_shared"))
            )
        except ChimeraError as error:
            messages.error(request, str(error))
            return redirect(reverse(LIST) + "?status=PENDING")
        messages.success(request, f"The queue “{saved.name}” is saved{' for everybody' if saved.is_shared else ''}.")
        return redirect(reverse(LIST) + address(filters))

    save_queue.allowed_permissions = ["decide"]  # type: ignore[attr-defined]  # as for actions: says who may

    def drop_queue(self, request: HttpRequest, queue_id: int) -> HttpResponse:
        """Forget one of one's own queues."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_decide_permission(request):
            raise PermissionDenied
        if queues.drop(queue_id=queue_id):
            messages.success(request, "The queue is dropped; the reviews in it are where they were.")
        else:
            messages.error(request, "You have no such queue; somebody else's is theirs to drop.")
        return redirect(reverse(LIST) + "?status=PENDING")

    drop_queue.allowed_permissions = ["decide"]  # type: ignore[attr-defined]


def _name(actor: str) -> str:
    return actor.removeprefix("user:")
