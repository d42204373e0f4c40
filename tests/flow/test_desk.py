"""The desk: a human approves and rejects in the admin; what came from outside is shown inert."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agents import pipeline, sweeper
from agents.personas.states import TrustRung
from chimera.core import storage, tenancy
from governance.models import AuditEvent, ReviewItem
from publishing.models import Post
from tests import people
from tests.conftest import ALPHA, World

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


def pending() -> ReviewItem:
    with tenancy.all_brands(actor="test:look"):
        return ReviewItem.objects.get(status="PENDING")


@pytest.mark.spec("REV-1", "REV-2", "REV-4")
def test_approving_in_the_admin_lets_the_post_go_out(world: World, desk: Client) -> None:
    item = pending()
    page = desk.get(f"/admin/governance/reviewitem/{item.pk}/change/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "The agent is on probation" in text
    assert "AI label set" in text
    assert f"/media/{item.snapshot['payload']['media'][0]['sha256']}" in text
    answer = desk.post(
        f"/admin/governance/reviewitem/{item.pk}/approve/", {"_form_submitted": "True"}, headers={"HX-Request": "true"}
    )
    assert answer.headers["HX-Redirect"].endswith("?status=PENDING")
    with world.role("app"):
        sweeper.sweep()
        work()
        with tenancy.brand(ALPHA, actor="test:look"):
            assert Post.objects.get().approval == item.subject
            assert AuditEvent.objects.filter(subject=item.subject, to_status="APPROVED", actor="user:ada").exists()


@pytest.mark.spec("REV-2")
def test_rejecting_in_the_admin_sends_it_back_with_the_reason(world: World, desk: Client) -> None:
    item = pending()
    form = {"_form_submitted": "True", "code": "voice", "reason": "Warmer, please."}
    assert desk.post(f"/admin/governance/reviewitem/{item.pk}/reject/", form).status_code == 302
    with world.role("app"):
        sweeper.sweep()
        work()
    fresh = pending()
    assert fresh.pk != item.pk
    assert fresh.content_hash != item.content_hash


@pytest.mark.spec("REV-2")
def test_looking_at_a_dialog_decides_nothing(desk: Client) -> None:
    item = pending()
    for verb in ("approve", "reject"):
        assert desk.get(f"/admin/governance/reviewitem/{item.pk}/{verb}/").status_code == 200
    assert desk.post(f"/admin/governance/reviewitem/{item.pk}/reject/", {"_form_submitted": "True"}).status_code == 200
    assert pending().pk == item.pk


@pytest.mark.spec("REV-3")
def test_a_second_answer_changes_nothing_and_says_so(desk: Client) -> None:
    item = pending()
    url = f"/admin/governance/reviewitem/{item.pk}/"
    desk.post(url + "approve/", {"_form_submitted": "True"})
    answer = desk.post(url + "reject/", {"_form_submitted": "True", "code": "voice", "reason": "no"}, follow=True)
    assert "already answered" in answer.content.decode()
    with tenancy.all_brands(actor="test:look"):
        assert ReviewItem.objects.get(pk=item.pk).status == "APPROVED"


@pytest.mark.spec("REV-8", "TEN-1")
def test_a_post_without_the_token_or_the_permission_is_refused(world: World, desk: Client) -> None:
    item = pending()
    strict = Client(enforce_csrf_checks=True)
    strict.login(username="ada", password="a long enough password")
    url = f"/admin/governance/reviewitem/{item.pk}/approve/"
    assert strict.post(url, {"_form_submitted": "True"}).status_code == 403
    with tenancy.acting("test:operator"):
        User.objects.create_user("bob", password="a long enough password", is_staff=True)
    other = Client()
    other.login(username="bob", password="a long enough password")
    assert other.post(url, {"_form_submitted": "True"}).status_code in (302, 403)
    assert Client().post(url, {"_form_submitted": "True"}).status_code == 302
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
        f"/admin/governance/reviewitem/{item.pk}/change/",
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
                "payload": {"text": "Is it live?"},
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
    address = f"/admin/governance/reviewitem/{lost.pk}"
    page = desk.get(f"{address}/change/").content.decode()
    assert "Say what you found" in page and "sent 2 times" in page and "key-77" in page
    assert f"{address}/approve/" not in page and f"{address}/reject/" not in page
    assert "<b onclick" not in page
    other = desk.get(f"/admin/governance/reviewitem/{pending_of('agents.task').pk}/change/").content.decode()
    assert "Say what you found" not in other
    desk.post(f"{address}/approve/", {"_form_submitted": "True"})
    for fields in ({"answer": "found_live", "evidence": ""}, {"answer": "", "evidence": "x"}):
        desk.post(f"{address}/resolve/", {"_form_submitted": "True", **fields})
    assert pending_of("publishing.post").status == "PENDING"
    desk.post(
        f"{address}/resolve/", {"_form_submitted": "True", "answer": "found_live", "evidence": "http://plaza/p/9"}
    )
    with tenancy.all_brands(actor="test:look"):
        lost.refresh_from_db()
        assert (lost.status, lost.answer, lost.evidence_url) == ("APPROVED", "found_live", "http://plaza/p/9")
        assert lost.decided_by == "user:ada"


def pending_of(kind: str) -> ReviewItem:
    with tenancy.all_brands(actor="test:look"):
        return ReviewItem.objects.get(status="PENDING", about__startswith=kind)
