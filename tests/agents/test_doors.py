"""Every page of the desk, as every role: who may, what looking changes, and what the auditor can change."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import resolve

from chimera.core import tenancy
from tests.agents import doors, walked
from tests.conftest import World, own_world

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


@pytest.fixture(scope="module")
def desk(django_db_blocker: object, django_db_setup: None) -> Iterator[World]:
    """A row of everything, a person of each role."""
    with own_world(django_db_blocker) as world:
        walked.arrange(world)
        with world.role("operator"):
            yield world


@pytest.mark.spec("REV-8")
def test_the_table_says_who_may_use_which_page(desk: World) -> None:
    addresses, people = walked.addresses(), {name: walked.person(name) for name in "rfoan"}
    assert [name for name, _ in doors.rows()] == sorted(addresses.keys() - doors.EVERYBODYS), "each page has a row"
    wrong = []
    for page, roles in doors.rows():
        for role, wanted in roles.items():
            letters = (("L", "GET"), ("P", "POST"))
            found = "".join(one for one, method in letters if walked.may(people[role], method, addresses[page]))
            if (found or "-") != wanted:
                wrong.append(f"{page} as {role}: {found or '-'} instead of {wanted}")
    assert wrong == []


@pytest.mark.spec("REV-8")
def test_the_auditor_sees_everything_and_changes_nothing(desk: World) -> None:
    auditor = walked.person("a")
    lists = [page for page, _ in doors.rows() if page.startswith(("agents_", "governance_", "publishing_", "core_"))]
    unseen = [
        page
        for page, roles in doors.rows()
        if page in lists
        and page.endswith("_changelist")
        and "L" not in roles["a"]
        and page not in doors.SHOWN_ELSEWHERE
    ]
    assert unseen == []
    with walked.unchanged(desk):
        for page, address in walked.addresses().items():
            for method in METHODS if page not in doors.EVERYBODYS else ():
                walked.may(auditor, method, address)


@pytest.mark.spec("REV-8")
def test_looking_changes_nothing_whoever_looks_and_no_other_verb_does_anything(desk: World) -> None:
    with walked.unchanged(desk):
        for page, address in walked.addresses().items():
            if page not in doors.EVERYBODYS:
                walked.may(walked.person("s"), "GET", address)
                for method in ("PUT", "PATCH", "DELETE"):
                    walked.may(walked.person("o"), method, address)


@pytest.mark.spec("REV-8")
def test_every_post_needs_a_token_and_strangers_are_sent_to_sign_in(desk: World) -> None:
    assert "django.middleware.csrf.CsrfViewMiddleware" in settings.MIDDLEWARE
    pages = {page: address for page, address in walked.addresses().items() if page not in doors.EVERYBODYS}
    assert [page for page, address in pages.items() if getattr(resolve(address).func, "csrf_exempt", False)] == []
    strict, stranger = Client(enforce_csrf_checks=True), Client()
    with tenancy.acting("test:people"):
        strict.force_login(User.objects.get(username="s"))
    for page in ("governance_control_stop", "desk_hand", "governance_foureyes_require", "agents_campaign_start"):
        assert strict.post(pages[page]).status_code == 403, page
        assert stranger.post(pages[page]).headers["Location"].startswith("/admin/login/"), page
