"""The desk's page of a brand's rules: a form whose fields are lists, one entry a line. A door: it calls the service."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from chimera.core.errors import ChimeraError
from governance.models import BrandPolicy
from governance.policies import services
from governance.policies.selectors import LISTS

HELP = {
    "forbidden_topics": "A post that names one is blocked. One a line; a * at the end takes every ending.",
    "sensitive_topics": "A post that touches one goes to a human. One a line.",
    "link_domains": "Links may lead here and below. One domain a line, such as shop.example.org.",
    "affiliate_domains": "Links that earn money: they need a disclosure. One domain a line.",
}


class BrandPolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Lists as lines, and the version that was read: a save over another version is refused."""

    read_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = BrandPolicy
        fields = ("brand", "quiet_from", "quiet_until", "quiet_zone", "blackout_from", "blackout_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in LISTS:
            self.fields[name] = forms.CharField(
                label=name.replace("_", " ").capitalize(),
                help_text=HELP[name],
                required=False,
                widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
            )
            self.initial[name] = "\n".join(getattr(self.instance, name) or [])
        self.initial["read_version"] = self.instance.state_version if self.instance.pk else 0

    def clean(self) -> dict[str, Any]:
        """Lists from lines, and whether all of it can be kept, in the service's words."""
        kept = super().clean() or {}
        for name in LISTS:
            kept[name] = [line.strip() for line in kept.get(name, "").splitlines() if line.strip()]
        if not self.errors:
            try:
                services.checked(self.rules(kept))
            except ChimeraError as error:
                self.add_error(None, str(error))
        return kept

    @staticmethod
    def rules(kept: dict[str, Any]) -> services.Rules:
        """What was filled in, as the service takes it."""
        names = (*LISTS, "quiet_from", "quiet_until", "quiet_zone", "blackout_from", "blackout_until")
        return services.Rules(**{name: kept[name] for name in names})


@admin.register(BrandPolicy)
class BrandPolicyAdmin(ModelAdmin):
    """What a brand forbids, where it links, when it is silent; each save is the next version, on the record."""

    form = BrandPolicyForm
    list_display: ClassVar[list[str]] = ["brand", "state_version", "quiet", "changed_at"]
    list_select_related: ClassVar[list[str]] = ["brand"]
    fields: ClassVar[list[str]] = [
        "read_version", "brand", *LISTS, "quiet_from", "quiet_until", "quiet_zone", "blackout_from", "blackout_until",
    ]  # fmt: skip

    def quiet(self, row: BrandPolicy) -> str:
        """The quiet hours in words."""
        if row.quiet_from is None or row.quiet_until is None:
            return "none"
        return f"{row.quiet_from:%H:%M} to {row.quiet_until:%H:%M}, {row.quiet_zone}"

    def get_readonly_fields(self, request: HttpRequest, obj: BrandPolicy | None = None) -> list[str]:
        """Rules stay with their brand."""
        return ["brand"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: BrandPolicy | None = None) -> bool:
        """Rules are emptied, not removed: the record names their versions."""
        return False

    def save_model(self, request: HttpRequest, obj: BrandPolicy, form: Any, change: bool) -> None:
        """The next version, by the service; one that lost a race changes nothing and says so."""
        kept = form.cleaned_data
        try:
            saved = services.set_rules(
                brand_id=obj.brand_id,
                rules=BrandPolicyForm.rules(kept),
                expected_version=int(kept.get("read_version") or 0),
            )
        except ChimeraError as error:
            request.rules_refused = True  # type: ignore[attr-defined]
            messages.error(request, str(error))
            standing = BrandPolicy.objects.filter(brand_id=obj.brand_id).first()
            obj.pk = standing.pk if standing else obj.pk
        else:
            obj.pk, obj.state_version = saved.pk, saved.state_version

    def message_user(self, request: HttpRequest, message: Any, *args: Any, **kwargs: Any) -> None:
        """No word of success after a refusal."""
        if not getattr(request, "rules_refused", False):
            super().message_user(request, message, *args, **kwargs)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing to log for what was refused."""
        return None if getattr(request, "rules_refused", False) else super().log_addition(request, obj, message)
