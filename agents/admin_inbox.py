"""The desk's pages of the inbox: who said what, what became of it, whom nobody answers, what is hidden. ENG-1, REV-1.

What people said is shown as text, never as anything else. Blocking, muting and lifting are POSTs through the inbox's
services; the database writes who did it.
"""

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST
from unfold.decorators import display

from agents import conversations, moderating
from chimera.core import clock, tenancy
from chimera.core.desk import ReadingAdmin
from chimera.core.errors import ChimeraError, Denied
from publishing.inbox import services
from publishing.inbox.models import Mention, Reason
from publishing.moderation import services as moderation
from publishing.moderation.models import Hiding
from publishing.moderation.states import HidingStatus

BARS, HIDES = "publishing.add_bar", "publishing.add_hiding"
WHY_MAX = 300
# What may be done, and for how many hours; 0: for good.
MUTES = ((1, "an hour"), (24, "a day"), (168, "a week"), (0, "for good"))


def _hours(said: str) -> int:
    if said not in {str(hours) for hours, _ in MUTES}:
        raise Denied("Say for how long: choose one of the times that are offered.")
    return int(said)


def bar(request: HttpRequest, mention_id: int) -> HttpResponse:
    """Block or mute the person or the conversation of a mention, or answer them again."""
    if not request.user.has_perm(BARS):
        raise PermissionDenied
    mention = Mention.objects.select_related("account").filter(pk=mention_id).first()
    if mention is None:
        raise Http404(f"There is no mention {mention_id}.")
    whom, does = request.POST.get("whom", ""), request.POST.get("does", "")
    try:
        if whom not in ("person", "conversation") or does not in ("bar", "lift"):
            raise Denied("Nothing was done: the form is not one of this page; load it again.")
        with tenancy.brand(mention.brand_id):
            messages.success(request, _done(request, mention, is_person=whom == "person", lifts=does == "lift"))
    except ChimeraError as error:
        messages.error(request, str(error))
    return redirect("admin:publishing_mention_change", mention_id)


def hide(request: HttpRequest, mention_id: int) -> HttpResponse:
    """Have a comment hidden on its platform, or leave it visible."""
    if not request.user.has_perm(HIDES):
        raise PermissionDenied
    mention = Mention.objects.select_related("account").filter(pk=mention_id).first()
    if mention is None:
        raise Http404(f"There is no mention {mention_id}.")
    try:
        with tenancy.brand(mention.brand_id):
            if request.POST.get("does") == "keep":
                moderation.dismiss(mention=mention)
                messages.success(request, "It stays visible.")
            elif request.POST.get("does") == "hide":
                why = " ".join(request.POST.get("why", "").split())[:WHY_MAX]
                if not why:
                    raise Denied("Say why; it is kept for whoever looks later.")
                messages.success(request, _ordered(moderating.order(mention=mention, why=why)))
            else:
                raise Denied("Nothing was done: the form is not one of this page; load it again.")
    except ChimeraError as error:
        messages.error(request, str(error))
    page = request.POST.get("page", "")
    return redirect("admin:publishing_mention_change", int(page) if page.isdecimal() else mention_id)


def _ordered(row: Hiding) -> str:
    if row.status == HidingStatus.DONE:
        return "It is hidden there already."
    if row.status == HidingStatus.ORDERED:
        return f"It is hidden in {settings.REVIEW_UNDO_S} s; until then you can leave it visible."
    return "One of two: another person must say yes too, by the same button or with the card in the queue."


def _done(request: HttpRequest, mention: Mention, *, is_person: bool, lifts: bool) -> str:
    name = "This person" if is_person else "This conversation"
    if lifts:
        count = services.lift_said(mention=mention, person=is_person)
        return f"{name} is answered again." if count else f"{name} was neither blocked nor muted."
    why = " ".join(request.POST.get("why", "").split())[:WHY_MAX]
    if not why:
        raise Denied("Say why; it is kept for whoever looks later.")
    hours = _hours(request.POST.get("hours", ""))
    until = clock.now() + timedelta(hours=hours) if hours else None
    services.bar_said(mention=mention, person=is_person, until=until, why=why)
    return f"{name} is not answered {f'until {until:%Y-%m-%d %H:%M} UTC' if until else 'any more'}."


@admin.register(Mention)
class MentionAdmin(ReadingAdmin):
    """What people said to our accounts."""

    list_display: ClassVar[list[str]] = ["words", "state", "why", "to", "said_at"]
    list_filter: ClassVar[list[str]] = ["status", "reason", "account__platform", "asks_nature", "brand"]
    list_select_related: ClassVar[list[str]] = ["account"]
    search_fields: ClassVar[list[str]] = ["account__handle__iexact", "conversation__exact"]
    search_help_text = "A handle of ours, or the platform's id of a conversation"
    ordering: ClassVar[list[str]] = ["-id"]

    @display(description="what was said (somebody else's words)")
    def words(self, mention: Mention) -> str:
        """Its first words, as text."""
        return " ".join(mention.text.split())[:80] or "(nothing is kept of it)"

    @display(
        description="state",
        label={"ANSWERED": "success", "UNANSWERED": "warning", "TAKEN": "info", "NEW": "info"},
    )
    def state(self, mention: Mention) -> str:
        """Where it is."""
        return mention.status

    @display(description="why it is left alone")
    def why(self, mention: Mention) -> str:
        """In words."""
        return str(Reason(mention.reason).label) if mention.reason else ""

    @display(description="said to")
    def to(self, mention: Mention) -> str:
        """Which account of ours."""
        return f"@{mention.account.handle} on {mention.account.platform}"

    def get_urls(self) -> list[Any]:
        """With what is done from a conversation's page."""
        act = self.admin_site.admin_view(require_POST(bar))
        hides = self.admin_site.admin_view(require_POST(hide))
        return [
            path("<int:mention_id>/bar/", act, name="publishing_mention_bar"),
            path("<int:mention_id>/hide/", hides, name="publishing_mention_hide"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The whole conversation instead of a form: nobody edits what was said."""
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request):
            raise PermissionDenied
        number = int(object_id) if object_id.isdigit() and len(object_id) <= 18 else 0
        mention = Mention.objects.select_related("account", "brand").filter(pk=number).first()
        if mention is None:
            raise Http404(f"There is no mention {object_id[:20]}.")
        talk = conversations.of(mention=mention)
        context = {
            "title": f"A conversation with @{mention.account.handle}",
            "talk": talk,
            "person_barred": "person" in talk.barred,
            "conversation_barred": "conversation" in talk.barred,
            "may_bar": request.user.has_perm(BARS),
            "may_hide": request.user.has_perm(HIDES),
            "mutes": MUTES,
            "why_max": WHY_MAX,
            "others": reverse("admin:publishing_mention_changelist") + f"?q={mention.account.handle}",
        }
        return TemplateResponse(
            request, "admin/agents/conversation.html", {**self.admin_site.each_context(request), **context}
        )
