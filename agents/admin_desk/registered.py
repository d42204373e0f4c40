"""The reviews' place in the admin: the list stays what it is, and its rows open the desk."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_POST
from unfold.decorators import display

from agents.admin_desk import group_hands, groups, hands, page, showing
from chimera.core.errors import ChimeraError
from governance.admin import ReviewItemAdmin
from governance.admin_queue import filters_in
from governance.models import ReviewItem

View = Callable[..., HttpResponse]


@admin.register(ReviewItem)
class DeskAdmin(ReviewItemAdmin):
    """The queue as a list, and one card at a time."""

    def get_list_display(self, request: HttpRequest) -> Any:
        """With the way to the group."""
        return [*super().get_list_display(request), "together"]

    @display(description="group")
    def together(self, item: ReviewItem) -> str:
        """The trend or campaign, where what waits of it is decided together."""
        if not item.group:
            return ""
        kind, number = showing.group_kind(item.group), item.group.rpartition(":")[2]
        return format_html('<a class="underline" href="{}">{} {}</a>', showing.group_address(item.group), kind, number)

    def get_urls(self) -> list[Any]:
        """With the desk. What changes anything is a POST, and asks for the permission to decide."""
        site = self.admin_site
        looks, does = self._door("governance.view_reviewitem"), self._door(showing.DECIDES)
        desk = [
            path("desk/", looks(require_GET(page.first), site=site), name="desk"),
            path("desk/next/", looks(require_GET(page.following)), name="desk_next"),
            path("desk/<int:item_id>/", looks(require_GET(page.card), site=site), name="desk_card"),
            path("desk/<int:item_id>/heartbeat/", does(require_POST(hands.heartbeat)), name="desk_heartbeat"),
            path("desk/<int:item_id>/leave/", does(require_POST(hands.leave)), name="desk_leave"),
            path("desk/<int:item_id>/undo/", does(require_POST(hands.undo)), name="desk_undo"),
            path("desk/<int:item_id>/<slug:hand>/", does(require_POST(hands.give), site=site), name="desk_hand"),
        ]
        group = [
            path("desk/group/", looks(require_GET(groups.look), site=site), name="desk_group"),
            path("desk/group/decide/", does(require_POST(group_hands.decide), site=site), name="desk_group_decide"),
            path("desk/group/undo/", does(require_POST(group_hands.undo), site=site), name="desk_group_undo"),
            path("desk/group/claim/", does(require_POST(group_hands.claim)), name="desk_group_claim"),
            path("desk/group/leave/", does(require_POST(group_hands.leave)), name="desk_group_leave"),
        ]
        return [*group, *desk, *super().get_urls()]

    def _door(self, permission: str) -> Callable[..., View]:
        def door(view: View, **more: Any) -> View:
            @wraps(view)
            def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
                if not request.user.has_perm(permission):
                    raise PermissionDenied
                return view(request, *args, **kwargs, **more)

            guarded: View = self.admin_site.admin_view(asked)
            guarded.permission = permission  # type: ignore[attr-defined]  # for the sentence that says who may
            return guarded

        return door

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With the way to the desk: these reviews, one by one."""
        try:
            filters = filters_in(request)
            queue = urlencode(filters.as_json())
            group = showing.group_address(filters.group) if filters.group else ""
        except ChimeraError:
            queue = group = ""  # the list itself says what is wrong with it
        return super().changelist_view(request, {**(extra_context or {}), "desk_queue": queue, "desk_group": group})

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """A review is looked at where it is answered."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = page.number(object_id)
        if request.method == "GET" and found is not None:
            return redirect("admin:desk_card", found)
        return super().changeform_view(request, object_id, form_url, extra_context)
