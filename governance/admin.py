"""The desk's pages of governance: the review queue first. Doors only: they call services."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from chimera.core import clock, desk, tenancy, wake
from chimera.core.desk import ReadingAdmin
from chimera.core.errors import ChimeraError
from governance import admin_budgets, admin_record  # noqa: F401 - register their pages
from governance.admin_grants import GrantKeyAdmin  # noqa: F401 - registers itself
from governance.admin_policies import BrandPolicyAdmin  # noqa: F401 - registers itself
from governance.admin_queue import QueueList
from governance.admin_sample import SampleAnswers
from governance.admin_servers import ServerAdmin
from governance.admin_thresholds import ThresholdAdmin
from governance.audit import selectors as record
from governance.models import AuditEvent, Effect, ReviewItem
from governance.reviews import selectors
from governance.reviews import services as reviews
from governance.reviews.filters import Filters
from governance.reviews.models import DoubtAnswer, RejectReason, ReviewKind
from governance.reviews.states import ReviewStatus

SHOWN = ("payload", "agent", "trend", "limits", "citations", "judged_offline", "effect")

__all__ = ["ReviewItemAdmin", "ServerAdmin", "ThresholdAdmin"]


class ApproveForm(BaseDialogForm):
    """Nothing to fill in: the yes is for exactly what is shown."""


class RejectForm(BaseDialogForm):
    """Why, in a code and in words; both go into the retry."""

    code = forms.ChoiceField(label="What is wrong", choices=RejectReason.choices, widget=UnfoldAdminSelectWidget)
    reason = forms.CharField(
        label="In your words", required=False, max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


class DoubtForm(BaseDialogForm):
    """What somebody found who looked on the platform."""

    answer = forms.ChoiceField(label="What you found", choices=DoubtAnswer.choices, widget=UnfoldAdminSelectWidget)
    evidence = forms.CharField(
        label="Where it is live: its address, or the platform's id",
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget(),
    )
    reason = forms.CharField(
        label="In your words", required=False, max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


def _card(item: ReviewItem) -> dict[str, Any]:
    """What the card shows, from the frozen snapshot."""
    snapshot = item.snapshot
    verdict = snapshot.get("verdict", {})
    composite = verdict.get("composite_bp")
    expires = snapshot.get("trend", {}).get("expires_at")
    return {
        **{key: snapshot.get(key, {}) for key in SHOWN},
        "agent": {"handle": item.agent, "name": "", **snapshot.get("agent", {})},
        "why": item.why,
        "expires": datetime.fromisoformat(expires) if expires else None,
        "verdict": verdict,
        "composite": f"{composite / 10_000:.4f}" if composite is not None else "none",
        "parts": [(name, f"{score / 10_000:.2f}") for name, score in verdict.get("parts", {}).items()],
        "routing": _routing(snapshot.get("routing", {})),
        "is_sample": item.kind == ReviewKind.SAMPLE,
        # The story of a sample is left out: whoever answers looks at the post, not at what became of it.
        "story": [] if item.kind == ReviewKind.SAMPLE else record.story(task_id=item.task),
    }


def _soon() -> str:
    """When an answer leaves the house."""
    window_s = settings.REVIEW_UNDO_S
    return f"in {window_s:g} s unless you take it back" if window_s > 0 else "now"


def _routing(frozen: dict[str, Any]) -> dict[str, Any]:
    """What the score was held against, as people read it; empty for a card from before that was kept."""
    if not frozen:
        return {}
    worker = frozen["worker_bp"]
    return {
        "act_above": f"{frozen['act_above_bp'] / 10_000:.4f}",
        "retry_below": f"{frozen['retry_below_bp'] / 10_000:.4f}",
        "worker": "said nothing" if worker is None else f"{worker / 10_000:.4f}",
        "offline_may_act": frozen["offline_may_act"],
    }


@admin.register(ReviewItem)
class ReviewItemAdmin(SampleAnswers, QueueList, ReadingAdmin):
    """The queue of what waits for a human."""

    fields: ClassVar[list[str]] = ["kind", "status", "until"]
    readonly_fields: ClassVar[list[str]] = ["until"]
    change_form_before_template = "admin/governance/card.html"
    actions_detail: ClassVar[list[str]] = ["approve", "reject", "resolve", "keep", "object_to", "take_back"]

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """A doubt and a sample have answers of their own: yes and no would say nothing of what is live."""
        item = ReviewItem.objects.only("kind", "status", "final_at").filter(pk=object_id).first()
        offered: tuple[str, ...] = ()
        if item is not None and item.status == ReviewStatus.PENDING:
            own = {ReviewKind.IN_DOUBT: ("resolve",), ReviewKind.SAMPLE: self.SAMPLE_ACTIONS}
            offered = own.get(ReviewKind(item.kind), ("approve", "reject"))
        elif item is not None and item.final_at is not None and item.final_at > clock.now():
            offered = ("take_back",)
        found: list[Any] = super().get_actions_detail(request, object_id)
        return [one for one in found if one.action_name.endswith(offered)]

    @display(description="deadline", ordering="deadline")
    def until(self, item: ReviewItem) -> str:
        """When it expires, UTC."""
        return f"{item.deadline:%d %b %H:%M}"

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """The card stands before the form; its template escapes everything that came from outside."""
        item = ReviewItem.objects.filter(pk=object_id).first() if object_id else None
        context = {**(extra_context or {}), "card": _card(item) if item else None}
        return super().changeform_view(request, object_id, form_url, context)

    @action(
        description="Approve",
        permissions=["decide"],
        icon="check",
        variant=ActionVariant.SUCCESS,
        dialog={
            "title": "Approve this post",
            "description": "It goes out exactly as it is shown. The approval is on the record.",
            "form_class": ApproveForm,
            "form_submit_text": "Approve",
        },
    )
    def approve(self, request: HttpRequest, form: ApproveForm, object_id: str) -> HttpResponse:
        """Say yes."""
        return self._decide(
            request, object_id, lambda item: reviews.approve(item=item), f"approved; it goes out {_soon()}."
        )

    @action(
        description="Reject",
        permissions=["decide"],
        icon="close",
        variant=ActionVariant.DANGER,
        dialog={
            "title": "Reject this post",
            "description": "A reason that can be mended sends it back once; the reason goes with it.",
            "form_class": RejectForm,
            "form_submit_text": "Reject",
        },
    )
    def reject(self, request: HttpRequest, form: RejectForm, object_id: str) -> HttpResponse:
        """Say no, and why."""
        code, reason = RejectReason(form.cleaned_data["code"]), form.cleaned_data["reason"]
        return self._decide(
            request, object_id, lambda item: reviews.reject(item=item, code=code, reason=reason), "rejected."
        )

    @action(
        description="Say what you found",
        permissions=["decide"],
        icon="search",
        dialog={
            "title": "Is this post live?",
            "description": "Look on the platform first. A retry sends it once more, so it must not be live.",
            "form_class": DoubtForm,
            "form_submit_text": "Answer",
        },
    )
    def resolve(self, request: HttpRequest, form: DoubtForm, object_id: str) -> HttpResponse:
        """Say what is live, and what is to be done."""
        said = form.cleaned_data
        return self._decide(
            request,
            object_id,
            lambda item: reviews.resolve(
                item=item, answer=DoubtAnswer(said["answer"]), evidence=said["evidence"], reason=said["reason"]
            ),
            "answered.",
        )

    @action(
        description="Take it back",
        permissions=["decide"],
        icon="undo",
        dialog={
            "title": "Take this answer back",
            "description": "The review waits again, and nothing goes out. The record keeps what was answered.",
            "form_class": ApproveForm,
            "form_submit_text": "Take it back",
        },
    )
    def take_back(self, request: HttpRequest, form: ApproveForm, object_id: str) -> HttpResponse:
        """Undo, while that is still possible."""
        return self._decide(request, object_id, lambda item: reviews.undo(item=item), "back in the queue.")

    def _decide(self, request: HttpRequest, object_id: str, answer: Any, done: str) -> HttpResponse:
        item = ReviewItem(pk=int(object_id))
        try:
            answer(item)
        except ChimeraError as error:
            messages.error(request, str(error))
        except ReviewItem.DoesNotExist:
            messages.error(request, f"There is no review {object_id}.")
        else:
            messages.success(request, f"Review {item.pk} is {done}")
            wake.after_commit(queue="think")
        following = selectors.following(queue=Filters(), reviewer=tenancy.current_actor(), after=None)
        if following is None:
            url = reverse("admin:governance_reviewitem_changelist") + "?status=PENDING"
        else:
            url = reverse("admin:governance_reviewitem_change", args=[following.pk])
        return desk.go_to(request, url)


@admin.register(Effect)
class EffectAdmin(ReadingAdmin):
    """Acts outside, and what is known of them."""

    list_display: ClassVar[list[str]] = ["about", "kind", "status", "sends", "platform_id", "sent_at"]
    list_filter: ClassVar[list[str]] = ["status"]


@admin.register(AuditEvent)
class AuditEventAdmin(ReadingAdmin):
    """The record."""

    list_display: ClassVar[list[str]] = ["at", "subject", "from_status", "to_status", "state_version", "actor"]
    search_fields: ClassVar[list[str]] = ["subject", "task_id", "actor"]
    ordering: ClassVar[list[str]] = ["-id"]
