"""Stopping and resuming at the desk: POST, token, permission, and the service that commands use. OPS-4."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from chimera.core import tenancy
from governance.controls.models import Control
from governance.grants.models import GrantUsed
from governance.models import AuditEvent
from tests import people
from tests.conftest import ALPHA, World
from tests.governance import rows

STOPS = "/admin/governance/control/"
EVIL = "{{constructor}} ');alert(1)// </script><b onclick=x>"
PASSWORD = "a long enough password"


def signed_in(name: str) -> Client:
    client = Client()
    assert client.login(username=name, password=PASSWORD)
    return client


@pytest.fixture
def ada(world: World) -> Iterator[Client]:
    """The operator, signed in; Bob may stop and resume too, Eve may only look."""
    with world.role("operator"):
        with tenancy.brand(ALPHA, actor="test:operator"):
            people.agent(brand_id=ALPHA)
        with tenancy.acting("test:operator"):
            User.objects.create_superuser("ada", password=PASSWORD)
            for name, code in (("bob", "impose_control"), ("eve", "")):
                user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
                may = Permission.objects.filter(codename__in=["view_control", code])
                user.user_permissions.set(may)
        yield signed_in("ada")


def asked(**said: str) -> dict[str, str]:
    return {"_form_submitted": "True", "what": "fleet", "agent": "", "kind": "stop", "reason": "Smoke.", **said}


@pytest.mark.spec("OPS-4", "REV-8")
def test_a_stop_at_the_desk_revokes_and_lists_and_another_person_lifts_it(
    world: World, ada: Client, settings: Any
) -> None:
    settings.RESUME_NEEDS_SECOND_PERSON = True
    with world.role("app"), tenancy.brand(ALPHA, actor="worker:1"):
        rows.sent(row=rows.claimed(key="91"), jti="jti-1")
        left = rows.claimed(key="92")
        rows.sent(row=left, jti="jti-2")
    with world.role("connector"):
        GrantUsed.objects.create(jti="jti-2", effect_key="k")
    with world.role("operator"):
        answer = ada.post(f"{STOPS}stop/", asked(), headers={"HX-Request": "true"})
        control = Control.objects.get()
        assert answer.headers["HX-Redirect"] == f"{STOPS}{control.pk}/change/"
        assert (control.scope, control.incident, control.imposed_by) == ("fleet", True, "user:ada")
        assert dict(GrantUsed.objects.values_list("jti", "burned")) == {"jti-1": True, "jti-2": False}
        for page in (f"{STOPS}{control.pk}/change/", STOPS):
            text = ada.get(page).content.decode()
            assert "A stop on fleet is in force since" in text
            assert "somebody else must resume it" in text
            assert f"{left.subject} (publish on plaza)" in text
        answer = ada.post(f"{STOPS}{control.pk}/resume/", asked(reason="Only toast."), follow=True)
        assert "Your wish is on the record" in answer.content.decode()
        control.refresh_from_db()
        assert (control.status, control.resume_asked_by) == ("IN_FORCE", "user:ada")
        assert "user:ada wants to resume: Only toast." in signed_in("bob").get(STOPS).content.decode()
        signed_in("bob").post(f"{STOPS}{control.pk}/resume/", asked(reason="I smelt it, too."))
        control.refresh_from_db()
        assert (control.status, control.lifted_by, control.lift_reason) == ("LIFTED", "user:bob", "I smelt it, too.")
        assert "Nothing is stopped." in ada.get(STOPS).content.decode()
        with tenancy.all_brands(actor="test:look"):
            told = AuditEvent.objects.filter(subject=control.subject).order_by("id").values_list("actor", flat=True)
            assert list(told) == ["user:ada", "user:ada", "user:bob"]


@pytest.mark.spec("OPS-4")
@pytest.mark.parametrize(
    ("what", "agent", "scope"),
    [
        ("fleet", "", "fleet"),
        ("spending", "", "spending"),
        ("platform:plaza", "", "platform:plaza"),
        (f"brand:{ALPHA}", "", f"brand:{ALPHA}"),
        ("agent", "@bea_unscrews", "agent:"),
        ("agent", "nobody", "No agent is called &#x27;nobody&#x27;"),
        ("agent", " ", "Say which agent is stopped"),
    ],
)
def test_the_form_names_every_scope_and_what_does_not_exist_is_a_sentence(
    world: World, ada: Client, what: str, agent: str, scope: str
) -> None:
    answer = ada.post(f"{STOPS}stop/", asked(what=what, agent=agent, kind="pause"), follow=True)
    found = Control.objects.first()
    if found is None:
        assert scope in answer.content.decode()
    else:
        assert found.scope.startswith(scope)
        assert (found.kind, found.incident) == ("pause", False)


@pytest.mark.spec("OPS-4", "REV-8")
def test_looking_stops_nothing_and_without_token_permission_or_reason_nothing_is_stopped(
    world: World, ada: Client
) -> None:
    assert ada.get(f"{STOPS}stop/").status_code == 200
    assert "Which agent: its handle or id" in ada.get(f"{STOPS}stop/").content.decode()
    assert ada.post(f"{STOPS}stop/", asked(reason="")).status_code == 200
    strict = Client(enforce_csrf_checks=True)
    assert strict.login(username="ada", password=PASSWORD)
    assert strict.post(f"{STOPS}stop/", asked()).status_code == 403
    assert signed_in("eve").get(STOPS).status_code == 200
    assert signed_in("eve").post(f"{STOPS}stop/", asked()).status_code in (302, 403)
    assert Client().post(f"{STOPS}stop/", asked()).status_code == 302
    assert not Control.objects.exists()


@pytest.mark.spec("OPS-4", "SAF-1")
def test_reasons_are_shown_inert_and_pages_cost_the_same_however_many_stops_there_are(
    world: World, ada: Client, django_assert_max_num_queries: Any
) -> None:
    for scope in ("fleet", "spending"):
        ada.post(f"{STOPS}stop/", asked(what=scope, kind="pause", reason=EVIL))
    html = ada.get(STOPS).content.decode()
    assert "<b onclick" not in html and "&lt;b onclick" in html
    with django_assert_max_num_queries(22):
        ada.get(STOPS)
