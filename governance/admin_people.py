"""The desk's page of people: who has which role, for which brands, and when they decided last. REV-8.

Looks only: people are added and given roles by `manage.py people`, by whoever has a shell.
"""

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from chimera.core.desk import ReadingAdmin
from governance.people import selectors
from governance.people.models import Person
from governance.people.roles import ROLES


@admin.register(Person)
class PersonAdmin(ReadingAdmin):
    """Everybody who may sign in, or could once."""

    list_display: ClassVar[list[str]] = ["username", "roles_held", "for_brands", "decided", "signs_in", "last_login"]
    list_display_links: ClassVar[None] = None  # the row says it all
    list_filter: ClassVar[list[str]] = ["is_active"]
    search_fields: ClassVar[list[str]] = ["username"]
    ordering: ClassVar[list[str]] = ["username"]
    fields: ClassVar[list[str]] = ["username", "roles_held", "for_brands", "decided", "signs_in", "last_login"]
    readonly_fields: ClassVar[list[str]] = ["roles_held", "for_brands", "decided", "signs_in"]
    list_before_template = "admin/governance/roles.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        """With roles, brands and the last decision, in one query."""
        return selectors.everybody()

    @display(description="roles")
    def roles_held(self, person: Person) -> str:
        """The roles, or that nothing is refused."""
        roles: str = cast(Any, person).roles
        return "superuser: everything" if person.is_superuser else roles or "none"

    @display(description="works for")
    def for_brands(self, person: Person) -> str:
        """The brands by name, or all."""
        return cast(Any, person).brands or "every brand"

    @display(description="last decision", ordering="decided_at")
    def decided(self, person: Person) -> str:
        """When they answered a review last, UTC."""
        at = cast(Any, person).decided_at
        return f"{at:%d %b %Y %H:%M}" if at else "never"

    @display(description="may sign in", boolean=True)
    def signs_in(self, person: Person) -> bool:
        """Whether the desk lets them in."""
        return person.is_active and person.is_staff

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With what each role does."""
        return super().changelist_view(request, {**(extra_context or {}), "roles": list(ROLES.values())})
