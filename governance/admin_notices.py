"""The desk's pages of notices, subscriptions and letters, and the bell. Doors only. OPS-8."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display as plain_display
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from chimera.core import desk, tenancy
from chimera.core.brands.models import Brand
from chimera.core.desk import ReadingAdmin
from chimera.core.errors import ChimeraError
from governance.notices import selectors, sending, services
from governance.notices.models import Channel, Letter, Notice, NoticeKind, Subscription
from governance.notices.states import LetterStatus

BRANDS_MAX = 200
COLUMNS = ("name", "channel", "address", "kinds", "brands", "time_zone", "quiet_from", "quiet_to", "digest_hour")


class NothingForm(BaseDialogForm):
    """Asks whether one is sure."""


@admin.register(Notice)
class NoticeAdmin(ReadingAdmin):
    """What people were told, the newest first."""

    list_display: ClassVar[list[str]] = ["told", "about", "scope", "sentence", "where"]
    list_filter: ClassVar[list[str]] = ["kind"]
    ordering: ClassVar[list[str]] = ["-id"]
    list_before_template = "admin/governance/notices.html"

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["notices/notices.css"]}

    @display(description="UTC")
    def told(self, notice: Notice) -> str:
        """When."""
        return f"{notice.made_at:%d %b %H:%M}"

    @display(description="about")
    def about(self, notice: Notice) -> str:
        """Its kind in words."""
        return notice.get_kind_display()

    @plain_display(description="where")
    def where(self, notice: Notice) -> str:
        """The way there; a path at the desk, which the database sees to."""
        if not notice.link:
            return ""
        link = '<a class="text-primary-600 dark:text-primary-400 underline" href="{}">open</a>'
        return format_html(link, notice.link)

    def get_urls(self) -> list[Any]:
        """With the bell."""
        wrap = self.admin_site.admin_view
        own = [
            path("unread/", wrap(self.unread), name="governance_notice_unread"),
            path("seen/", wrap(self.seen), name="governance_notice_seen"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With how many are new."""
        unread = selectors.unread(reader=tenancy.current_actor()) if self.has_view_permission(request) else 0
        context = {"unread": unread, "unread_max": selectors.UNREAD_MAX, "mail": sending.where_mail_goes()}
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def unread(self, request: HttpRequest) -> HttpResponse:
        """How many are new, for the bell: asked for by the page itself, now and then."""
        if not self.has_view_permission(request):
            return HttpResponse(status=204)
        count = selectors.unread(reader=tenancy.current_actor())
        said = f"{selectors.UNREAD_MAX}+" if count > selectors.UNREAD_MAX else str(count)
        answer = JsonResponse({"count": count, "said": said, "url": reverse("admin:governance_notice_changelist")})
        answer["Cache-Control"] = "no-store"
        return answer

    def seen(self, request: HttpRequest) -> HttpResponse:
        """All of them were looked at."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        services.see(up_to=selectors.newest())
        return redirect("admin:governance_notice_changelist")


class SubscriptionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who is told what, how and when."""

    kinds = forms.MultipleChoiceField(
        choices=[(kind.value, kind.label) for kind in NoticeKind if kind != NoticeKind.TEST],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="None chosen: all of them.",
    )
    brands = forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="None chosen: all brands, and what concerns the fleet.",
    )
    channel = forms.ChoiceField(choices=Channel.choices, widget=UnfoldAdminSelectWidget)
    address = forms.CharField(
        max_length=500, widget=UnfoldAdminTextInputWidget, help_text="A mail address, or https://… of a webhook."
    )
    time_zone = forms.CharField(
        max_length=60, initial="UTC", widget=UnfoldAdminTextInputWidget, help_text="Such as Europe/Berlin."
    )
    digest_hour = forms.IntegerField(
        required=False, widget=UnfoldAdminIntegerFieldWidget, help_text="0 to 23: a digest each day at that hour."
    )
    quiet_from = forms.IntegerField(required=False, widget=UnfoldAdminIntegerFieldWidget, help_text="0 to 23")
    quiet_to = forms.IntegerField(required=False, widget=UnfoldAdminIntegerFieldWidget, help_text="0 to 23")
    digest_only = forms.BooleanField(required=False, widget=UnfoldBooleanSwitchWidget)
    is_live = forms.BooleanField(required=False, initial=True, widget=UnfoldBooleanSwitchWidget, label="Is told")

    class Meta:
        model = Subscription
        fields = (*COLUMNS, "digest_only", "is_live")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["brands"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = list(Brand.objects.order_by("slug").values_list("id", "slug")[:BRANDS_MAX])

    def _post_clean(self) -> None:
        """Kept by the service, whose sentence stands above the form when something is wrong."""
        if self.errors:
            return
        given = dict(self.cleaned_data)
        try:
            if self.instance.pk is None:
                self.instance = services.subscribe(reader=tenancy.current_actor(), **given)
            else:
                services.revise(subscription=self.instance, changes=given)
        except ChimeraError as refused:
            self.add_error(None, str(refused))

    def save(self, commit: bool = True) -> Subscription:
        """It is saved by now."""
        kept: Subscription = self.instance
        return kept

    def save_m2m(self) -> None:
        """There is nothing of that."""


@admin.register(Subscription)
class SubscriptionAdmin(ReadingAdmin):
    """Who is told; a test, and a new secret of a webhook."""

    form = SubscriptionForm
    fields: ClassVar[Any] = [
        ("name", "is_live"),
        ("channel", "address"),
        "kinds",
        "brands",
        ("time_zone", "digest_hour", "digest_only"),
        ("quiet_from", "quiet_to"),
    ]
    list_display: ClassVar[list[str]] = ["name", "state", "channel", "address", "says"]
    list_filter: ClassVar[list[str]] = ["channel", "is_live"]
    ordering: ClassVar[list[str]] = ["-is_live", "name"]
    actions_detail: ClassVar[list[str]] = ["test", "rotate"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """By the permission, for this table alone is written by a form; a service keeps it."""
        return request.user.has_perm("governance.add_subscription")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By the permission."""
        return request.user.has_perm("governance.change_subscription")

    def has_test_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may send a test."""
        return request.user.has_perm("governance.test_subscription")

    def has_secret_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may change the secret of a webhook."""
        webhook = Subscription.objects.filter(pk=object_id, channel=Channel.WEBHOOK) if object_id else None
        return self.has_change_permission(request) and (webhook is None or webhook.exists())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The form's service has kept it."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The record has it."""

    log_change = log_addition

    @display(description="told", label={"yes": "success", "no": "info"})
    def state(self, one: Subscription) -> str:
        """Whether anybody is told there."""
        return "yes" if one.is_live else "no"

    @display(description="what and when")
    def says(self, one: Subscription) -> str:
        """In words."""
        return selectors.says(one)

    @action(
        description="Send a test",
        permissions=["test"],
        variant=ActionVariant.PRIMARY,
        dialog=desk.dialog("Send a test", "One message goes there at once, whatever its hours.", "Send", NothingForm),
    )
    def test(self, request: HttpRequest, form: NothingForm, object_id: str) -> HttpResponse:
        """One message now."""

        def send(one: Subscription) -> str:
            services.test(subscription=one)
            where = sending.where_mail_goes() if one.channel == Channel.MAIL else "Letters say what came of it."
            return f"A test is on its way to {one.name}. {where}"

        return self._done(request, object_id, send)

    @action(
        description="New secret",
        permissions=["secret"],
        dialog=desk.dialog("A new secret", "The former one signs beside it for a day.", "Make one", NothingForm),
    )
    def rotate(self, request: HttpRequest, form: NothingForm, object_id: str) -> HttpResponse:
        """Another one from now on."""

        def turn(one: Subscription) -> str:
            services.rotate_secret(subscription=one)
            until = f"{one.former_until:%d %b %H:%M} UTC" if one.former_until else "now"
            # Not here: what a page says passes through a cookie.
            how = f"`manage.py notices secret {one.pk}` prints it"
            return f"{one.name} has a new secret; {how}. The former one signs too until {until}."

        return self._done(request, object_id, turn)

    def _done(self, request: HttpRequest, object_id: str, act: Any) -> HttpResponse:
        try:
            messages.success(request, act(Subscription.objects.get(pk=object_id)))
        except ChimeraError as refused:
            messages.error(request, str(refused))
        return desk.go_to(request, reverse("admin:governance_subscription_change", args=[object_id]))


@admin.register(Letter)
class LetterAdmin(ReadingAdmin):
    """Messages: what waits, what was sent, what was given up."""

    list_display: ClassVar[list[str]] = ["made_at", "kind", "to", "count", "state", "attempts", "note"]
    list_filter: ClassVar[list[str]] = ["status", "kind"]
    list_select_related: ClassVar[list[str]] = ["subscription"]
    ordering: ClassVar[list[str]] = ["-id"]
    exclude: ClassVar[list[str]] = ["facts"]
    actions_detail: ClassVar[list[str]] = ["again"]

    def has_again_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may try again."""
        given_up = Letter.objects.filter(pk=object_id, status=LetterStatus.GIVEN_UP) if object_id else None
        return request.user.has_perm("governance.test_subscription") and (given_up is None or given_up.exists())

    @display(description="to")
    def to(self, letter: Letter) -> str:
        """Whom."""
        return letter.subscription.name

    @display(description="state", label={"PENDING": "warning", "SENT": "success", "GIVEN_UP": "danger"})
    def state(self, letter: Letter) -> str:
        """What became of it."""
        return letter.status

    @action(
        description="Try again",
        permissions=["again"],
        variant=ActionVariant.PRIMARY,
        dialog=desk.dialog("Try again", "It goes out under the same name as before.", "Try again", NothingForm),
    )
    def again(self, request: HttpRequest, form: NothingForm, object_id: str) -> HttpResponse:
        """Once more from the beginning."""
        try:
            services.retry(letter=Letter.objects.get(pk=object_id))
            messages.success(request, "It is tried again.")
        except ChimeraError as refused:
            messages.error(request, str(refused))
        return desk.go_to(request, reverse("admin:governance_letter_change", args=[object_id]))
