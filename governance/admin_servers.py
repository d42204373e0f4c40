"""The desk's pages of MCP servers: the list, what a server says now and said before, and the reviewer's answer. MCP-2.

Everything that a server wrote is shown as text nodes, with the signs that nobody would see written out.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from chimera.core import desk
from chimera.core.desk import ReadingAdmin
from chimera.core.errors import ChimeraError
from governance.servers import difference, selectors
from governance.servers import services as servers
from governance.servers.models import Owner, Server
from governance.servers.states import ServerStatus

NOTES_MAX = 20
OFFERED = {
    ServerStatus.PROPOSED: ("allow", "remove"),
    ServerStatus.ALLOWED: ("disable", "remove"),
    ServerStatus.DISABLED: ("accept", "keep", "allow", "remove"),
    ServerStatus.REMOVED: (),
}


class WhyForm(BaseDialogForm):
    """Why; kept with the entry."""

    reason = forms.CharField(label="Why", max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))


def _page(server: Server) -> dict[str, Any]:
    """What the page of an entry shows above its fields."""
    return {
        "entry": server,
        "changes": difference.to_review(server),
        "tools": [(tool, difference.shown(tool)) for tool in selectors.reviewed(server)],
        "findings": list(server.scan.get("findings", {}).items()),
        "licences": list(server.sbom.get("licences", {}).items()),
        "notes": list(server.notes.order_by("-id")[:NOTES_MAX]),
    }


@admin.register(Server)
class ServerAdmin(ReadingAdmin):
    """Who may be called, with which tools, and what waits for a reviewer."""

    list_display: ClassVar[list[str]] = ["name", "state", "waiting", "owner", "where", "tool_count", "reviewed_by"]
    list_filter: ClassVar[list[str]] = ["status", "owner"]
    ordering: ClassVar[list[str]] = ["name"]
    fields: ClassVar[list[str]] = [
        "name",
        "status",
        "owner",
        "where",
        "transport",
        "reason",
        "proposed_by",
        "reviewed_by",
    ]
    readonly_fields: ClassVar[list[str]] = ["where"]
    change_form_before_template = "admin/governance/server.html"
    actions_detail: ClassVar[list[str]] = ["accept", "keep", "allow", "disable", "remove"]

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may decide."""
        return request.user.has_perm("governance.decide_server")

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """What can be done with the entry as it is."""
        server = Server.objects.filter(pk=object_id).only("status", "seen_hash", "seen_wrong", "owner").first()
        offered = set(OFFERED[ServerStatus(server.status)]) if server else set()
        if server and (not server.seen_hash or server.seen_wrong):
            offered.discard("accept")
        if server and not server.seen_hash:
            offered.discard("keep")
        if server and server.owner == Owner.OURS:
            offered.discard("remove")
        found: list[Any] = super().get_actions_detail(request, object_id)
        return [one for one in found if one.action_name.rpartition("_")[2] in offered]

    @display(
        description="state",
        label={"ALLOWED": "success", "DISABLED": "danger", "PROPOSED": "warning", "REMOVED": "info"},
    )
    def state(self, server: Server) -> str:
        """Whether it is called."""
        return server.status

    @display(description="waits for you", boolean=True)
    def waiting(self, server: Server) -> bool:
        """Whether nobody has answered yet."""
        return server.waits

    @display(description="address")
    def where(self, server: Server) -> str:
        """Where it is."""
        return server.url or "as the settings say (CONNECTORS)"

    @display(description="tools")
    def tool_count(self, server: Server) -> int:
        """How many are pinned."""
        return len(server.pins)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """The difference stands before the fields; its template escapes everything that a server wrote."""
        server = Server.objects.filter(pk=object_id).first() if object_id else None
        context = {**(extra_context or {}), "server": _page(server) if server else None}
        return super().changeform_view(request, object_id, form_url, context)

    @action(
        description="Accept what it lists",
        permissions=["decide"],
        icon="check",
        variant=ActionVariant.SUCCESS,
        dialog=desk.dialog(
            "Accept the new tools",
            "They are pinned as they are shown, and the server is called again.",
            "Accept",
            WhyForm,
        ),
    )
    def accept(self, request: HttpRequest, form: WhyForm, object_id: str) -> HttpResponse:
        """Pin what was seen."""
        return self._done(request, form, object_id, servers.accept, "allowed with its new tools.")

    @action(
        description="Keep it disabled",
        permissions=["decide"],
        icon="block",
        variant=ActionVariant.DANGER,
        dialog=desk.dialog(
            "Keep it disabled", "Nobody calls it, and nobody is asked about this change again.", "Keep it so", WhyForm
        ),
    )
    def keep(self, request: HttpRequest, form: WhyForm, object_id: str) -> HttpResponse:
        """Say no to the change."""
        return self._done(request, form, object_id, servers.keep, "kept disabled.")

    @action(
        description="Allow as reviewed",
        permissions=["decide"],
        icon="verified_user",
        dialog=desk.dialog("Allow this server", "With the tools that are pinned, and no others.", "Allow", WhyForm),
    )
    def allow(self, request: HttpRequest, form: WhyForm, object_id: str) -> HttpResponse:
        """Allow the pins as they are."""
        return self._done(request, form, object_id, servers.allow, "allowed.")

    @action(
        description="Disable",
        permissions=["decide"],
        icon="front_hand",
        variant=ActionVariant.DANGER,
        dialog=desk.dialog(
            "Disable this server", "A second from now no process calls it; what needs it waits.", "Disable", WhyForm
        ),
    )
    def disable(self, request: HttpRequest, form: WhyForm, object_id: str) -> HttpResponse:
        """Call it no more."""
        return self._done(request, form, object_id, servers.disable, "disabled.")

    @action(
        description="Remove",
        permissions=["decide"],
        icon="delete",
        variant=ActionVariant.DANGER,
        dialog=desk.dialog(
            "Remove this server", "Its name and address are free; the entry stays on the record.", "Remove", WhyForm
        ),
    )
    def remove(self, request: HttpRequest, form: WhyForm, object_id: str) -> HttpResponse:
        """End the entry."""
        return self._done(request, form, object_id, servers.remove, "removed.")

    def _done(
        self, request: HttpRequest, form: WhyForm, object_id: str, decide: Callable[..., Server], done: str
    ) -> HttpResponse:
        server = Server.objects.select_for_update().get(pk=object_id)
        try:
            decide(server=server, reason=form.cleaned_data["reason"])
        except ChimeraError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{server.name} is {done}")
        url = reverse("admin:governance_server_change", args=[server.pk])
        return desk.go_to(request, url)
