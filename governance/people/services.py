"""Adding people, giving them roles, binding them to brands; and the roles themselves, put right at every migration."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connections, transaction
from django.db.models import Q

from chimera.core.brands.models import Binding, Brand
from chimera.core.errors import Conflict, Denied
from governance.people.models import Person
from governance.people.roles import ROLES


class NoSuch(Denied):
    """A person, role or brand that there is not; says which there are."""


class CannotBind(Denied):
    """Whoever acts on the whole fleet works for every brand."""


class NameTaken(Conflict):
    """There is a person of that name."""


def put_roles_right() -> None:
    """Make the groups of the roles, with exactly the permissions of the table. Other groups are left alone."""
    known = {
        f"{one.content_type.app_label}.{one.codename}": one
        for one in Permission.objects.select_related("content_type").filter(_named())
    }
    for role in ROLES.values():
        group, _ = Group.objects.get_or_create(name=role.name)
        group.permissions.set([known[name] for name in sorted(role.permissions) if name in known])


def _named() -> Q:
    wanted = Q(pk__in=[])
    for name in frozenset().union(*(role.permissions for role in ROLES.values())):
        app, _, codename = name.partition(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    return wanted


def after_migrate(sender: Any, using: str = "default", **_: Any) -> None:
    """For the signal `post_migrate`, behind the last app with models: by then every permission is there.

    A migration would come too soon (Django makes permissions after the last one), and would not put right what a
    restored copy lacks; this runs at every migrate, also when there is nothing to migrate.
    """
    last = [one for one in apps.get_app_configs() if one.models_module is not None][-1]
    # `migrate APP NAME` may come before there are any permissions; the whole `migrate` behind it puts them right.
    if sender is last and Permission._meta.db_table in connections[using].introspection.table_names():
        with transaction.atomic(using=using):
            put_roles_right()


def add(*, name: str, password: str, roles: Sequence[str], brands: Sequence[str] = ()) -> Person:
    """A person who may sign in at the desk. Raises NameTaken, NoSuch, CannotBind; then nobody was added."""
    _require_roles(roles)
    if not name or not name.isprintable() or len(name) > 150 or any(sign in name for sign in " :,/"):
        raise NoSuch(f"{name[:40]!r} is no name to sign in with; use letters, digits, and @ . + - _.")
    if Person.objects.filter(username__iexact=name).exists():
        raise NameTaken(f"There is a person named {name!r} already; give them another role with `people role`.")
    with transaction.atomic():
        made = Person(username=name, is_staff=True)
        made.set_password(password)
        made.save()
        give(name=name, roles=roles)
        if brands:
            bind(name=name, brands=brands)
    return made


def give(*, name: str, roles: Sequence[str]) -> Person:
    """Make these the roles of a person, in place of those they had. Raises NoSuch, CannotBind."""
    _require_roles(roles)
    found = _person(name)
    if Binding.objects.filter(person=found.actor).exists():
        _require_bindable(found, roles)
    others = found.groups.exclude(name__in=list(ROLES))
    found.groups.set([*others, *Group.objects.filter(name__in=list(roles))])
    return found


def bind(*, name: str, brands: Sequence[str]) -> Person:
    """Let a person work for these brands only (slugs); without any, for every brand. Raises NoSuch, CannotBind."""
    found = _person(name)
    known = dict(Brand.objects.filter(slug__in=list(brands)).values_list("slug", "pk"))
    if missing := sorted(set(brands) - set(known)):
        there = ", ".join(Brand.objects.order_by("slug").values_list("slug", flat=True)[:20])
        raise NoSuch(f"There is no brand {missing[0]!r}; choose from {there}.")
    if known:
        _require_bindable(found, [one.name for one in found.groups.all()])
    Binding.objects.filter(person=found.actor).exclude(brand_id__in=known.values()).delete()
    there_already = set(Binding.objects.filter(person=found.actor).values_list("brand_id", flat=True))
    for pk in sorted(set(known.values()) - there_already):
        Binding.objects.create(brand_id=pk, person=found.actor)
    return found


def _person(name: str) -> Person:
    found = Person.objects.filter(username=name).first()
    if found is None:
        some = ", ".join(Person.objects.order_by("username").values_list("username", flat=True)[:20])
        raise NoSuch(f"There is no person named {name!r}; there are {some or 'none yet'}.")
    return found


def _require_roles(roles: Sequence[str]) -> None:
    if strange := sorted(set(roles) - set(ROLES)):
        raise NoSuch(f"There is no role {strange[0]!r}; choose from {', '.join(ROLES)}.")


def _require_bindable(person: Person, roles: Sequence[str]) -> None:
    fleet = [name for name in roles if name in ROLES and not ROLES[name].may_be_bound]
    if person.is_superuser or fleet:
        what = "a superuser" if person.is_superuser else f"{_a(fleet[0])}"
        raise CannotBind(
            f"{person.username} is {what}, who acts on the whole fleet, so they work for every brand; "
            "only a reviewer or an auditor works for some brands alone."
        )


def _a(role: str) -> str:
    return f"an {role}" if role[0] in "ao" else f"a {role}"
