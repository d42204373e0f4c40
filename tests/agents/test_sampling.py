"""Blind samples: a share of what went out by itself is shown without its score, afterwards; nothing waits for it."""

from typing import Any

import psycopg
import pytest

from agents import sweeper
from agents.calibration import sampling, selectors, services
from agents.calibration.selectors import Only
from agents.decisions.models import Decision
from agents.personas.models import Agent, RungStep
from agents.summary import count
from chimera.core import tenancy
from governance.reviews import selectors as queue
from governance.reviews import services as reviews
from governance.reviews.models import RejectReason, ReviewItem
from publishing.models import Post
from tests.agents import judged
from tests.conftest import ALPHA, World
from tests.governance.rows import failures, together


@pytest.fixture(autouse=True)
def all_of_them(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SAMPLE_SHARE_BP = 10_000
    monkeypatch.setattr(sampling, "_looked_at", -1e9)


@pytest.mark.spec("JDG-5")
def test_the_sample_is_its_share_the_same_again_and_another_under_another_seed(settings: Any) -> None:
    tasks = [f"agents.task:{number}" for number in range(20_000)]
    first = {task for task in tasks if sampling.is_drawn(task=task, share_bp=500)}
    assert 850 < len(first) < 1_150
    assert first == {task for task in tasks if sampling.is_drawn(task=task, share_bp=500)}
    assert first < {task for task in tasks if sampling.is_drawn(task=task, share_bp=1_000)}
    settings.SAMPLE_SEED = "another"
    assert first != {task for task in tasks if sampling.is_drawn(task=task, share_bp=500)}
    assert not any(sampling.is_drawn(task=task, share_bp=0) for task in tasks[:500])
    assert all(sampling.is_drawn(task=task, share_bp=10_000) for task in tasks[:500])


@pytest.mark.spec("JDG-5", "MET-1")
def test_what_went_out_by_itself_becomes_one_blind_card_that_counts_as_no_escalation(alpha: int) -> None:
    agent = judged.agent(brand_id=alpha, rung="AUTONOMOUS")
    verdict = judged.verdict(task=judged.task(agent=agent))
    post = judged.published(verdict=verdict)
    by_a_human = judged.verdict(task=judged.task(agent=agent), route="HUMAN")
    judged.published(verdict=by_a_human, approval="governance.reviewitem:7")
    assert sampling.draw(brand_id=alpha) == 1
    assert sampling.draw(brand_id=alpha) == 0
    (card,) = ReviewItem.objects.all()
    assert (card.kind, card.about, card.content_hash) == ("sample", f"agents.verdict:{verdict.pk}", post.content_hash)
    assert set(card.snapshot) == {"payload", "agent", "trend"}
    assert "9500" not in str(card.snapshot) + card.why
    assert queue.pending().count() == 0
    assert count().in_review == 0


@pytest.mark.spec("JDG-5")
def test_the_answer_to_a_sample_changes_no_post_and_is_a_decision(alpha: int) -> None:
    agent = judged.agent(brand_id=alpha, rung="AUTONOMOUS")
    verdict = judged.verdict(task=judged.task(agent=agent))
    post = judged.published(verdict=verdict)
    sampling.draw(brand_id=alpha)
    reviews.reject(item=ReviewItem.objects.get(), code=RejectReason.FACTS, reason="It was a kettle.")
    assert sampling.act_on_answers() == 1
    assert sampling.act_on_answers() == 0
    (decision,) = Decision.objects.all()
    assert (decision.answer, decision.is_blind, decision.composite_bp) == ("rejected", True, 9_500)
    assert (decision.agent_id, decision.task_id, decision.kind) == (agent.pk, verdict.task_id, "publish")
    assert decision.topic in verdict.snapshot["soul"]["interests"]
    again = Post.objects.get()
    assert (again.status, again.state_version) == ("PUBLISHED", post.state_version)


@pytest.mark.spec("JDG-5", "PER-5")
def test_samples_that_humans_would_have_stopped_lower_the_agent(alpha: int) -> None:
    agent = judged.agent(brand_id=alpha, rung="AUTONOMOUS")
    for _ in range(3):
        judged.published(verdict=judged.verdict(task=judged.task(agent=agent)))
    assert sampling.draw(brand_id=alpha) == 3
    for card in ReviewItem.objects.all():
        reviews.reject(item=card, code=RejectReason.TASTE, reason="")
    assert sampling.act_on_answers() == 3
    assert Agent.objects.get().status == "SUPERVISED"


@pytest.mark.spec("JDG-5", "REV-6")
def test_a_sample_that_nobody_answers_is_over_and_no_late_decision(world: World, settings: Any) -> None:
    with tenancy.brand(ALPHA, actor="test:post"):
        agent = judged.agent(brand_id=ALPHA, rung="AUTONOMOUS")
        judged.published(verdict=judged.verdict(task=judged.task(agent=agent)))
    assert failures(together([sampling.sweep] * 3)) == []  # one of them makes the card
    world.shift_clock("73 hours")
    assert reviews.expire_late() == 0
    assert sampling.act_on_answers() == 0
    settings.SAMPLE_SHARE_BP = 0
    sweeper.sweep(queues=[])
    with tenancy.brand(ALPHA, actor="test:look"):
        card = ReviewItem.objects.get()
        assert (card.status, card.consumed_at is None) == ("EXPIRED", False)
        assert not Decision.objects.exists()


@pytest.mark.spec("JDG-5")
def test_the_database_takes_no_sample_that_shows_the_score_and_no_second_one(world: World) -> None:
    insert = (
        "INSERT INTO governance_reviewitem (brand_id, status, state_version, subject, task, kind, content_hash,"
        " snapshot, why, deadline, decided_by, reason_code, reason) VALUES (1, 'PENDING', 1, 'agents.verdict:1',"
        " 'agents.task:1', 'sample', 'h', %s, 'x', chimera_now(), '', '', '')"
    )
    worker = world.connect("app", brand=ALPHA)
    for seen in ("verdict", "measures", "routing"):
        with pytest.raises(psycopg.errors.CheckViolation, match="review_sample_is_blind"):
            worker.execute(insert, [f'{{"payload": {{}}, "{seen}": {{}}}}'])
    worker.execute(insert, ['{"payload": {}}'])
    worker.execute(
        "UPDATE governance_reviewitem SET status = 'EXPIRED', state_version = 2, consumed_at = chimera_now()"
    )
    with pytest.raises(psycopg.errors.UniqueViolation, match="review_sampled_once"):
        worker.execute(insert, ['{"payload": {}}'])


def decided(agent: Agent, *, composite_bp: int, answer: str, count_: int, clean: bool = True) -> None:
    """Decisions as they are written, with the cards that they belong to."""
    for _ in range(count_):
        verdict = judged.verdict(task=judged.task(agent=agent), composite_bp=composite_bp)
        judged.published(verdict=verdict)
    sampling.draw(brand_id=agent.brand_id)
    for card in ReviewItem.objects.filter(status="PENDING"):
        if answer == "approved":
            reviews.approve(item=card)
        else:
            reviews.reject(item=card, code=RejectReason.VOICE, reason="")
    sampling.act_on_answers()


@pytest.mark.spec("JDG-5", "JDG-2")
def test_the_figures_become_advice_and_nothing_changes_by_itself(alpha: int, settings: Any) -> None:
    settings.CALIBRATION_DECISIONS_MIN = 8
    agent = judged.agent(brand_id=alpha)
    decided(agent, composite_bp=9_150, answer="rejected", count_=4)
    assert services.advise(brand_id=alpha) == []  # too few
    decided(agent, composite_bp=9_600, answer="approved", count_=4)
    judged.verdict(task=judged.task(agent=agent), composite_bp=9_900, objects="sensitive")
    found = selectors.calibration(only=Only(agent_id=agent.pk, kind="publish"))
    assert (found.decisions, found.blind, found.verdicts) == (
        8,
        8,
        8,
    )  # where a rule objected the score decided nothing
    made = services.advise(brand_id=alpha)
    assert [(one.scope, one.act_above_bp) for one in made] == [(f"brand:{alpha}", 9_200), (agent.scope, 9_200)]
    assert "Tighten from 0.90 to 0.92" in made[0].why
    assert services.advise(brand_id=alpha) == []  # it is open already
    assert selectors.calibration(only=Only(topic="nothing like it")).decisions == 0


@pytest.mark.spec("PER-5")
def test_a_voice_that_moves_away_from_itself_costs_a_rung_once(alpha: int, settings: Any) -> None:
    settings.TRUST_DRIFT_POSTS = 2
    agent = judged.agent(brand_id=alpha, rung="AUTONOMOUS")
    for bp in (9_000, 9_000, 9_000, 9_000, 9_000, 9_000, 7_500):
        judged.verdict(task=judged.task(agent=agent), composite_bp=bp)
    assert services.drop_drifted(brand_id=alpha) == []  # six before and one after
    judged.verdict(task=judged.task(agent=agent), composite_bp=7_500)
    assert [one.status for one in services.drop_drifted(brand_id=alpha)] == ["SUPERVISED"]
    assert services.drop_drifted(brand_id=alpha) == []
    assert "The voice drifted: 0.75 over the last 2 posts, 0.90 before." in RungStep.objects.latest("id").reason
