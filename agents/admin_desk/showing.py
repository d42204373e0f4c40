"""A card as HTML: the words and choices that the templates need, and nothing that was not read by `agents.cards`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from agents.cards import selectors as cards
from agents.judge.editing import EDITABLE
from chimera.core import clock, differences, money, tenancy
from governance.reviews import putting_off, two
from governance.reviews import selectors as reviews
from governance.reviews.locking import Stale
from governance.reviews.models import RejectReason, ReviewItem, ReviewKind
from governance.reviews.states import ReviewStatus
from governance.reviews.together import TOGETHER_MAX

CARD, NOTHING = "admin/desk/card.html", "admin/desk/nothing.html"
DECIDES = "governance.decide_reviewitem"
MEDIA_MAX = 20
HOLDS = (("1", "an hour"), ("4", "four hours"), ("", "until somebody lets it go"))


@dataclass(frozen=True, kw_only=True)
class Said:
    """What became of an answer that was refused: which form is open, why, and what the reviewer wrote."""

    open: str = ""
    refused: str = ""
    kept: Mapping[str, Any] = field(default_factory=dict)
    stale: Stale | None = None


def context(request: HttpRequest, *, item: ReviewItem | None, queue: str, said: Said | None = None) -> dict[str, Any]:
    """For the template that `card_template` names. `queue` is as the address has it."""
    if item is None:
        return {"card_template": NOTHING, "queue": queue}
    said, now = said or Said(), clock.now()
    card = cards.of(item=item, at=now)
    may_decide = request.user.has_perm(DECIDES)
    stale = said.stale
    return {
        "card_template": CARD,
        "queue": queue,
        "run_task": runs_task(item),
        "answers": answered(item),
        "may_see_talk": request.user.has_perm("publishing.view_mention"),
        "card": card,
        "now": now,
        "is_late": item.deadline <= now,
        "taken_by": taken_by(item, at=now),
        "is_held": bool(item.held_by) and (item.held_until is None or item.held_until > now),
        **{name: named(getattr(item, name)) for name in ("held_by", "assigned_to", "assigned_by")},
        "may_decide": may_decide,
        "may_undo": item.decided_by == tenancy.current_actor() and item.final_at is not None and item.final_at > now,
        **_two(item),
        "may_edit": item.kind in EDITABLE and bool(card.shown.text),
        "is_exhausted": item.kind == ReviewKind.EXHAUSTED,
        "may_see_agents": request.user.has_perm("agents.view_agent"),
        "reasons": RejectReason.choices,
        "checks_in": _span(settings.EFFECT_KEEP_CHECKING_S),
        "holds": HOLDS,
        "people": [name for name in putting_off.deciders(brand_id=item.brand_id) if name != request.user.get_username()]
        if may_decide
        else [],
        "undo_s": f"{settings.REVIEW_UNDO_S:g}" if settings.REVIEW_UNDO_S else "",
        **_money(card),
        **_group(item),
        "open": said.open,
        "refused": said.refused,
        "kept": said.kept,
        "alts": list(zip_longest([one.alt for one in card.shown.media], said.kept.get("alts", [])))[:MEDIA_MAX],
        "stale": changed(stale) if stale else None,
    }


def fragment(request: HttpRequest, *, item: ReviewItem | None, queue: str, said: Said | None = None) -> SafeString:
    """The card alone, for a page that is there already."""
    found = context(request, item=item, queue=queue, said=said)
    return render_to_string(found["card_template"], found, request=request)


def taken_by(item: ReviewItem, *, at: Any) -> str:
    """Who else has the card open; "" when nobody has."""
    lives = item.claimed_until is not None and item.claimed_until > at
    return named(item.claimed_by) if lives and item.claimed_by != tenancy.current_actor() else ""


def runs_task(item: ReviewItem) -> int | None:
    """The number of the task that the card is about, for the way to its run."""
    name, _, number = item.task.rpartition(":")
    return int(number) if name == "agents.task" and number.isdigit() else None


def answered(item: ReviewItem) -> int | None:
    """The number of the mention that the card's reply answers, or that it hides, for the way to its conversation."""
    asked = item.snapshot.get("answers") or item.snapshot.get("hides") or {}
    name, _, number = str(asked.get("mention", "")).rpartition(":")
    return int(number) if name == "publishing.mention" and number.isdigit() else None


def named(actor: str) -> str:
    """A person's name from the actor that stands in the record."""
    return actor.removeprefix("user:")


def _span(seconds: float) -> str:
    return f"{seconds / 60:g} minutes" if seconds >= 60 else f"{seconds:g} seconds"


def group_kind(group: str) -> str:
    """ "trend" or "campaign", of publishing.trend:7."""
    return group.rpartition(".")[2].partition(":")[0]


def group_address(group: str) -> str:
    """Where what waits of a trend or campaign is decided together."""
    return f"{reverse('admin:desk_group')}?{urlencode({'group': group})}"


def _group(item: ReviewItem) -> dict[str, Any]:
    """How many wait of the same trend or campaign, this one among them, counted up to a page of them. One query."""
    if not item.group or item.status != ReviewStatus.PENDING:
        return {}
    beside = len(reviews.of_group(group=item.group).order_by().values_list("pk", flat=True)[:TOGETHER_MAX])
    return {
        "beside": beside,
        "beside_max": TOGETHER_MAX,
        "group_kind": group_kind(item.group),
        "group_address": group_address(item.group),
    }


def _two(item: ReviewItem) -> dict[str, Any]:
    """Of a card that needs two people: whose yes is there, whether it is one's own, why one may not give the other."""
    if not item.needs_two or item.status != ReviewStatus.PENDING:
        return {}
    actor = tenancy.current_actor()
    return {
        "two": True,
        "first_by": named(item.first_by),
        "is_first": item.first_by == actor,
        "not_by_me": two.refusal(item=item, actor=actor),
        "first_words": item.first_edited["diff"] if item.first_edited else [],
    }


def _money(card: cards.Card) -> dict[str, Any]:
    cost = card.cost
    if cost is None:
        return {}
    return {
        "cost_so_far": money.show(cost.so_far),
        "cost_held": money.show(cost.held),
        "cost_to_come": "" if cost.to_come is None else money.show(cost.to_come),
        "cost_again": money.show(cost.again),
        "steps": [(kind, money.show(spent)) for kind, spent in cost.steps if spent],
    }


def changed(stale: Stale) -> dict[str, Any]:
    """Why a card is stale, and word by word what changed."""
    former, current = (str(one.get("text") or "") for one in (stale.former_payload, stale.current_payload))
    return {"why": str(stale), "words": differences.words(before=former, after=current) if former != current else []}
