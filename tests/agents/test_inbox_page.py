"""The desk shows a conversation: who said what, what was made of it, and whom nobody answers."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from people_outside import HANDLE, Square, heard

from agents import listening, pipeline
from agents.personas.states import TrustRung
from chimera.core import tenancy
from governance.models import AuditEvent, ReviewItem
from publishing.inbox.models import Bar, Mention
from tests import people
from tests.agents.fakes import on_switchboard
from tests.conftest import ALPHA, World

EVIL = "{{constructor}} </script><img src=x onerror=alert(1)> is my toaster worth mending?"


@pytest.fixture
def square(world: World, monkeypatch: pytest.MonkeyPatch) -> Square:
    """An agent on probation, so that its replies wait for a human."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA, rung=TrustRung.PROBATION)
    found = Square()
    on_switchboard(monkeypatch, CONNECTORS__plaza=found)
    return found


def listen() -> None:
    listening.hear(brand_id=ALPHA)
    listening.work_off(brand_id=ALPHA)
    for _ in range(20):
        if not sum(pipeline.drain(queue=queue, seconds=20) for queue in ("reply", "think")):
            return


def signed_in(*may: str) -> Client:
    """Somebody at the desk with these permissions; without any, a superuser."""
    client = Client()
    with tenancy.acting("test:people"):
        user = User.objects.create_user("eve" if may else "ada", is_staff=True, is_superuser=not may)
        for codename in may:
            user.user_permissions.add(Permission.objects.get(codename=codename))
        client.force_login(user)
    return client


def number(platform_id: str) -> int:
    with tenancy.brand(ALPHA, actor="test:look"):
        return Mention.objects.get(platform_id=platform_id).pk


@pytest.mark.spec("ENG-1", "REV-1", "SAF-1")
def test_a_conversation_shows_who_said_what_what_was_made_of_it_and_why_something_was_left_alone(
    world: World, square: Square
) -> None:
    square.said = [
        heard(f"@{HANDLE} {EVIL} ann@example.org", author="ada", platform_id="m-1", conversation="c-1"),
        heard("  ", author="bob", platform_id="m-2", conversation="c-1"),
    ]
    listen()
    with world.role("operator"):
        client = signed_in()
        page = client.get(f"/admin/publishing/mention/{number('m-1')}/change/").content.decode()
        with tenancy.all_brands(actor="test:look"):
            card = ReviewItem.objects.get(status="PENDING")
        assert "&lt;img src=x" in page and "<img src=x" not in page and "ann@example.org" not in page
        assert "outside text" in page and "somebody else" in page
        assert "Left alone: It says nothing." in page
        assert "a human is asked" in page and f"/admin/governance/reviewitem/desk/{card.pk}/" in page
        assert card.snapshot["payload"]["text"].split(".")[0][:20] in page
        assert (
            f"/admin/publishing/mention/{number('m-1')}/change/"
            in client.get(f"/admin/governance/reviewitem/desk/{card.pk}/").content.decode()
        )
        listed = client.get("/admin/publishing/mention/?status__exact=SKIPPED").content.decode()
        assert "It says nothing." in listed and "toaster" not in listed


@pytest.mark.spec("ENG-1", "AUD-2")
def test_a_person_and_a_conversation_are_barred_and_answered_again_by_name_on_the_record(
    world: World, square: Square
) -> None:
    square.said = [heard("hello there", author="ada", platform_id="m-1", conversation="c-1")]
    listen()
    with world.role("operator"):
        client, at = signed_in(), f"/admin/publishing/mention/{number('m-1')}/"
        for whom, hours in (("person", "0"), ("conversation", "24")):
            said = {"whom": whom, "does": "bar", "hours": hours, "why": "It insults."}
            assert client.post(f"{at}bar/", said).headers["Location"] == f"{at}change/"
        page = client.get(f"{at}change/").content.decode()
        assert "This person is not answered any more: It insults." in page
        assert "This conversation is not answered until" in page
        with tenancy.all_brands(actor="test:look"):
            assert Bar.objects.filter(active=True).count() == 2
            events = AuditEvent.objects.filter(subject__startswith="publishing.bar:")
            assert {event.actor for event in events} == {"user:ada"}
        square.said += [heard("again", author="ada", platform_id="m-2"), heard("me", author="bob", platform_id="m-3")]
    listen()
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Mention.objects.get(platform_id="m-2").reason == "blocked"
    with world.role("operator"):
        client.post(f"{at}bar/", {"whom": "person", "does": "lift"})
        assert "is not answered any more" not in client.get(f"{at}change/").content.decode()
        for wrong in ({"why": ""}, {"hours": "7"}, {"whom": "everybody"}):
            client.post(f"{at}bar/", {"whom": "person", "does": "bar", "hours": "1", "why": "x", **wrong})
        with tenancy.all_brands(actor="test:look"):
            assert Bar.objects.filter(active=True).count() == 1


@pytest.mark.spec("REV-8")
def test_who_may_only_look_bars_nobody_and_the_page_asks_as_often_for_one_turn_as_for_twenty(
    world: World, square: Square
) -> None:
    square.said = [heard("hi, which screw?", author="ada", platform_id="m-1", conversation="c-1")]
    listen()
    with world.role("operator"):
        client, at = signed_in("view_mention"), f"/admin/publishing/mention/{number('m-1')}/"
        assert client.post(f"{at}bar/", {"whom": "person", "does": "bar", "hours": "0", "why": "x"}).status_code == 403
        assert client.get(f"{at}bar/").status_code == 405
        assert client.get("/admin/publishing/mention/99/change/").status_code == 404
        page = client.get(f"{at}change/").content.decode()
        assert "Whom nobody answers" not in page
        one = _queries(client, f"{at}change/")
    square.said += [heard("  ", author="bob", platform_id=f"n-{n}", conversation="c-1") for n in range(20)]
    listen()
    with world.role("operator"):
        assert _queries(client, f"{at}change/") == one <= 16


def _queries(client: Client, address: str) -> Any:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)
