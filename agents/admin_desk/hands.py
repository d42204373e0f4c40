"""Doing: each hand is one call of a service; then the next card of the queue is claimed and shown."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from agents.admin_desk import page, showing
from agents.judge import editing
from chimera.core import clock, wake
from chimera.core.errors import ChimeraError, Denied
from governance.reviews import claims, putting_off
from governance.reviews import services as answers
from governance.reviews.locking import Stale
from governance.reviews.models import DoubtAnswer, RejectReason, ReviewItem, ReviewKind
from governance.reviews.states import ReviewStatus
from publishing.posts import answers as doubts

Form = QueryDict
KEPT = ("text", "code", "span", "reason", "answer", "evidence", "hours", "to")
HOURS_MAX = 24 * 30


class BadForm(Denied):
    """A form without what it must hold."""


@dataclass(frozen=True, kw_only=True)
class Hand:
    """One thing to do with a card. `does` returns what is said afterwards; `decides`: it can be taken back."""

    does: Callable[[ReviewItem, Form], str]
    decides: bool = False


def _seen(form: Form) -> dict[str, Any]:
    """The version and content that the reviewer had before them."""
    version = page.number(form.get("version", ""))
    if version is None or not form.get("hash"):
        raise BadForm("The page did not say which version you saw; load the card again.")
    return {"seen_version": version, "seen_hash": form["hash"]}


def _approve(item: ReviewItem, form: Form) -> str:
    answers.approve(item=item, **_seen(form))
    return "Answered" if item.kind == ReviewKind.SAMPLE else _yes(item, "Approved")


def _yes(item: ReviewItem, words: str) -> str:
    """A first yes of two says that it waits."""
    return words if item.status == ReviewStatus.APPROVED else f"{words}, one of two: another person must say yes too"


def _edit(item: ReviewItem, form: Form) -> str:
    alts = form.getlist("alt") or None
    editing.edit_and_approve(item=item, text=form.get("text", ""), alts=alts, **_seen(form))
    return _yes(item, "Approved as you changed it")


def _reject(item: ReviewItem, form: Form) -> str:
    code = form.get("code", "")
    if code not in RejectReason.values:
        raise answers.NoReason("Choose one of the reasons.")
    answers.reject(
        item=item,
        code=RejectReason(code),
        reason=form.get("reason", ""),
        span=form.get("span", ""),
        **_seen(form),
    )
    return "Answered" if item.kind == ReviewKind.SAMPLE else "Rejected"


def _resolve(item: ReviewItem, form: Form) -> str:
    answer = form.get("answer", "")
    if answer not in DoubtAnswer.values:
        raise answers.WrongAnswer("Choose one of the answers.")
    evidence, reason = form.get("evidence", ""), form.get("reason", "")
    doubts.resolve(item=item, answer=DoubtAnswer(answer), evidence=evidence, reason=reason)
    return "Answered"


def _skip(item: ReviewItem, form: Form) -> str:
    putting_off.skip(item=item)
    return "Skipped; others still see it"


def _hold(item: ReviewItem, form: Form) -> str:
    said = form.get("hours", "")
    hours = page.number(said)
    if said and (hours is None or not 0 < hours <= HOURS_MAX):
        raise BadForm("Choose for how long it is held.")
    until = clock.now() + timedelta(hours=hours) if hours else None
    putting_off.hold(item=item, reason=form.get("reason", ""), until=until)
    return "On hold"


def _release(item: ReviewItem, form: Form) -> str:
    putting_off.release(item=item)
    return "Back in the queue"


def _hand(item: ReviewItem, form: Form) -> str:
    to = form.get("to", "")
    if not to.strip():
        raise BadForm("Choose to whom.")
    putting_off.hand_to(item=item, username=to, reason=form.get("reason", ""))
    return f"Handed to {showing.named(to)}"


HANDS: dict[str, Hand] = {
    "approve": Hand(does=_approve, decides=True),
    "edit": Hand(does=_edit, decides=True),
    "reject": Hand(does=_reject, decides=True),
    "resolve": Hand(does=_resolve, decides=True),
    "skip": Hand(does=_skip),
    "hold": Hand(does=_hold),
    "release": Hand(does=_release),
    "hand": Hand(does=_hand),
}


def give(request: HttpRequest, item_id: int, hand: str, *, site: AdminSite) -> HttpResponse:
    """Do it, then show the next card, claimed; or say why not, with everything that the reviewer wrote."""
    said, queue = page.asked_queue(request)
    item, form = ReviewItem(pk=item_id), request.POST  # read by the service, under its lock
    if hand not in HANDS:
        return _refused(request, f"There is nothing named {hand!r} that can be done with a review.", 404)
    try:
        done = HANDS[hand].does(item, form)
    except ReviewItem.DoesNotExist:
        return _refused(request, f"There is no review {item_id}.", 404)
    except ChimeraError as refused:
        return _again(request, site=site, item_id=item_id, hand=hand, queue=said, form=form, refused=refused)
    if HANDS[hand].decides:
        wake.after_commit(queue="think")
    told = f"{done}: review {item.pk}, @{item.agent}."
    following = claims.claim_next(queue=queue, after=item.pk)
    if not _is_live(request):
        messages.success(request, told)
        return redirect(page.address(following, queue=said) if following else reverse("admin:desk"))
    known = following is not None and form.get("ahead") == f"{following.pk}:{following.state_version}"
    undo = {"url": reverse("admin:desk_undo", args=[item.pk]), "seconds": settings.REVIEW_UNDO_S}
    return JsonResponse(
        {
            "ok": True,
            "said": told,
            "undo": undo if HANDS[hand].decides and settings.REVIEW_UNDO_S else None,
            # The page has it already, and it is the same: nothing more to send.
            "html": "" if known else showing.fragment(request, item=following, queue=said),
        }
    )


def undo(request: HttpRequest, item_id: int) -> HttpResponse:
    """Take an answer back and show its card again."""
    item = ReviewItem.objects.filter(pk=item_id).first()
    if item is None:
        return _refused(request, f"There is no review {item_id}.", 404)
    try:
        answers.undo(item=item)
    except ChimeraError as refused:
        return _refused(request, str(refused), 409)
    told = f"Taken back: review {item.pk} waits again, and you have it."
    if not _is_live(request):
        messages.success(request, told)
        return redirect(page.address(item, queue=""))
    said, _ = page.asked_queue(request)
    return JsonResponse(
        {"ok": True, "said": told, "undo": None, "html": showing.fragment(request, item=item, queue=said)}
    )


def heartbeat(request: HttpRequest, item_id: int) -> HttpResponse:
    """Who has the card. Keeps one's own claim; with `claim` takes a card that nobody has."""
    if request.POST.get("claim"):
        with suppress(ChimeraError):  # what is said below tells who has it, or what became of it
            claims.claim(item_id=item_id)
    held = claims.heartbeat(item_id=item_id)
    sentence = ""
    if held.status != ReviewStatus.PENDING:
        item = ReviewItem.objects.filter(pk=item_id).first()
        by = f" by {showing.named(item.decided_by)}" if item is not None and item.decided_by else ""
        sentence = f"This review is {held.status.lower()}{by} by now. Press j for the next one."
    elif held.by and not held.is_mine:
        sentence = f"{showing.named(held.by)} has this card. You can read it, not decide it."
    return JsonResponse({"said": sentence, "may_decide": not sentence, "is_mine": held.is_mine, "status": held.status})


def leave(request: HttpRequest, item_id: int) -> HttpResponse:
    """Give one's own claim back: the page was left."""
    claims.unclaim(item_ids=[item_id])
    return HttpResponse(status=204)


def _is_live(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request"))


def _refused(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    if _is_live(request):
        return JsonResponse({"ok": False, "said": sentence}, status=status)
    messages.error(request, sentence)
    return redirect("admin:desk")


def _again(
    request: HttpRequest,
    *,
    site: AdminSite,
    item_id: int,
    hand: str,
    queue: str,
    form: Form,
    refused: ChimeraError,
) -> HttpResponse:
    """The answer was refused. What was written stays; a card that has changed is shown with what changed."""
    kept: dict[str, Any] = {name: form[name] for name in KEPT if name in form}
    kept["alts"] = form.getlist("alt")
    stale = refused if isinstance(refused, Stale) else None
    shown = stale.current if stale else ReviewItem.objects.filter(pk=item_id).first()
    if shown is None:
        return _refused(request, f"There is no review {item_id}.", 404)
    said = showing.Said(open=hand, refused="" if stale else str(refused), kept=kept, stale=stale)
    if not _is_live(request):
        messages.error(request, str(refused))
        return page.page_again(request, site=site, item=shown, queue=queue, said=said)
    html = showing.fragment(request, item=shown, queue=queue, said=said) if stale else ""
    return JsonResponse({"ok": False, "said": str(refused), "html": html}, status=409)
