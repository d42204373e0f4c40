"""Answering a blind sample: the post is out, so a yes or a no says how good the judge is and changes nothing. JDG-5."""

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from governance.reviews import services as reviews
from governance.reviews.models import RejectReason


class KeepForm(BaseDialogForm):
    """Nothing to fill in."""


class ObjectForm(BaseDialogForm):
    """What should have been different, in a code and in words."""

    code = forms.ChoiceField(label="What is wrong", choices=RejectReason.choices, widget=UnfoldAdminSelectWidget)
    reason = forms.CharField(
        label="In your words", required=False, max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


class SampleAnswers:
    """The two answers to a sample, for the page of the card."""

    SAMPLE_ACTIONS: ClassVar[tuple[str, ...]] = ("keep", "object_to")

    def _decide(self, request: HttpRequest, object_id: str, answer: Any, done: str) -> HttpResponse:
        raise NotImplementedError

    @action(
        description="I would have left it as it is",
        permissions=["decide"],
        icon="check",
        variant=ActionVariant.SUCCESS,
        dialog={
            "title": "You would have left it as it is",
            "description": "The post is out and stays out; this is about the judge.",
            "form_class": KeepForm,
            "form_submit_text": "Answer",
        },
    )
    def keep(self, request: HttpRequest, form: KeepForm, object_id: str) -> HttpResponse:
        """The judge was right."""
        return self._decide(request, object_id, lambda item: reviews.approve(item=item), "answered.")

    @action(
        description="I would have stopped or changed it",
        permissions=["decide"],
        icon="close",
        variant=ActionVariant.DANGER,
        dialog={
            "title": "You would have stopped or changed it",
            "description": "The post is out and stays out: whether to take it down is asked elsewhere.",
            "form_class": ObjectForm,
            "form_submit_text": "Answer",
        },
    )
    def object_to(self, request: HttpRequest, form: ObjectForm, object_id: str) -> HttpResponse:
        """The judge was wrong."""
        code, reason = RejectReason(form.cleaned_data["code"]), form.cleaned_data["reason"]
        return self._decide(
            request, object_id, lambda item: reviews.reject(item=item, code=code, reason=reason), "answered."
        )
