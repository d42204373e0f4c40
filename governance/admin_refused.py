"""What somebody reads who may not use a page of the desk: which role may. REV-8.

The page's own questions are asked once for each role of the table, so the sentence is never older than the pages.
"""

import copy
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from governance.people.roles import ROLES

Asks = Callable[[HttpRequest], bool]
LOOKS = ("changelist", "change", "history")


class _As:
    """Somebody with exactly one role, for the questions that pages ask of a user."""

    is_active = is_staff = is_authenticated = True
    is_superuser = is_anonymous = False

    def __init__(self, permissions: frozenset[str]) -> None:
        self._permissions = permissions

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        return permission in self._permissions

    def has_perms(self, permissions: Any, obj: Any = None) -> bool:
        return self._permissions.issuperset(permissions)


def roles_for(request: HttpRequest) -> list[str]:
    """The roles that may do what this request asks for."""
    asks = _question(request)
    found = []
    for role in ROLES.values():
        other = copy.copy(request)
        other.user = _As(role.permissions)  # type: ignore[assignment]
        if asks(other):
            found.append(role.name)
    return found


def _question(request: HttpRequest) -> Asks:
    """What the page asks of whoever comes: as it says itself, or as the admin asks for pages of its kind."""
    match = request.resolver_match
    if match is None:
        return lambda other: False
    own = getattr(match.func, "permission", "") or getattr(
        getattr(match.func, "view_class", None), "permission_required", ""
    )
    if own:
        return lambda other: other.user.has_perms([own] if isinstance(own, str) else own)
    for model, page in admin.site._registry.items():
        place = f"{model._meta.app_label}_{model._meta.model_name}_"
        name = str(match.url_name or "")
        if name.startswith(place):
            return _asked_by(page, name.removeprefix(place), is_post=request.method == "POST")
    return lambda other: False


def _asked_by(page: Any, what: str, *, is_post: bool) -> Asks:
    if what in LOOKS:
        changes = is_post and what == "change"
        return page.has_change_permission if changes else page.has_view_permission  # type: ignore[no-any-return]
    if what in ("add", "delete"):
        return getattr(page, f"has_{what}_permission")  # type: ignore[no-any-return]
    names = getattr(getattr(page, what, None), "allowed_permissions", ["view"])
    return lambda other: all(getattr(page, f"has_{name}_permission")(other) for name in names)


def sentence(request: HttpRequest) -> str:
    """Who may, and who asks."""
    roles, name = roles_for(request), request.user.get_username() or "nobody"
    held = sorted(request.user.groups.filter(name__in=list(ROLES)).values_list("name", flat=True))
    you = f"You are {name}, {' and '.join(held) if held else 'without a role'}."
    if not roles:
        return f"No role may do this; it is the superuser's. {you}"
    return f"Only a person with the role {' or '.join(roles)} may do this. {you} Roles are given with manage.py people."


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page of 403: one sentence, for people and for the desk's script."""
    said = str(exception or "") or sentence(request)
    if request.headers.get("HX-Request"):
        return JsonResponse({"ok": False, "said": said}, status=403)
    context = {**admin.site.each_context(request), "title": "Not for your role", "said": said}
    return render(request, "admin/refused.html", context, status=403)
