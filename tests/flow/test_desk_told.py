"""Notices, who is told, letters and numbers at the desk: by permission, by POST, in few queries, inert. OPS-8."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chimera.core import tenancy
from governance.notices import sending, services
from governance.notices.models import Letter, Subscription
from governance.reviews import claims, queues
from governance.reviews import services as reviews
from governance.reviews.filters import Filters
from tests.conftest import ALPHA, World
from tests.governance import rows

NOTICES, TOLD, LETTERS = "/admin/governance/notice/", "/admin/governance/subscription/", "/admin/governance/letter/"
NUMBERS = "/admin/governance/reviewanswer/numbers/"
EVIL = "{{constructor}} ');alert(1)// </script><b onclick=x>"
PASSWORD = "a long enough password"
FORM: dict[str, Any] = {
    "name": "Pager",
    "channel": "mail",
    "address": "p@example.org",
    "time_zone": "UTC",
    "is_live": "on",
}


def signed_in(name: str, *codenames: str, **kwargs: Any) -> Client:
    with tenancy.acting("test:operator"):
        user = User.objects.create_user(name, password=PASSWORD, is_staff=True, is_superuser=not codenames)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client(**kwargs)
    assert client.login(username=name, password=PASSWORD)
    return client


@pytest.fixture
def ada(world: World) -> Iterator[Client]:
    """An operator, signed in."""
    with world.role("operator"):
        yield signed_in("ada")


def noted(key: str, sentence: str = EVIL) -> None:
    with tenancy.acting("worker:test"):
        services.note(kind="stop", scope="fleet", sentence=sentence, key=key, link="/admin/governance/control/")


@pytest.mark.spec("OPS-8", "SAF-1")
def test_the_bell_counts_what_is_new_and_the_list_shows_it_inert(world: World, ada: Client) -> None:
    noted("a")
    noted("b")
    assert ada.get(f"{NOTICES}unread/").json() == {"count": 2, "said": "2", "url": NOTICES}
    html = ada.get(NOTICES).content.decode()
    assert "2 new since you looked last" in html and "<b onclick" not in html and "&lt;b onclick" in html
    assert "notices/bell.js" in html
    assert ada.get(f"{NOTICES}seen/").status_code == 405
    ada.post(f"{NOTICES}seen/")
    assert ada.get(f"{NOTICES}unread/").json()["count"] == 0
    eve = signed_in("eve", "view_reviewitem", enforce_csrf_checks=True)
    assert eve.get(f"{NOTICES}unread/").status_code == 204
    assert eve.get(NOTICES).status_code == 403 and eve.post(f"{NOTICES}seen/").status_code == 403


@pytest.mark.spec("OPS-8")
def test_somebody_is_subscribed_tested_changed_and_ended_at_the_desk(world: World, ada: Client) -> None:
    answer = ada.post(f"{TOLD}add/", {**FORM, "kinds": ["cap"], "brands": ["1"], "quiet_from": "22", "quiet_to": "7"})
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    one = Subscription.objects.get()
    assert (one.reader, one.kinds, one.brands, one.quiet_from) == ("user:ada", ["cap"], [1], 22)
    wrong = ada.post(f"{TOLD}add/", {**FORM, "time_zone": "Mars"})
    assert "That time zone is not known" in wrong.content.decode() and Subscription.objects.count() == 1
    page = f"{TOLD}{one.pk}/change/"
    assert ada.get(page).status_code == 200
    said = {"_form_submitted": "True"}
    assert ada.get(f"{TOLD}{one.pk}/test/").status_code == 200 and not Letter.objects.exists()
    answer = ada.post(f"{TOLD}{one.pk}/test/", said, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == page and Letter.objects.get().kind == "test"
    ada.post(page, {**FORM, "is_live": ""})
    one.refresh_from_db()
    assert not one.is_live and one.kinds == []
    assert "not told anything any more" in ada.post(f"{TOLD}{one.pk}/test/", said, follow=True).content.decode()
    eve = signed_in("eve", "view_subscription", enforce_csrf_checks=True)
    assert eve.get(page).status_code == 200
    for act in ("test", "rotate"):
        assert eve.post(f"{TOLD}{one.pk}/{act}/", said).status_code == 403
    assert eve.post(page, FORM).status_code == 403 and eve.post(f"{TOLD}add/", FORM).status_code == 403


def test_a_secret_changes_at_the_desk_and_is_shown_nowhere_there(world: World, ada: Client) -> None:
    ada.post(f"{TOLD}add/", {**FORM, "channel": "webhook", "address": "https://example.org/hook"})
    one = Subscription.objects.get()
    html = ada.post(f"{TOLD}{one.pk}/rotate/", {"_form_submitted": "True"}, follow=True).content.decode()
    one.refresh_from_db()
    assert one.secret_number == 2 and "has a new secret" in html and "whsec_" not in html


def test_a_letter_that_was_given_up_is_tried_again_by_a_button(world: World, ada: Client) -> None:
    ada.post(f"{TOLD}add/", {**FORM, "channel": "webhook", "address": "https://example.org/hook"})
    noted("a")
    letter = sending.take()
    assert letter is not None
    sending.land(letter=letter, outcome=sending.Outcome(sent=False, permanent=True, note=EVIL))
    html = ada.get(LETTERS).content.decode()
    assert "GIVEN_UP" in html and "<b onclick" not in html
    assert ada.get(f"{LETTERS}{letter.id}/change/").status_code == 200
    assert ada.get(f"{LETTERS}{letter.id}/again/").status_code == 200
    ada.post(f"{LETTERS}{letter.id}/again/", {"_form_submitted": "True"})
    assert Letter.objects.get().status == "PENDING"


@pytest.mark.spec("OPS-8", "REV-9")
def test_a_reviewer_sees_their_own_numbers_and_an_auditor_everybodys(world: World, ada: Client) -> None:
    for n, by in enumerate(("user:ada", "user:bob", "user:bob")):
        with tenancy.brand(ALPHA, actor=by):
            card = rows.card(about=f"agents.task:{n}", text=f"Post {n}.")
            claims.claim(item_id=card.pk)
            reviews.approve(item=card)
    with tenancy.all_brands(actor="user:bob"):
        saved = queues.save(name=EVIL[:40], filters=Filters(reason="rule"), is_shared=True)
    with CaptureQueriesContext(connection) as few:
        html = ada.get(NUMBERS).content.decode()
    assert "user:ada" in html and "user:bob" in html and "too few (0 of 20)" in html and "<b onclick" not in html
    bob = signed_in("bob", "view_reviewitem")
    own = bob.get(NUMBERS).content.decode()
    assert "Your answers" in own and "user:bob" in own and "user:ada" not in own
    auditor = signed_in("cleo", "view_reviewitem", "view_numbers")
    assert "user:ada" in auditor.get(NUMBERS).content.decode()
    assert "No answers in this time." in ada.get(f"{NUMBERS}?days=7&queue={saved.pk}").content.decode()
    assert ada.get(f"{NUMBERS}?days=x&queue=y").status_code == 200
    assert signed_in("dan", "view_post").get(NUMBERS).status_code == 403
    for n in range(3, 12):
        with tenancy.brand(ALPHA, actor=f"user:r{n}"):
            reviews.approve(item=rows.card(about=f"agents.task:{n}", text=f"Post {n}."))
    with CaptureQueriesContext(connection) as many:
        ada.get(NUMBERS)
    assert len(few) == len(many) <= 15
