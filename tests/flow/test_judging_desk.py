"""The desk of the judge: calibration, thresholds, samples and the ladder, looked at and changed by people only."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agents.advice import services as advice
from agents.advice.models import Advice
from agents.calibration import sampling
from agents.decisions.models import Decision
from agents.personas.models import Agent
from agents.personas.states import TrustRung
from chimera.core import tenancy
from governance.models import ReviewItem, Threshold
from tests.agents import judged
from tests.conftest import ALPHA, World

EVIL = "{{constructor}} ');alert(1)// </script><b onclick=x>"
PAGE = "/admin/agents/advice/calibration/"
DONE = {"_form_submitted": "True"}


@pytest.fixture
def desk(world: World) -> Iterator[Client]:
    """A signed-in operator."""
    with world.role("operator"):
        with tenancy.acting("test:operator"):
            User.objects.create_superuser("ada", password="a long enough password")
        client = Client()
        client.login(username="ada", password="a long enough password")
        yield client


@pytest.fixture
def agent(world: World) -> Agent:
    with tenancy.brand(ALPHA, actor="test:past"):
        return judged.agent(brand_id=ALPHA, rung="SUPERVISED")


def decided(world: World, agent: Agent, *, count: int) -> None:
    """So many decisions, as the superuser writes them: every fifth of a low score was rejected."""
    with world.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "INSERT INTO agents_decision (brand_id, agent_id, review_id, task_id, kind, topic, content_hash,"
            " composite_bp, is_clean, answer, is_blind, made_at)"
            " SELECT 1, %s, (SELECT coalesce(max(review_id), 0) FROM agents_decision) + n, n, 'publish', %s, 'h',"
            " 7000 + n %% 30 * 100, true, CASE WHEN n %% 5 = 0 THEN 'rejected' ELSE 'approved' END, n %% 2 = 0,"
            " chimera_now() FROM generate_series(1, %s) AS n",
            [agent.pk, EVIL, count],
        )


def looked(desk: Client, url: str = PAGE) -> tuple[str, int]:
    with CaptureQueriesContext(connection) as asked:
        answer = desk.get(url)
    assert answer.status_code == 200
    return answer.content.decode(), len(asked)


@pytest.mark.spec("JDG-5", "SAF-1")
def test_the_page_of_calibration_draws_the_curve_beside_a_table_and_asks_no_more_when_there_is_more(
    world: World, desk: Client, agent: Agent
) -> None:
    page, _ = looked(desk)
    assert "Calibration | Chimera</title>" in page
    assert "That is too few for a curve: 50 are needed." in page and "<svg role" not in page
    decided(world, agent, count=60)
    page, few = looked(desk)
    assert '<svg role="img"' in page and "<polyline points=" in page
    assert "60 decisions" in page and "30 of them blind samples" in page
    assert page.count("<caption") == 1 and "What each threshold would do" in page
    assert "<b onclick" not in page
    decided(world, agent, count=300)
    _, many = looked(desk)
    assert many == few
    page, _ = looked(desk, f"{PAGE}?agent={agent.pk}&topic=&kind=publish")
    assert "360 decisions" in page
    assert looked(desk, f"{PAGE}?agent=x&kind=nothing")[0]  # what cannot be chosen chooses nothing


@pytest.mark.spec("JDG-5", "PER-5", "REV-8")
def test_advice_is_taken_by_a_post_with_a_reason_by_somebody_who_may(world: World, desk: Client, agent: Agent) -> None:
    with tenancy.brand(ALPHA, actor="test:past"):
        one = advice.offer_threshold(brand_id=ALPHA, scope=f"brand:{ALPHA}", act_above_bp=9_300, why=EVIL, figures={})
        other = advice.offer_rung(agent=agent, rung=TrustRung.AUTONOMOUS, why="Twenty in a row.", figures={})
    assert one is not None and other is not None
    page, _ = looked(desk)
    assert f"/admin/agents/advice/{one.pk}/change/" in page and "<b onclick" not in page
    address = f"/admin/agents/advice/{one.pk}"
    for verb in ("take", "decline"):
        assert desk.get(f"{address}/{verb}/").status_code == 200
        assert desk.post(f"{address}/{verb}/", {**DONE, "reason": ""}).status_code == 200
    assert set(statuses().values()) == {"OPEN"}
    ladder, _ = looked(desk, f"/admin/agents/agent/{agent.pk}/change/")
    assert "0 of 20 posts approved in a row" in ladder and "a test trusts it" in ladder
    with tenancy.acting("test:operator"):
        bob = User.objects.create_user("bob", password="a long enough password", is_staff=True)
        bob.user_permissions.set(Permission.objects.filter(codename__in=["view_advice", "view_threshold"]))
    reader = Client()
    reader.login(username="bob", password="a long enough password")
    assert reader.get(PAGE).status_code == 200
    assert reader.post(f"{address}/take/", {**DONE, "reason": "I want"}).status_code in (302, 403)
    assert statuses()[one.pk] == "OPEN"
    answer = desk.post(f"{address}/take/", {**DONE, "reason": "by the figures"}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == PAGE
    assert desk.post(f"/admin/agents/advice/{other.pk}/decline/", {**DONE, "reason": "later"}).status_code == 302
    assert statuses() == {one.pk: "TAKEN", other.pk: "DECLINED"}
    with tenancy.all_brands(actor="test:look"):
        held = Threshold.objects.get(status="IN_FORCE")
        assert (held.scope, held.act_above_bp, held.set_by, held.reason) == (
            f"brand:{ALPHA}",
            9_300,
            "user:ada",
            "by the figures",
        )
    assert (
        "is taken by user:ada already"
        in desk.post(f"{address}/take/", {**DONE, "reason": "again"}, follow=True).content.decode()
    )


def statuses() -> dict[int, str]:
    with tenancy.all_brands(actor="test:look"):
        return dict(Advice.objects.values_list("id", "status"))


@pytest.mark.spec("JDG-2", "REV-8")
def test_a_threshold_is_tightened_and_lifted_at_the_desk_with_a_reason(desk: Client) -> None:
    form = {
        **DONE,
        "brand": str(ALPHA),
        "scope": "agent:7",
        "kind": "publish",
        "retry_below": "0.7",
        "reason": "launch",
    }
    address = "/admin/governance/threshold/"
    assert "Tighten a threshold" in looked(desk, address)[0]
    assert desk.get(f"{address}tighten/").status_code == 200
    refused = desk.post(f"{address}tighten/", {**form, "act_above": "0.85"}, follow=True)
    assert "a threshold is only ever tightened" in refused.content.decode().replace("&#x27;", "'")
    assert desk.post(f"{address}tighten/", {**form, "act_above": "0.93"}).status_code == 302
    with tenancy.all_brands(actor="test:look"):
        one = Threshold.objects.get()
        assert (one.act_above_bp, one.retry_below_bp, one.set_by) == (9_300, 7_000, "user:ada")
    assert desk.post(f"{address}{one.pk}/lift/", {**DONE, "reason": "over"}).status_code == 302
    with tenancy.all_brands(actor="test:look"):
        assert Threshold.objects.get().end_reason == "over"


@pytest.mark.spec("JDG-5")
def test_a_sample_shows_the_post_and_not_the_score_and_takes_answers_of_its_own(
    world: World, desk: Client, agent: Agent, settings: Any
) -> None:
    settings.SAMPLE_SHARE_BP = 10_000
    with world.role("app"), tenancy.brand(ALPHA, actor="test:past"):
        judged.published(verdict=judged.verdict(task=judged.task(agent=agent), composite_bp=9_876))
        assert sampling.draw(brand_id=ALPHA) == 1
    with tenancy.all_brands(actor="test:look"):
        card = ReviewItem.objects.get()
    address = f"/admin/governance/reviewitem/desk/{card.pk}"
    page, _ = looked(desk, f"{address}/")
    assert "What was published" in page and "Your answer changes nothing about it" in page
    assert "0.98" not in page and "Score" not in page and "History" not in page and "Cost" not in page
    assert "I would have left it" in page and f"{address}/edit/" not in page
    seen = {"version": card.state_version, "hash": card.content_hash, "code": "facts", "reason": "A kettle."}
    assert desk.post(f"{address}/reject/", seen).status_code == 302
    with world.role("app"):
        assert sampling.act_on_answers() == 1
    with tenancy.all_brands(actor="test:look"):
        assert Decision.objects.get().answer == "rejected"
