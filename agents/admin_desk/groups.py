"""All that waits of one trend or campaign, side by side: what is shown, and what a reviewer hears after deciding.

Looking takes nothing, claiming is a POST (`group_hands`). A page asks as often for many cards as for one. REV-7, REV-9.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString

from agents.admin_desk import page, showing
from agents.campaigns.models import Campaign
from agents.cards import marking
from agents.cards import selectors as cards
from agents.cards.marking import Piece
from chimera.core import clock, tenancy
from governance.reviews import selectors as reviews
from governance.reviews.models import RejectReason, ReviewItem
from governance.reviews.together import TOGETHER_MAX, Became, Told
from publishing.trends.models import Trend

PAGE, CARDS = "admin/desk/group.html", "admin/desk/group_cards.html"
GROUP_CHARS_MAX = 80
LEAVE, APPROVE, REJECT = "leave", "approve", "reject"
COUNT_MAX = 1_000
_WORDS = {
    Became.APPROVED: "approved",
    Became.FIRST: "approved by you, one of two: another person must say yes too",
    Became.REJECTED: "rejected",
    Became.TAKEN_BACK: "taken back, and yours",
    Became.TAKEN: "not decided: somebody else has it",
    Became.STALE: "not decided: it has changed since you saw it",
    Became.LATE: "not decided: too late",
    Became.ANSWERED: "not decided: no question any more",
    Became.REFUSED: "refused",
}


@dataclass(frozen=True, kw_only=True)
class Wrote:
    """What a reviewer chose for a card and wrote about it."""

    choice: str = LEAVE
    code: str = ""
    reason: str = ""

    @property
    def label(self) -> str:
        """The reason for people; "" when none was chosen."""
        return str(RejectReason(self.code).label) if self.code in RejectReason.values else ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of what became of a decision. `words` show what changed, where a card was stale."""

    item_id: int
    is_done: bool
    what: str
    sentence: str
    by: str
    wrote: Wrote
    words: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The answer to a decision: a sentence, a row for each card, and what can be taken back. `wrote`: by card."""

    said: str = ""
    rows: tuple[Row, ...] = ()
    undo_ids: tuple[int, ...] = ()
    wrote: Mapping[int, Wrote] = field(default_factory=dict)
    shared: Wrote = field(default_factory=Wrote)


@dataclass(frozen=True, kw_only=True)
class One:
    """One card of the group on the page."""

    brief: cards.Brief
    wrote: Wrote
    taken_by: str
    held_by: str
    assigned_to: str
    is_late: bool

    @property
    def may_choose(self) -> bool:
        """Whether it can be chosen here and now."""
        return self.brief.may_decide and not self.taken_by and not self.is_late


def asked_group(request: HttpRequest) -> str:
    """Which group the request is about; "" for none."""
    said = str(request.POST.get("group") or request.GET.get("group") or "")[:GROUP_CHARS_MAX]
    return said if said.isprintable() else ""


def look(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """The page of a group. Nothing is claimed by looking."""
    return whole(request, site=site, heard=Heard()) if asked_group(request) else redirect("admin:desk")


def whole(request: HttpRequest, *, site: AdminSite, heard: Heard) -> HttpResponse:
    """The page, with what became of a decision, if one was made."""
    shown = {**site.each_context(request), "title": "A group", "beat_s": settings.REVIEW_HEARTBEAT_S}
    return TemplateResponse(request, PAGE, {**shown, **context(request, heard=heard)})


def fragment(request: HttpRequest, *, heard: Heard) -> SafeString:
    """The cards alone, for a page that is there already."""
    return render_to_string(CARDS, context(request, heard=heard), request=request)


def context(request: HttpRequest, *, heard: Heard) -> dict[str, Any]:
    """For the template: at most TOGETHER_MAX cards, in the order of the queue."""
    group, now = asked_group(request), clock.now()
    waiting = reviews.of_group(group=group)
    count = len(waiting.order_by().values_list("pk", flat=True)[: COUNT_MAX + 1])
    pages = max(1, -(-count // TOGETHER_MAX))
    number = min(pages, max(1, page.number(request.POST.get("page") or request.GET.get("page") or "1") or 1))
    items = list(waiting[(number - 1) * TOGETHER_MAX : number * TOGETHER_MAX])
    ones = [_one(item, heard=heard, at=now) for item in items]
    kind, title = _titled(group)
    here = showing.group_address(group)
    return {
        "group": group,
        "group_kind": kind,
        "group_title": title,
        "count": f"more than {COUNT_MAX}" if count > COUNT_MAX else count,
        "is_one": count == 1,
        "ones": ones,
        "page": number,
        "pages": pages,
        "earlier": f"{here}&page={number - 1}" if number > 1 else "",
        "later": f"{here}&page={number + 1}" if number < pages else "",
        "heard": heard,
        "now": now,
        "reasons": RejectReason.choices,
        "may_decide": request.user.has_perm(showing.DECIDES),
        "undo_s": settings.REVIEW_UNDO_S,
    }


def _one(item: ReviewItem, *, heard: Heard, at: datetime) -> One:
    is_held = bool(item.held_by) and (item.held_until is None or item.held_until > at)
    mine = item.assigned_to == tenancy.current_actor()
    return One(
        brief=cards.brief(item=item, at=at),
        wrote=heard.wrote.get(item.pk, Wrote()),
        taken_by=showing.taken_by(item, at=at),
        held_by=showing.named(item.held_by) if is_held else "",
        assigned_to="" if mine else showing.named(item.assigned_to),
        is_late=item.deadline <= at,
    )


def row(told: Told, *, wrote: Wrote) -> Row:
    """What is said of one card."""
    stale = showing.changed(told.stale) if told.stale else None
    return Row(
        item_id=told.item_id,
        is_done=told.is_done,
        what=_WORDS[told.became],
        sentence=told.sentence,
        by="" if told.is_done else showing.named(told.by),
        wrote=wrote,
        words=stale["words"] if stale else (),
    )


def _titled(group: str) -> tuple[str, list[Piece]]:
    """What the group is, and its name: a trend's is text from outside. One query."""
    kind, _, number = group.rpartition(":")
    pk = page.number(number)
    if pk is None:
        return "", []
    if kind == "publishing.trend":
        found = Trend.objects.filter(pk=pk).values_list("title", flat=True).first()
        return "trend", marking.outside(found or group)
    if kind == Campaign.SUBJECT:
        found = Campaign.objects.filter(pk=pk).values_list("name", flat=True).first()
        return "campaign", [Piece(text=found or group)]
    return "", []
