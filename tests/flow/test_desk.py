"""The desk: a human approves and rejects in the admin; what came from outside is shown inert."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agents import pipeline, sweeper
from agents.personas.states import TrustRung
from chimera.core import storage, tenancy
from governance.models import AuditEvent, ReviewItem
from publishing.models import Post
from tests import people
from tests.conftest import ALPHA, World

DESK = "/admin/governance/reviewitem/desk/"
LIVE_AT = "http://127.0.0.1:8802/p/0123456789abcdef"
EVIL = "{{constructor}} ');alert(1)// </script><b onclick=x> in Orlowe"


@pytest.fixture
def desk(world: World) -> Iterator[Client]:
    """A signed-in operator in front of one pending review."""
    with world.role("operator"):
        with tenancy.brand(ALPHA, actor="test:operator"):
            agent = people.agent(brand_id=ALPHA, rung=TrustRung.PROBATION)
            people.trend(brand_id=ALPHA)
            people.goal(agent=agent)
        with tenancy.acting("test:operator"):
            User.objects.create_superuser("ada", password="a long enough password")
    work()
    with world.role("operator"):
        client = Client()
        client.login(username="ada", password="a long enough password")
        yield client


def work() -> None:
    for _ in range(10):
        if not sum(pipeline.drain(queue=queue, seconds=20) for queue in ("think", "render")):
            return


def seen(item: ReviewItem) -> dict[str, object]:
    """What the page sends of the card that was looked at."""
    return {"version": item.state_version, "hash": item.content_hash}


def pending() -> ReviewItem:
    with tenancy.all_brands(actor="test:look"):
        return ReviewItem.objects.get(status="PENDING")


@pytest.mark.spec("REV-1", "REV-2", "REV-4")
def test_approving_in_the_admin_lets_the_post_go_out(world: World, desk: Client) -> None:
    item = pending()
    page = desk.get(f"/admin/governance/reviewitem/{item.pk}/change/", follow=True)
    assert page.status_code == 200 and page.redirect_chain[-1][0] == f"{DESK}{item.pk}/"
    text = page.content.decode()
    assert "The agent is on probation" in text
    assert "AI label set" in text
    assert f"/media/{item.snapshot['payload']['media'][0]['sha256']}" in text
    answer = desk.post(f"{DESK}{item.pk}/approve/", seen(item), headers={"HX-Request": "true"})
    assert answer.json()["ok"] and "Nothing waits here" in answer.json()["html"]
    with world.role("app"):
        sweeper.sweep()
        work()
        with tenancy.brand(ALPHA, actor="test:look"):
            assert Post.objects.get().approval == item.subject
            assert AuditEvent.objects.filter(subject=item.subject, to_status="APPROVED", actor="user:ada").exists()


@pytest.mark.spec("REV-2")
def test_rejecting_in_the_admin_sends_it_back_with_the_reason(world: World, desk: Client) -> None:
    item = pending()
    form = {**seen(item), "code": "voice", "reason": "Warmer, please."}
    assert desk.post(f"{DESK}{item.pk}/reject/", form).status_code == 302
    with world.role("app"):
        sweeper.sweep()
        work()
    fresh = pending()
    assert fresh.pk != item.pk
    assert fresh.content_hash != item.content_hash


@pytest.mark.spec("REV-2", "REV-3")
def test_looking_decides_nothing_and_takes_nothing(desk: Client) -> None:
    item = pending()
    for address in ("", "next/", f"{item.pk}/", f"next/?after={item.pk + 1}"):
        assert desk.get(DESK + address, follow=True).status_code in (200, 204)
    for hand in ("approve", "reject", "edit", "skip", "hold", "hand", "undo", "heartbeat", "leave"):
        assert desk.get(f"{DESK}{item.pk}/{hand}/").status_code == 405
    refused = desk.post(f"{DESK}{item.pk}/reject/", seen(item), headers={"HX-Request": "true"})
    assert refused.status_code == 409 and refused.json()["said"] == "Choose one of the reasons."
    assert (pending().pk, pending().claimed_by) == (item.pk, "")


@pytest.mark.spec("REV-3")
def test_a_second_answer_changes_nothing_and_says_so(desk: Client) -> None:
    item = pending()
    desk.post(f"{DESK}{item.pk}/approve/", seen(item))
    answer = desk.post(f"{DESK}{item.pk}/reject/", {**seen(item), "code": "voice", "reason": "no"}, follow=True)
    assert "already answered" in answer.content.decode()
    with tenancy.all_brands(actor="test:look"):
        assert ReviewItem.objects.get(pk=item.pk).status == "APPROVED"


NO_SENSE: list[tuple[str, dict[str, str], str]] = [
    ("approve", {"version": "", "hash": ""}, "did not say which version"),
    ("approve", {"version": "7"}, "Since you opened this review"),
    ("hold", {"hours": "0", "reason": "x"}, "Choose for how long"),
    ("hold", {"hours": "nine", "reason": "x"}, "Choose for how long"),
    ("hold", {"hours": "1", "reason": " "}, "Say what it waits for"),
    ("hand", {"to": "", "reason": "x"}, "Choose to whom"),
    ("hand", {"to": "nobody", "reason": "x"}, "Nobody named 'nobody'"),
    ("resolve", {"answer": "retry"}, "Nothing is in doubt"),
    ("resolve", {"answer": "maybe"}, "Choose one of the answers"),
    ("release", {}, "not on hold"),
    ("edit", {"text": " "}, "without a word"),
    ("publish", {}, "nothing named 'publish'"),
]


@pytest.mark.spec("REV-2", "REV-3")
def test_what_makes_no_sense_is_refused_with_a_sentence(desk: Client) -> None:
    item = pending()
    for hand, form, sentence in NO_SENSE:
        answer = desk.post(f"{DESK}{item.pk}/{hand}/", {**seen(item), **form}, headers={"HX-Request": "true"})
        assert answer.status_code in (404, 409), (hand, form)
        assert sentence in answer.json()["said"], (hand, form)
    assert pending().pk == item.pk


@pytest.mark.spec("REV-6")
def test_a_filter_that_means_nothing_is_said_and_left_out(desk: Client) -> None:
    answer = desk.get(f"{DESK}?queue=colour%3Dblue", follow=True)
    assert "There is no filter &#x27;colour&#x27;" in answer.content.decode()
    assert f"{DESK}{pending().pk}/" in answer.content.decode()
    other = desk.get(f"{DESK}?queue=agent%3Dsomebody_else", follow=True).content.decode()
    assert "Nothing waits here" in other
    listed = desk.get("/admin/governance/reviewitem/?status=PENDING&agent=bea_unscrews").content.decode()
    assert f"{DESK}?queue=agent%3Dbea_unscrews" in listed
    assert desk.get(f"{DESK}999999/", follow=True).redirect_chain[0][0] == DESK
    assert desk.get(f"{DESK}999999/", headers={"HX-Request": "true"}).status_code == 404


@pytest.mark.spec("REV-9")
def test_a_page_of_the_desk_takes_at_most_fifteen_queries(desk: Client) -> None:
    item = pending()
    for address in (f"{item.pk}/", "", "next/"):
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(DESK + address).status_code in (200, 302)
        assert len(asked) <= 15, (address, [one["sql"][:100] for one in asked])


@pytest.mark.spec("REV-8", "TEN-1")
def test_a_post_without_the_token_or_the_permission_is_refused(world: World, desk: Client) -> None:
    item = pending()
    strict = Client(enforce_csrf_checks=True)
    strict.login(username="ada", password="a long enough password")
    url = f"{DESK}{item.pk}/approve/"
    assert strict.post(url, seen(item)).status_code == 403
    with tenancy.acting("test:operator"):
        User.objects.create_user("bob", password="a long enough password", is_staff=True)
    other = Client()
    other.login(username="bob", password="a long enough password")
    assert other.post(url, seen(item)).status_code == 403
    assert other.get(f"{DESK}{item.pk}/").status_code == 403
    assert Client().post(url, seen(item)).status_code == 302
    assert pending().pk == item.pk


@pytest.mark.spec("SAF-1", "REV-1")
def test_text_from_outside_is_shown_inert(world: World, desk: Client) -> None:
    item = pending()
    with world.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "UPDATE governance_reviewitem SET why = %s, snapshot = jsonb_set(jsonb_set(snapshot, '{payload,text}', "
            "to_jsonb(%s::text)), '{trend,title}', to_jsonb(%s::text)) WHERE id = %s",
            [EVIL, EVIL, EVIL, item.pk],
        )
        owner.execute("UPDATE publishing_trend SET title = %s", [EVIL])
        owner.execute("UPDATE agents_task SET note = %s", [EVIL])
    pages = [
        f"{DESK}{item.pk}/",
        f"{DESK}next/",
        "/admin/governance/reviewitem/",
        "/admin/publishing/trend/",
        "/admin/agents/task/",
        "/admin/agents/goal/",
        "/admin/governance/auditevent/",
    ]
    for page in pages:
        answer = desk.get(page)
        assert answer.status_code == 200, page
        html = answer.content.decode()
        assert "</script><b onclick" not in html, page
        assert "<b onclick" not in html, page
        assert "unsafe-inline" not in answer.headers["Content-Security-Policy"].split("script-src")[1].split(";")[0]


def test_media_is_for_people_who_are_signed_in(desk: Client) -> None:
    found = pending().snapshot["payload"]["media"][0]["sha256"]
    assert desk.get(f"/media/{found}").content == storage.get(found)
    assert desk.get("/media/nothing").status_code == 404
    assert Client().get(f"/media/{found}").status_code == 302


@pytest.mark.spec("PUB-4", "REV-4")
def test_a_doubt_is_answered_at_the_desk_by_what_somebody_found(world: World, desk: Client) -> None:
    deadline = pending().deadline
    with world.role("app"), tenancy.brand(ALPHA, actor="test:lost"):
        lost = ReviewItem.objects.create(
            brand_id=ALPHA,
            about="publishing.post:1",
            task="agents.task:1",
            kind="in_doubt",
            content_hash="x",
            snapshot={
                "payload": {"text": "Is it live?", "platform": "plaza"},
                "agent": {"handle": "bea_unscrews", "name": "Bea"},
                "effect": {
                    "status": "IN_DOUBT",
                    "sends": 2,
                    "key": "key-77",
                    "lookups": [{"at": "2026-11-22T10:00:00Z", "result": "failed", "said": EVIL}],
                },
            },
            why="The platform gave no answer.",
            deadline=deadline,
            status="PENDING",
        )
    address = f"{DESK}{lost.pk}"
    page = desk.get(f"{address}/").content.decode()
    assert "Found live" in page and "2 times" in page and "key-77" in page
    assert f"{address}/approve/" not in page and f"{address}/reject/" not in page
    assert "<b onclick" not in page
    other = desk.get(f"{DESK}{pending_of('agents.task').pk}/").content.decode()
    assert "Found live" not in other
    desk.post(f"{address}/approve/", seen(lost))
    for fields in ({"answer": "found_live", "evidence": ""}, {"answer": "", "evidence": "x"}):
        desk.post(f"{address}/resolve/", {**seen(lost), **fields})
    assert pending_of("publishing.post").status == "PENDING"
    desk.post(f"{address}/resolve/", {**seen(lost), "answer": "found_live", "evidence": f"{LIVE_AT}/"})
    with tenancy.all_brands(actor="test:look"):
        lost.refresh_from_db()
        assert (lost.status, lost.answer, lost.evidence_url) == ("APPROVED", "found_live", f"{LIVE_AT}/")
        assert lost.decided_by == "user:ada"


def pending_of(kind: str) -> ReviewItem:
    with tenancy.all_brands(actor="test:look"):
        return ReviewItem.objects.get(status="PENDING", about__startswith=kind)
