"""How Django learns what a person may do: their own permissions and those of their roles in one query. REV-8, REV-9."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission

_NAMES = ("content_type__app_label", "codename")


class AtOnce(ModelBackend):
    """Django's own backend, which asks two queries for every person on every page; with superusers it asks none."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Names as in "governance.decide_reviewitem"; none of who is not active, and none for a single row."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if user_obj.is_superuser:
            return super().get_all_permissions(user_obj, obj)
        if not hasattr(user_obj, "_perm_cache"):
            own = user_obj.user_permissions.order_by().values_list(*_NAMES)
            of_roles = Permission.objects.filter(group__user=user_obj).order_by().values_list(*_NAMES)
            user_obj._perm_cache = {f"{app}.{name}" for app, name in own.union(of_roles)}
        found: set[str] = user_obj._perm_cache
        return found
