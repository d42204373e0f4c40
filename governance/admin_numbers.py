"""The desk's page of numbers: how reviewing goes, by person and by reason, for a chosen queue and time. OPS-8.

A reviewer sees their own; who has `governance.view_numbers` sees everybody's. Looks only.
"""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import path
from django.views.generic import TemplateView
from unfold.views import UnfoldModelAdminViewMixin
from unfold.widgets import UnfoldAdminSelectWidget

from chimera.core import clock, tenancy
from chimera.core.desk import ReadingAdmin
from governance.numbers import selectors
from governance.numbers.models import ReviewAnswer
from governance.reviews import selectors as reviews
from governance.reviews.filters import Filters
from governance.reviews.models import SavedQueue

SEES_ALL = "governance.view_numbers"
DAYS = {"1": "a day", "7": "a week", "30": "30 days", "90": "90 days", "365": "a year"}


class WhichForm(forms.Form):
    """What the page looks at."""

    days = forms.ChoiceField(
        label="The last", choices=list(DAYS.items()), required=False, widget=UnfoldAdminSelectWidget
    )
    queue = forms.ChoiceField(label="Queue", required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, queues: list[SavedQueue], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["queue"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Everything"), *((str(one.pk), one.name) for one in queues)]


class NumbersView(UnfoldModelAdminViewMixin, TemplateView):
    """A constant number of queries, whatever is chosen."""

    title = "Numbers"
    permission_required = ("governance.view_reviewitem",)
    template_name = "admin/governance/numbers.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The figures, ready to be shown."""
        queues = reviews.saved_queues(reviewer=tenancy.current_actor())
        form = WhichForm({"days": "30", **self.request.GET.dict()}, queues=queues)
        chosen = form.cleaned_data if form.is_valid() else {"days": "30", "queue": ""}
        queue = next((one for one in queues if str(one.pk) == chosen["queue"]), None)
        may_see_all = self.request.user.has_perm(SEES_ALL)
        now = clock.now()
        found = selectors.numbers(
            since=now - timedelta(days=int(chosen["days"] or 30)),
            until=now,
            queue=Filters.of(queue.filters) if queue else None,
            reviewer=selectors.mine_or_all(may_see_all=may_see_all),
        )
        return super().get_context_data(
            form=form, found=found, may_see_all=may_see_all, ignored=_ignored(queue), **kwargs
        )


def _ignored(queue: SavedQueue | None) -> bool:
    """Whether a queue asks for something that is not kept with an answer: in whose hands a card was."""
    return queue is not None and bool({"assigned", "held"} & queue.filters.keys())


@admin.register(ReviewAnswer)
class ReviewAnswerAdmin(ReadingAdmin):
    """Answers one by one: what the numbers are made of."""

    list_display: ClassVar[list[str]] = ["at", "reviewer", "answer", "kind", "agent", "seconds", "undone_at"]
    list_filter: ClassVar[list[str]] = ["answer", "kind"]
    ordering: ClassVar[list[str]] = ["-id"]

    @admin.display(description="seconds")
    def seconds(self, answer: ReviewAnswer) -> str:
        """From opening the card to the answer."""
        return "" if answer.took_ms is None else f"{answer.took_ms / 1000:.1f}"

    def get_queryset(self, request: HttpRequest) -> Any:
        """One's own, or everybody's."""
        found = super().get_queryset(request)
        reviewer = selectors.mine_or_all(may_see_all=request.user.has_perm(SEES_ALL))
        return found if reviewer is None else found.filter(reviewer=reviewer)

    def get_urls(self) -> list[Any]:
        """With the page of numbers."""
        view = self.admin_site.admin_view(NumbersView.as_view(model_admin=self))
        return [path("numbers/", view, name="governance_numbers"), *super().get_urls()]
