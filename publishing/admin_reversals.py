"""The desk's button that takes a post back, and what became of it. A door only: it calls `publishing.reversals`."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from chimera.core import desk, tenancy
from chimera.core.errors import ChimeraError
from publishing.posts.models import Post
from publishing.posts.states import PostStatus
from publishing.reversals import selectors as reversals
from publishing.reversals import services
from publishing.reversals.services import REASON_MAX

MAY_BE_TAKEN_BACK = (PostStatus.SCHEDULED, PostStatus.HELD, PostStatus.PUBLISHED)


class WhyForm(BaseDialogForm):
    """Why."""

    reason = forms.CharField(
        label="Why; kept with the reversal and on the post",
        max_length=REASON_MAX,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class TakesBack:
    """For the admin of posts."""

    def has_take_back_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may, and of which posts: what is over is not taken back again."""
        if not request.user.has_perm("publishing.ask_reversal"):
            return False
        return object_id is None or Post.objects.filter(pk=object_id, status__in=MAY_BE_TAKEN_BACK).exists()

    @display(description="taken back")
    def taken_back(self, post: Post) -> str:
        """How its reversal stands."""
        found = reversals.of_post(post_id=post.pk)
        if found is None:
            return "nobody asked for it"
        return f"{services.said(reversal=found)} Asked by {found.asked_by}: {found.reason}"

    @action(
        description="Take it back…",
        permissions=["take_back"],
        icon="undo",
        variant=ActionVariant.DANGER,
        dialog=desk.dialog(
            "Take this post back",
            "It is deleted on its platform by a publish worker; where software cannot, a card asks for it. "
            "What is not out yet is cancelled. This cannot be undone.",
            "Take it back",
            WhyForm,
        ),
    )
    def take_back(self, request: HttpRequest, form: WhyForm, object_id: str) -> HttpResponse:
        """Ask for it, as whoever is signed in."""
        post = Post.objects.get(pk=object_id)
        try:
            with tenancy.brand(post.brand_id):
                asked = services.ask(post_id=post.pk, reason=form.cleaned_data["reason"])
        except ChimeraError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, asked.sentence)
        return desk.go_to(request, reverse("admin:publishing_post_change", args=[object_id]))
