"""Looking: the page with one card, the card alone, and the one that follows. Nothing here changes anything."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from agents.admin_desk import showing
from chimera.core import tenancy
from chimera.core.errors import ChimeraError
from governance.reviews import queues
from governance.reviews import selectors as reviews
from governance.reviews.filters import Filters
from governance.reviews.models import ReviewItem

QUEUE_CHARS_MAX = 500


def queue_of(said: str) -> Filters:
    """A queue as an address has it: a saved one's number, filters ("agent=bea&reason=rule"), "". Raises BadFilter."""
    if said.isdigit() and len(said) < 18:
        return queues.filters_of(queue_id=int(said))
    return Filters.of(dict(parse_qsl(said[:QUEUE_CHARS_MAX])))


def asked_queue(request: HttpRequest) -> tuple[str, Filters]:
    """The queue that the request is about; a filter that means nothing is said and left out."""
    said = str(request.POST.get("queue") or request.GET.get("queue") or "")
    try:
        return said, queue_of(said)
    except ChimeraError as refused:
        messages.error(request, str(refused))
        return "", Filters()


def number(said: Any) -> int | None:
    """A review's number in an address; None for anything else."""
    return int(said) if str(said).isdigit() and len(str(said)) < 18 else None


def first(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """The next card of the chosen queue, or that nothing waits."""
    said, queue = asked_queue(request)
    after = number(request.GET.get("after"))
    found = reviews.following(queue=queue, reviewer=tenancy.current_actor(), after=after)
    if found is not None:
        return redirect(address(found, queue=said))
    return _page(request, site=site, item=None, queue=said)


def address(item: ReviewItem, *, queue: str) -> str:
    """Where a card is looked at."""
    return reverse("admin:desk_card", args=[item.pk]) + (f"?{urlencode({'queue': queue})}" if queue else "")


def card(request: HttpRequest, item_id: int, *, site: AdminSite) -> HttpResponse:
    """One card: the whole page, or the card alone for a page that is there."""
    said, _ = asked_queue(request)
    item = ReviewItem.objects.filter(pk=item_id).first()
    if request.headers.get("HX-Request"):
        if item is None:
            return JsonResponse({"ok": False, "said": f"There is no review {item_id}."}, status=404)
        return HttpResponse(showing.fragment(request, item=item, queue=said))
    if item is None:
        messages.error(request, f"There is no review {item_id}; this is the next that waits.")
        return redirect("admin:desk")
    return _page(request, site=site, item=item, queue=said)


def following(request: HttpRequest) -> HttpResponse:
    """The card after another one, alone; 204 when there is none. Nobody's claim."""
    said, queue = asked_queue(request)
    after = number(request.GET.get("after"))
    found = reviews.following(queue=queue, reviewer=tenancy.current_actor(), after=after)
    if found is None or found.pk == after:
        return HttpResponse(status=204)
    return HttpResponse(showing.fragment(request, item=found, queue=said))


def page_again(
    request: HttpRequest, *, site: AdminSite, item: ReviewItem, queue: str, said: showing.Said
) -> HttpResponse:
    """The whole page with what a reviewer wrote, after an answer that was refused."""
    return _page(request, site=site, item=item, queue=queue, said=said)


def _page(
    request: HttpRequest, *, site: AdminSite, item: ReviewItem | None, queue: str, said: showing.Said | None = None
) -> HttpResponse:
    saved = reviews.saved_queues(reviewer=tenancy.current_actor())
    choices = [{"value": str(one.pk), "name": one.name} for one in saved]
    if queue and queue not in {one["value"] for one in choices}:
        choices.append({"value": queue, "name": queue.replace("&", ", ")})
    return TemplateResponse(
        request,
        "admin/desk/page.html",
        {
            **site.each_context(request),
            "title": "Review",
            "queues": choices,
            "beat_s": settings.REVIEW_HEARTBEAT_S,
            **showing.context(request, item=item, queue=queue, said=said),
        },
    )
