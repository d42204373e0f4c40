"""A desk with a row of everything and somebody of each role, to walk through all of its addresses."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from psycopg.types.json import Json

from chimera.core import tenancy
from governance.people import services as people
from governance.people.roles import ROLES
from tests.conftest import ALPHA, World
from tests.core import tenant_rows
from tests.governance import rows

NUMBERS = {
    "object_id": "1",
    "item_id": "1",
    "task_id": "1",
    "queue_id": "1",
    "hand": "skip",
    "does": "resume",
    "content_type_id": "1",
}


def arrange(world: World) -> None:
    """One row with the number 1 in every table, and a person of each role, named by its first letter."""
    root = world.superuser()
    with tenancy.brand(ALPHA, actor="worker:1"):
        card = rows.card()
    assert card.pk == 1
    root.execute("SET session_replication_role = replica")
    for table in tenant_rows.tables(root):
        if root.execute(f"SELECT count(*) FROM {table} WHERE id = 1".encode()).fetchone() == (0,):  # type: ignore[comparison-overlap]
            tenant_rows.insert(root, table, brand=ALPHA, number=1)
    root.execute(
        "UPDATE publishing_post SET payload = %s", [Json({"text": "Hello.", "media": [], "ai_generated": True})]
    )
    root.execute("SET session_replication_role = origin")
    with world.role("operator"), tenancy.all_brands(actor="cli:root"):
        for role in ROLES:
            people.add(name=role[0], password="-", roles=[role])
        User.objects.create_user("n", is_staff=True)
        User.objects.create_superuser("s")


def addresses() -> dict[str, str]:
    """Every address under /admin/ by name, filled in with numbers that are there."""
    return {name: path for name, path in _walk(get_resolver().url_patterns, "/") if path.startswith("/admin/")}


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, str]]:
    for one in patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, here)
        elif one.name:
            filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: NUMBERS.get(found[1], "1"), here)
            yield one.name, re.sub(r"\^|\$|\(\?P.*?\)", "", filled).replace("\\", "")


def person(name: str) -> User:
    """One of them, with a cache of permissions of their own."""
    with tenancy.acting("test:people"):
        return User.objects.get(username=name)


def may(user: User, method: str, path: str) -> bool:
    """Whether the page behind an address lets somebody in; what it does then is done. Its template is not drawn."""
    request = RequestFactory().generic(method, path)
    request.user, request.session = user, SessionStore()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # looked at by itself
    request.resolver_match = match = resolve(path)
    with tenancy.desk(username=user.username):
        try:
            with transaction.atomic():
                answer = match.func(request, *match.args, **match.kwargs)
        except PermissionDenied:
            return False
        except Exception:  # noqa: BLE001 - the rows are made up: pages that were entered may stumble over them
            return True
    # Of what is not there the admin says so on its first page.
    away = answer.headers.get("Location", "")
    return answer.status_code not in (403, 405) and away != "/admin/" and not away.startswith("/admin/login")


@contextmanager
def unchanged(world: World) -> Iterator[None]:
    """Nothing in the database may change but who is signed in when."""
    before = _contents(world)
    yield
    after = _contents(world)
    assert {table: before[table] for table in before if before[table] != after[table]} == {}


def _contents(world: World) -> dict[str, object]:
    root = world.superuser()
    tables = root.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    found = {}
    for (table,) in tables.fetchall():
        if table not in ("django_session", "auth_user"):
            query = f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} t"
            found[table] = root.execute(query.encode()).fetchone()
    return found
