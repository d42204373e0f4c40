"""The list of reviews at the desk: filters, saved queues, many claims ended at once, an answer taken back."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from chimera.core import tenancy
from governance.models import ReviewItem, SavedQueue
from governance.reviews import claims, putting_off
from tests.conftest import ALPHA, World
from tests.governance import rows

LIST = "/admin/governance/reviewitem/"


@pytest.fixture
def desk(world: World) -> Iterator[Client]:
    """Ada may do everything; Bob may decide; three reviews wait."""
    with tenancy.brand(ALPHA, actor="test:begin"):
        for number in (1, 2, 3):
            rows.card(about=f"agents.task:{number}", text=f"Text number {number}.")
    with world.role("operator"):
        with tenancy.acting("test:people"):
            ada = User.objects.create_superuser("ada")
            bob = User.objects.create_user("bob", is_staff=True)
            bob.user_permissions.add(
                *Permission.objects.filter(codename__endswith="_reviewitem").exclude(codename__startswith="unclaim")
            )
        yield signed_in(ada)


def signed_in(user: User) -> Client:
    client = Client()
    with tenancy.acting("test:people"):
        client.force_login(user)
    return client


def bob() -> Client:
    with tenancy.acting("test:people"):
        found = User.objects.get(username="bob")
    return signed_in(found)


def items() -> list[ReviewItem]:
    with tenancy.all_brands(actor="test:look"):
        return list(ReviewItem.objects.order_by("id"))


def page(client: Client, query: str) -> str:
    answer = client.get(f"{LIST}{query}", follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.spec("REV-6")
def test_the_list_shows_what_the_address_filters_and_who_has_what(desk: Client) -> None:
    first, second, third = items()
    with tenancy.all_brands(actor="user:bob"):
        claims.claim(item_id=first.pk)
        putting_off.hold(item=second, reason="Waits for <b>legal</b>.")
    with tenancy.all_brands(actor="user:eve"):
        putting_off.hand_to(item=third, username="ada", reason="Yours.")
    everything = page(desk, "?status=PENDING")
    for said in ("open at bob", "held by bob: Waits for &lt;b&gt;legal", "for ada", "Text number 2."):
        assert said in everything
    assert "Text number 3." in page(desk, "?status=PENDING&hands=assigned")
    assert "Text number 1." not in page(desk, "?status=PENDING&hands=assigned")
    assert "Text number 2." in page(desk, "?hands=held") and "Text number 1." not in page(desk, "?hands=held")
    assert "Text number 1." in page(desk, "?hands=claimed")
    for query in ("?age_s=3600", "?platform=plaza", "?kind=rule", "?status=EXPIRED", "?agent=@nobody&brand=&group="):
        assert "Text number" not in page(desk, query), query
    assert "whole number" in page(desk, "?brand=one")


@pytest.mark.spec("REV-6")
def test_filters_are_saved_under_a_name_seen_by_all_when_shared_and_dropped_by_their_owner(desk: Client) -> None:
    assert "Save this as" in page(desk, "?status=PENDING&kind=doubt&hands=held")
    form = {"name": "Doubts <i>on hold</i>", "kind": "doubt", "hands": "held", "is_shared": "1"}
    assert desk.get(f"{LIST}queues/save/").status_code == 405
    answer = desk.post(f"{LIST}queues/save/", form)
    assert answer.headers["Location"] == f"{LIST}?status=PENDING&kind=doubt&hands=held"
    other = bob()
    seen = page(other, "?status=PENDING")
    assert "Doubts &lt;i&gt;on hold" in seen and "?status=PENDING&amp;kind=doubt&amp;hands=held" in seen
    with tenancy.acting("test:look"):
        saved = SavedQueue.objects.get()
    assert saved.filters == {"reason": "doubt", "held": True}
    assert other.get(f"{LIST}queues/{saved.pk}/drop/").status_code == 405
    other.post(f"{LIST}queues/{saved.pk}/drop/")
    assert "theirs to drop" in page(other, "?status=PENDING")
    desk.post(f"{LIST}queues/{saved.pk}/drop/")
    assert "is dropped" in page(desk, "?status=PENDING")
    desk.post(f"{LIST}queues/save/", {"name": " ", "kind": "doubt"})
    assert "Give the queue a name" in page(desk, "")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = desk.cookies
    assert strict.post(f"{LIST}queues/save/", form).status_code == 403
    assert Client().post(f"{LIST}queues/save/", form).status_code == 302
    with tenancy.acting("test:look"):
        assert not SavedQueue.objects.exists()
        nobody = User.objects.create_user("eve", is_staff=True)
    assert signed_in(nobody).post(f"{LIST}queues/save/", form).status_code == 403


@pytest.mark.spec("REV-3")
def test_many_claims_are_ended_at_once_ones_own_or_with_the_permission_everybodys(desk: Client) -> None:
    first, second, third = items()
    for name, item in (("bob", first), ("ada", second)):
        with tenancy.all_brands(actor=f"user:{name}"):
            claims.claim(item_id=item.pk)
    chosen = {"action": "unclaim", "_selected_action": [str(one.pk) for one in (first, second, third)]}
    other = bob()
    other.post(f"{LIST}?status=PENDING", chosen)
    assert "1 of 3 reviews were let go; 2 were not open of yours" in page(other, "?status=PENDING")
    desk.post(f"{LIST}?status=PENDING", chosen)
    assert "1 of 3 reviews were let go; 2 were not open." in page(desk, "?status=PENDING")
    assert {one.claimed_by for one in items()} == {""}


@pytest.mark.spec("REV-5")
def test_an_answer_is_taken_back_on_its_page_while_that_is_possible(desk: Client) -> None:
    def approve() -> None:
        item = items()[0]
        desk.post(f"{address}approve/", {"version": item.state_version, "hash": item.content_hash})

    address = f"{LIST}desk/{items()[0].pk}/"
    with override_settings(REVIEW_UNDO_S=10):
        approve()
        assert "Take it back" in page(desk, address.removeprefix(LIST))
        assert "Take it back" not in page(bob(), address.removeprefix(LIST)), "only whoever answered"
        assert desk.get(f"{address}undo/").status_code == 405
        assert items()[0].status == "APPROVED"
        desk.post(f"{address}undo/")
    assert (items()[0].status, items()[0].claimed_by) == ("PENDING", "user:ada")
    approve()
    assert "Take it back" not in page(desk, address.removeprefix(LIST))
    desk.post(f"{LIST}desk/999999/approve/")
    assert "There is no review 999999" in page(desk, "?status=PENDING")


def test_the_list_asks_as_many_questions_for_fifty_reviews_as_for_three(world: World, desk: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(desk, "?status=PENDING")
        return len([one for one in queries.captured_queries if one["sql"].startswith(("SELECT", "UPDATE", "INSERT"))])

    page(desk, "?status=PENDING")
    few = asked()
    with tenancy.all_brands(actor="test:more"):
        for number in range(4, 51):
            rows.card(about=f"agents.task:{number}")
    assert asked() == few <= 15
    assert "There are more than" not in page(desk, "?status=PENDING")
    with override_settings(REVIEW_QUEUE_COUNT_MAX=30):
        assert "There are more than the 30 that are listed" in page(desk, "?status=PENDING&p=2")


def test_nobody_may_see_the_list_without_the_right(desk: Client) -> None:
    with tenancy.acting("test:people"):
        eve: Any = User.objects.create_user("eve", is_staff=True)
    assert signed_in(eve).get(f"{LIST}?status=PENDING").status_code == 403
