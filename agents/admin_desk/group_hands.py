"""Deciding together: one POST for all cards of a page, each answered by itself; claims and the way back.

Requirements: REV-5, REV-7.
"""

from collections import Counter
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect

from agents.admin_desk import groups, page, showing
from agents.admin_desk.groups import APPROVE, LEAVE, REJECT, Heard, Wrote
from chimera.core import tenancy, wake
from chimera.core.errors import ChimeraError
from governance.reviews import claims, together
from governance.reviews.models import ReviewItem
from governance.reviews.states import ReviewStatus
from governance.reviews.together import TOGETHER_MAX, Choice, Told

REASON_CHARS_MAX = 500
_ORDER = ("approved", "first", "rejected", "taken back", "not decided")
_SAID = {"first": "waiting for a second person"}


def decide(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """Approve and reject what was chosen; what is left stays as it is. What failed keeps what was written."""
    form = request.POST
    wrote, shared = _written(form), Wrote(code=form.get("code", ""), reason=_words(form.get("reason", "")))
    chosen = {pk: one for pk, one in wrote.items() if one.choice in (APPROVE, REJECT)}
    if not chosen:
        heard = Heard(said="Nothing was chosen, so nothing was decided.", wrote=wrote, shared=shared)
        return _answer(request, site=site, heard=heard, ok=False)
    try:
        told = together.decide(choices=[_choice(form, pk, one, shared) for pk, one in chosen.items()])
    except ChimeraError as refused:
        return _answer(request, site=site, heard=Heard(said=str(refused), wrote=wrote, shared=shared), ok=False)
    done = tuple(one.item_id for one in told if one.is_done)
    if done:
        wake.after_commit(queue="think")
    still = _still(told, wrote)
    heard = Heard(
        said=_said(told, left=len(wrote) - len(chosen)),
        rows=tuple(groups.row(one, wrote=wrote[one.item_id]) for one in told),
        undo_ids=done if settings.REVIEW_UNDO_S else (),
        wrote=still,
        shared=shared if any(one.choice == REJECT for one in still.values()) else Wrote(),
    )
    return _answer(request, site=site, heard=heard, ok=bool(done))


def undo(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """Take the answers of a group back; each card shows again what was chosen for it."""
    ids = _ids(request.POST.getlist("item"))
    mine = ReviewItem.objects.filter(pk__in=ids, decided_by=tenancy.current_actor())
    wrote = {
        pk: Wrote(choice=APPROVE if status == ReviewStatus.APPROVED else REJECT, code=code, reason=reason)
        for pk, status, code, reason in mine.values_list("pk", "status", "reason_code", "reason")
    }
    try:
        told = together.undo(item_ids=ids)
    except ChimeraError as refused:
        return _answer(request, site=site, heard=Heard(said=str(refused)), ok=False)
    back = {one.item_id for one in told if one.is_done}
    heard = Heard(
        said=f"{len(back)} of {len(told)} taken back." if told else "There was nothing to take back.",
        rows=tuple(groups.row(one, wrote=Wrote()) for one in told),
        wrote={pk: one for pk, one in wrote.items() if pk in back},
    )
    return _answer(request, site=site, heard=heard, ok=bool(back))


def claim(request: HttpRequest) -> HttpResponse:
    """Take what is free of the cards on the page, keep one's own, and say who has the rest."""
    try:
        held = claims.claim_free(item_ids=_ids(request.POST.getlist("item")))
    except ChimeraError as refused:
        return JsonResponse({"ok": False, "said": str(refused)}, status=409)
    return JsonResponse(
        {
            "ok": True,
            "cards": [
                {
                    "id": one.item_id,
                    "is_mine": one.is_mine,
                    "by": "" if one.is_mine else showing.named(one.by),
                    "status": one.status,
                }
                for one in held
            ],
        }
    )


def leave(request: HttpRequest) -> HttpResponse:
    """Give one's own claims back: the page was left."""
    claims.unclaim(item_ids=_ids(request.POST.getlist("item")))
    return HttpResponse(status=204)


def _ids(said: list[str]) -> list[int]:
    found = [page.number(one) for one in said[: TOGETHER_MAX + 1]]
    return [one for one in found if one is not None]


def _words(said: str) -> str:
    return said.replace("\r\n", "\n").replace("\0", "").strip()[:REASON_CHARS_MAX]


def _written(form: QueryDict) -> dict[int, Wrote]:
    """What was chosen and written for each card of the page."""
    return {
        pk: Wrote(
            choice=form.get(f"choice-{pk}", LEAVE),
            code=form.get(f"code-{pk}", ""),
            reason=_words(form.get(f"reason-{pk}", "")),
        )
        for pk in _ids(form.getlist("item"))
    }


def _choice(form: QueryDict, pk: int, one: Wrote, shared: Wrote) -> Choice:
    """A card without a reason of its own is rejected for the one that was given for all."""
    own = one if one.code else Wrote(code=shared.code, reason=one.reason or shared.reason)
    return Choice(
        item_id=pk,
        approves=one.choice == APPROVE,
        # A page that does not say what was seen decides nothing: zero is no version of any card.
        seen_version=page.number(form.get(f"version-{pk}", "")) or -1,
        seen_hash=form.get(f"hash-{pk}", "") or "not said",
        code=own.code,
        reason=own.reason,
    )


def _still(told: list[Told], wrote: dict[int, Wrote]) -> dict[int, Wrote]:
    """What stays on the page: for what was left and what failed; for a changed card under its new number."""
    still = {pk: one for pk, one in wrote.items() if pk not in {one.item_id for one in told if one.is_done}}
    return still | {one.stale.current.pk: wrote[one.item_id] for one in told if one.stale is not None}


def _said(told: list[Told], *, left: int) -> str:
    counted = Counter(str(one.became) if one.is_done else "not decided" for one in told)
    parts = [
        f"{count} {_SAID.get(what, what)}"
        for what, count in sorted(counted.items(), key=lambda one: _ORDER.index(one[0]))
    ]
    return ", ".join([*parts, *([f"{left} left as they were"] if left else [])]) + "."


def _answer(request: HttpRequest, *, site: AdminSite, heard: Heard, ok: bool) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        if not groups.asked_group(request):
            messages.error(request, "The page did not say which group it was about.")
            return redirect("admin:desk")
        return groups.whole(request, site=site, heard=heard)
    told: dict[str, Any] = {"ok": ok, "said": heard.said, "html": groups.fragment(request, heard=heard)}
    return JsonResponse(told, status=200 if ok else 409)
