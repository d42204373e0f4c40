"""The desk's page of keys that sign publish grants: looked at, and revoked with a reason. PUB-3."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from chimera.core import desk
from chimera.core.desk import ReadingAdmin
from chimera.core.errors import ChimeraError
from governance.grants import rotation, selectors, trust
from governance.grants.models import GrantKey, GrantRevocation

WORTHLESS = (selectors.REVOKED, selectors.STRANGE, selectors.FALLEN)
LABELS = {"CURRENT": "success", "NEXT": "info", **dict.fromkeys(WORTHLESS, "danger")}


class RevokeForm(BaseDialogForm):
    """Why it counts no more."""

    reason = forms.CharField(label="Why", max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))


@admin.register(GrantKey)
class GrantKeyAdmin(ReadingAdmin):
    """Which key signs, which one waits, which ones counted before. Roots are in the settings and have no row."""

    list_display: ClassVar[list[str]] = ["kid", "worth", "since", "verifies_until"]
    list_filter: ClassVar[list[str]] = ["status"]
    ordering: ClassVar[list[str]] = ["-id"]
    fields: ClassVar[list[str]] = ["kid", "worth", "made_at", "since", "verifies_until", "why"]
    readonly_fields: ClassVar[list[str]] = fields
    actions_detail: ClassVar[list[str]] = ["revoke"]

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may revoke."""
        return request.user.has_perm("governance.revoke_grantkey")

    def get_queryset(self, request: HttpRequest) -> QuerySet[GrantKey]:
        """Keys with what is revoked of them and of the roots, in two queries."""
        roots = list(GrantRevocation.objects.filter(kid__in=trust.roots()).values_list("kid", flat=True))
        own = GrantRevocation.objects.filter(kid=OuterRef("kid"))
        found: QuerySet[GrantKey] = super().get_queryset(request)
        kinds = ArrayField(CharField())
        return found.annotate(is_gone=Exists(own), gone_roots=Value(roots, output_field=kinds))

    @display(description="state", label=LABELS)
    def worth(self, key: GrantKey) -> str:
        """What it counts for."""
        own = [key.kid] if getattr(key, "is_gone", False) else []
        return selectors.state_of(key, gone=[*own, *getattr(key, "gone_roots", [])])

    @display(description="why revoked")
    def why(self, key: GrantKey) -> str:
        """Who revoked it, and what for."""
        end = GrantRevocation.objects.filter(kid=key.kid).first()
        return f"{end.by} at {end.at:%d %b %H:%M} UTC: {end.reason}" if end else "It is not revoked."

    @action(
        description="Revoke…",
        permissions=["revoke"],
        icon="key_off",
        variant=ActionVariant.DANGER,
        dialog={
            "title": "Revoke this key",
            "description": "Grants of it that nobody has used are refused from now on, and the next key signs. "
            "It cannot be undone.",
            "form_class": RevokeForm,
            "form_submit_text": "Revoke it",
        },
    )
    def revoke(self, request: HttpRequest, form: RevokeForm, object_id: str) -> HttpResponse:
        """End it."""
        key = GrantKey.objects.get(pk=object_id)
        try:
            done = rotation.revoke_key(kid=key.kid, reason=form.cleaned_data["reason"])
        except ChimeraError as error:
            messages.error(request, str(error))
        else:
            then = f"{done.current} signs now." if done.current else "The next worker that publishes makes another one."
            messages.success(request, f"Grant key {key.kid} is revoked. {then}")
        url = reverse("admin:governance_grantkey_changelist")
        return desk.go_to(request, url)
