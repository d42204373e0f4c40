"""The desk's pages of campaigns, cohorts and rollouts: forms and dialogs through services, outside text inert."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agents.campaigns import services as campaigns
from agents.campaigns.models import Campaign
from agents.campaigns.services import Terms
from agents.cohorts import services as cohorts
from agents.cohorts.models import Cohort, Rollout
from agents.personas.models import Agent
from chimera.core import clock, tenancy
from governance.models import AuditEvent, BudgetLimit, Threshold
from tests import people
from tests.conftest import ALPHA, BETA, World

EVIL = "{{constructor}} ');alert(1)// </script><b onclick=x> in Orlowe"
BRIEF = f"The repair café in Orlowe lends 240 tools. {EVIL}"
SUBMIT = {"_form_submitted": "True"}


@pytest.fixture
def desk(world: World) -> Iterator[Client]:
    """A signed-in operator, two agents, a cohort of both."""
    with world.role("operator"):
        with tenancy.brand(ALPHA, actor="test:operator"):
            for soul_file in ("bea_unscrews", "iven_at_lowtide"):
                people.agent(brand_id=ALPHA, soul_file=soul_file)
            cohorts.save(brand_id=ALPHA, name="everybody", asked={"everyone": True})
        with tenancy.acting("test:operator"):
            User.objects.create_superuser("ada", password="a long enough password")
        client = Client()
        client.login(username="ada", password="a long enough password")
        yield client


def one(model: Any) -> Any:
    with tenancy.all_brands(actor="test:look"):
        return model.objects.get()


def form(**changes: Any) -> dict[str, Any]:
    with tenancy.all_brands(actor="test:look"):
        now = clock.now()
        agents = list(Agent.objects.order_by("handle").values_list("pk", flat=True))
    said = {
        "brand": ALPHA,
        "name": "Repair week",
        "brief": BRIEF,
        "about_text": "repair, tools",
        "starts_at_0": f"{now:%Y-%m-%d}",
        "starts_at_1": "00:00",
        "ends_at_0": f"{now + timedelta(days=5):%Y-%m-%d}",
        "ends_at_1": "00:00",
        "day_dollars": "2.00",
        "total_dollars": "9.50",
        "posts_per_day": "1",
        "sponsorship": "none",
        "agents": agents[:1],
    }
    return {**said, **changes}


@pytest.mark.spec("PLN-4", "AUD-1")
def test_a_campaign_is_written_started_and_edited_at_the_desk(world: World, desk: Client) -> None:
    assert desk.get("/admin/agents/campaign/add/").status_code == 200
    answer = desk.post("/admin/agents/campaign/add/", form())
    assert answer.status_code == 302, answer.content.decode()[:3000]
    made = one(Campaign)
    assert (made.status, made.version, made.total_usd_micros, made.about) == (
        "DRAFT",
        1,
        9_500_000,
        ["repair", "tools"],
    )
    with tenancy.all_brands(actor="test:look"):
        assert BudgetLimit.objects.filter(scope=made.scope).exists()
    page = f"/admin/agents/campaign/{made.pk}"
    for verb in ("start", "pause", "end", "cancel"):
        assert desk.get(f"{page}/{verb}/").status_code == 200, "a dialog"
    assert one(Campaign).status == "DRAFT", "looking moves nothing"
    assert desk.post(f"{page}/start/", SUBMIT).status_code == 200, "without a reason it is asked for again"
    assert one(Campaign).status == "DRAFT"
    desk.post(f"{page}/start/", {**SUBMIT, "reason": "the client asked for it"})
    assert one(Campaign).status == "ACTIVE"
    edited = form(day_dollars="3.00", version_read="1")
    assert desk.post(f"{page}/change/", edited).status_code == 302
    assert (one(Campaign).version, one(Campaign).day_usd_micros) == (2, 3_000_000)
    again = desk.post(f"{page}/change/", {**edited, "day_dollars": "4.00"})
    assert "has changed or ended since you read it" in again.content.decode()
    assert one(Campaign).day_usd_micros == 3_000_000
    with tenancy.all_brands(actor="test:look"):
        assert AuditEvent.objects.filter(subject=made.subject, to_status="ACTIVE", actor="user:ada").exists()


def test_a_campaign_that_makes_no_sense_is_told_beside_the_form(desk: Client) -> None:
    with tenancy.brand(BETA, actor="test:operator"):
        foreign = people.agent(brand_id=BETA, soul_file="zuzka_bubbles")
    for changes, says in (
        ({"brief": "Buy now!"}, "no complete sentence"),
        ({"total_dollars": "1.00"}, "smaller than that of one day"),
        ({"agents": [foreign.pk]}, "belongs to another brand"),
    ):
        answer = desk.post("/admin/agents/campaign/add/", form(**changes))
        assert answer.status_code == 200 and says in answer.content.decode(), says
    with tenancy.all_brands(actor="test:look"):
        assert Campaign.objects.count() == 0


@pytest.mark.spec("PLN-12")
def test_a_cohort_is_acted_on_and_a_change_rolled_out_at_the_desk(world: World, desk: Client) -> None:
    page = f"/admin/agents/cohort/{one(Cohort).pk}"
    assert "@bea_unscrews, @iven_at_lowtide" in desk.get(f"{page}/change/").content.decode()
    for verb in ("pause", "resume", "budget", "tighten", "begin"):
        assert desk.get(f"{page}/{verb}/").status_code == 200
    desk.post(f"{page}/budget/", {**SUBMIT, "dollars": "3.00"})
    desk.post(f"{page}/tighten/", {**SUBMIT, "act_above": "0.95", "reason": "a launch week"})
    with tenancy.all_brands(actor="test:look"):
        assert BudgetLimit.objects.filter(scope__startswith="agent:", limit_usd_micros=3_000_000).count() == 2
        assert Threshold.objects.filter(scope__startswith="agent:", act_above_bp=9_500).count() == 2
        assert Rollout.objects.count() == 0
    change = {**SUBMIT, "reason": "readers asked", "directives": "Name the town.", "forbidden": "", "canaries": "1"}
    desk.post(f"{page}/begin/", change)
    assert "under way already" in desk.post(f"{page}/begin/", change, follow=True).content.decode()
    rollout = one(Rollout)
    decision = f"/admin/agents/rollout/{rollout.pk}"
    shown = desk.get(f"{decision}/change/").content.decode()
    assert "add to directives: Name the town." in shown and "(canary): changed" in shown
    early = desk.post(f"{decision}/go/", {**SUBMIT, "reason": "hasty"}, follow=True).content.decode()
    assert "it can go on once it is READY" in early
    desk.post(f"{decision}/roll_back/", {**SUBMIT, "reason": "no"})
    assert (one(Rollout).status, one(Rollout).decided_by) == ("ROLLED_BACK", "user:ada")


@pytest.mark.spec("REV-8")
def test_without_the_token_or_the_permission_nothing_moves(world: World, desk: Client) -> None:
    desk.post("/admin/agents/campaign/add/", form())
    urls = [
        f"/admin/agents/campaign/{one(Campaign).pk}/start/",
        f"/admin/agents/cohort/{one(Cohort).pk}/pause/",
    ]
    strict = Client(enforce_csrf_checks=True)
    strict.login(username="ada", password="a long enough password")
    with tenancy.acting("test:operator"):
        User.objects.create_user("bob", password="a long enough password", is_staff=True)
    bob = Client()
    bob.login(username="bob", password="a long enough password")
    for url in urls:
        assert strict.post(url, {**SUBMIT, "reason": "x"}).status_code == 403
        assert bob.post(url, {**SUBMIT, "reason": "x"}).status_code in (302, 403)
    assert bob.get("/admin/agents/campaign/add/").status_code == 403
    assert one(Campaign).status == "DRAFT"


@pytest.mark.spec("SAF-1")
def test_briefs_and_reasons_are_shown_inert(world: World, desk: Client) -> None:
    desk.post("/admin/agents/campaign/add/", form(name=f"Week {EVIL}"[:120]))
    campaign = one(Campaign)
    desk.post(f"/admin/agents/campaign/{campaign.pk}/start/", {**SUBMIT, "reason": EVIL})
    page = f"/admin/agents/cohort/{one(Cohort).pk}"
    change = {**SUBMIT, "reason": EVIL, "directives": EVIL, "forbidden": "", "canaries": "1"}
    desk.post(f"{page}/begin/", change)
    for url in (
        "/admin/agents/campaign/",
        f"/admin/agents/campaign/{campaign.pk}/change/",
        "/admin/agents/cohort/",
        f"{page}/change/",
        "/admin/agents/rollout/",
        f"/admin/agents/rollout/{one(Rollout).pk}/change/",
    ):
        answer = desk.get(url)
        assert answer.status_code == 200, url
        assert "<b onclick" not in answer.content.decode(), url


def test_the_list_of_campaigns_asks_as_often_for_many_as_for_one(world: World, desk: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get("/admin/agents/campaign/").status_code == 200
        return len(queries)

    def make(count: int) -> None:
        with tenancy.brand(ALPHA, actor="test:operator"):
            now = clock.now()
            for number in range(count):
                campaigns.create(
                    brand_id=ALPHA,
                    terms=Terms(
                        name=f"Week {count} {number}",
                        brief="The repair café in Orlowe lends 240 tools.",
                        starts_at=now,
                        ends_at=now + timedelta(days=1),
                        day_usd_micros=1,
                        total_usd_micros=1,
                    ),
                    agents=Agent.objects.all(),
                )

    make(1)
    asked()
    few = asked()
    make(6)
    assert asked() == few
