"""The ladder of trust by rule: up by what humans approve, down by what they reject, each step once, with a reason."""

from datetime import timedelta
from itertools import count
from typing import Any

import psycopg
import pytest

from agents.advice import services as advice
from agents.advice.models import Advice
from agents.advice.services import NoReason, NotOpen
from agents.decisions.models import Answer, Decision
from agents.judge import answers
from agents.ladder import rules, selectors, services
from agents.ladder.rules import Decided, Rules
from agents.personas import services as personas
from agents.personas.models import Agent, RungStep
from agents.personas.states import TrustRung
from agents.tasks.models import Task
from chimera.core import clock, tenancy
from governance.models import Threshold
from governance.reviews import services as reviews
from governance.reviews.models import RejectReason, ReviewItem, ReviewKind
from tests import people
from tests.agents.fakes import desk, looking
from tests.conftest import ALPHA, World
from tests.governance.rows import failures, together

RULES = Rules(
    window=12,
    approved_min=10,
    rejects_max=2,
    more=20,
    clear_min=5,
    agreement_min_bp=8_000,
    drop_window=10,
    drop_rejects=3,
)
YES = Decided(answer=Answer.APPROVED, composite_bp=9_500, is_clean=True)
NO = Decided(answer=Answer.REJECTED, composite_bp=9_500, is_clean=True)
EDITED = Decided(answer=Answer.EDITED, composite_bp=9_500, is_clean=True)
DOUBTED = Decided(answer=Answer.APPROVED, composite_bp=8_000, is_clean=True)
DISLIKED = Decided(answer=Answer.APPROVED, composite_bp=5_000, is_clean=True)
OBJECTED = Decided(answer=Answer.APPROVED, composite_bp=9_500, is_clean=False)
P, S, A = TrustRung.PROBATION, TrustRung.SUPERVISED, TrustRung.AUTONOMOUS
_numbers = count(1)


@pytest.mark.spec("PER-5")
@pytest.mark.parametrize(
    ("rung", "newest_first", "to"),
    [
        (P, [YES] * 9, None),
        (P, [YES] * 10, S),
        (P, [NO, *[YES] * 10, NO], S),
        (P, [NO, *[YES] * 9, NO, YES], S),
        (P, [NO, NO, *[YES] * 9, YES, YES], S),
        (P, [NO, NO, NO, *[YES] * 10], None),  # the tenth yes lies beyond the last twelve
        (P, [EDITED] * 12, None),
        (P, [NO] * 12, None),  # there is no rung below
        (S, [YES] * 19, None),
        (S, [YES] * 20, A),
        (S, [YES] * 19 + [NO], None),
        (S, [YES] * 19 + [EDITED] + [YES] * 9, None),
        (S, [DOUBTED] * 20, None),  # the judge was never sure
        (S, [YES] * 5 + [OBJECTED] * 15, A),
        (S, [YES] * 4 + [OBJECTED] * 16, None),
        (S, [YES] * 4 + [DISLIKED] + [DOUBTED] * 15, A),  # agreed on four of five
        (S, [YES] * 3 + [DISLIKED] * 2 + [DOUBTED] * 15, None),
        (S, [NO, NO, *[YES] * 8], None),
        (S, [NO, NO, *[YES] * 7, NO], P),
        (S, [NO, NO, *[YES] * 8, NO], None),  # the third no is the eleventh decision
        (A, [NO, NO, NO], S),
        (A, [YES] * 40, None),
        (A, [], None),
    ],
)
def test_the_rules_say_which_step_is_due(rung: TrustRung, newest_first: list[Decided], to: TrustRung | None) -> None:
    found = rules.standing(rung=rung, decided=newest_first, rules=RULES)
    assert found.to == to
    assert bool(found.missing) == (to is None and rung != A)
    assert found.why or found.missing


@pytest.mark.spec("PER-5")
def test_what_is_missing_is_said_in_words() -> None:
    found = rules.standing(rung=P, decided=[NO, NO, NO, YES], rules=RULES)
    assert found.missing == (
        "1 of 10 posts approved among the last 12 decisions",
        "3 rejected among them, at most 2 may be",
    )
    found = rules.standing(rung=S, decided=[YES, YES, NO], rules=RULES)
    assert found.missing[0] == "2 of 20 posts approved in a row"


@pytest.fixture
def agent(alpha: int) -> Agent:
    """Somebody on probation; rolled back."""
    return Agent.objects.create(brand_id=alpha, handle="bea_unscrews", name="Bea", status=P)


def decide(agent: Agent, *, approved: bool = True, kind: ReviewKind = ReviewKind.PROBATION, bp: int = 9_500) -> None:
    """A human answers a card about one of the agent's posts, and the answer is used."""
    number = next(_numbers)
    task = Task(id=number, agent_id=agent.pk, kind="publish")
    verdict = {"composite_bp": bp, "findings": [{"policy": "craft", "outcome": "PASS"}]}
    card = reviews.ask(
        brand_id=agent.brand_id,
        about=f"agents.task:{number}",
        task=f"agents.task:{number}",
        kind=kind,
        snapshot={"payload": {"text": str(number)}, "verdict": verdict},
        why="Look.",
        deadline=clock.now() + timedelta(hours=1),
    )
    if approved:
        reviews.approve(item=card)
    else:
        reviews.reject(item=card, code=RejectReason.VOICE, reason="")
    services.count(review=card, task=task)
    agent.refresh_from_db()


@pytest.mark.spec("PER-5")
def test_the_tenth_approval_ends_probation_and_says_why(agent: Agent) -> None:
    for _ in range(9):
        decide(agent)
    assert agent.status == P
    decide(agent)
    assert agent.status == S
    step = RungStep.objects.get()
    assert (step.from_rung, step.to_rung, step.actor) == (P, S, "test:fixture")
    assert step.reason == agent.rung_reason == "10 of the last 10 posts were approved and 0 rejected."
    assert selectors.decided(agent=agent, count_max=50) == []  # what led here is used up


@pytest.mark.spec("PER-5")
def test_three_rejections_drop_a_rung_once_and_never_below_probation(agent: Agent) -> None:
    personas.promote(agent=agent, to=A, reason="a test trusts it")
    for _ in range(3):
        assert agent.status == A
        decide(agent, approved=False)
    assert agent.status == S
    decide(agent, approved=False)
    decide(agent, approved=False)
    assert agent.status == S  # the first three are used up
    decide(agent, approved=False)
    assert agent.status == P
    for _ in range(5):
        decide(agent, approved=False)
    assert agent.status == P


@pytest.mark.spec("PER-5")
def test_a_strike_and_a_drift_drop_a_rung_each_and_stop_at_probation(agent: Agent) -> None:
    personas.promote(agent=agent, to=A, reason="a test trusts it")
    assert services.strike(agent_id=agent.pk, platform="plaza", reason="spam").status == S
    assert services.drifted(agent_id=agent.pk, why="It shouts.").status == P
    assert services.strike(agent_id=agent.pk, platform="plaza", reason="").status == P
    reasons = list(RungStep.objects.order_by("id").values_list("reason", flat=True))
    assert reasons[2:] == ["A strike by plaza: spam", "It shouts."]


@pytest.mark.spec("PER-5")
def test_the_last_rung_is_advised_and_a_human_takes_it(agent: Agent) -> None:
    personas.promote(agent=agent, to=S, reason="a test trusts it")
    for _ in range(22):
        decide(agent)
    assert agent.status == S
    (one,) = Advice.objects.all()
    assert (one.rung, one.status) == (A, "OPEN")
    with pytest.raises(NoReason):
        advice.take(advice=one, reason=" ")
    advice.take(advice=one, reason="I read them all")
    agent.refresh_from_db()
    assert (agent.status, agent.rung_reason) == (A, "I read them all")
    with pytest.raises(NotOpen, match=r"taken by test:fixture already"):
        advice.decline(advice=one, reason="no")


@pytest.mark.spec("PER-5")
def test_declined_advice_is_not_given_again_before_as_many_decisions_more(agent: Agent, settings: Any) -> None:
    settings.TRUST_MORE = settings.TRUST_CLEAR_MIN = 3
    personas.promote(agent=agent, to=S, reason="a test trusts it")
    for _ in range(3):
        decide(agent)
    advice.decline(advice=Advice.objects.get(), reason="not yet")
    for _ in range(2):
        decide(agent)
    assert not Advice.objects.filter(status="OPEN").exists()
    decide(agent)
    assert Advice.objects.filter(status="OPEN").count() == 1
    decide(agent, approved=False)
    assert not Advice.objects.filter(status="OPEN").exists()  # overtaken
    assert agent.status == S


@pytest.mark.spec("PER-5")
def test_where_the_setting_says_so_the_last_rung_needs_no_human(agent: Agent, settings: Any) -> None:
    settings.TRUST_AUTONOMOUS_ALONE = True
    personas.promote(agent=agent, to=S, reason="a test trusts it")
    for _ in range(20):
        decide(agent)
    assert agent.status == A


@pytest.mark.spec("PER-5", "REV-3")
def test_of_two_who_take_the_same_advice_one_is_told_that_it_is_taken(world: World) -> None:
    with desk(world):
        agent = people.agent(brand_id=ALPHA, rung=S)
        one = advice.offer_rung(agent=agent, rung=A, why="x", figures={})
        bar = advice.offer_threshold(brand_id=ALPHA, scope=f"brand:{ALPHA}", act_above_bp=9_300, why="x", figures={})
    assert one is not None and bar is not None

    def take(what: Advice) -> None:
        with tenancy.brand(ALPHA, actor="user:ada"):
            advice.take(advice=what, reason="by the figures")

    with world.role("operator"):
        results = together([lambda what=what: take(what) for what in (one, one, bar, bar)])  # type: ignore[misc]
    assert [type(failure) for failure in failures(results)] == [NotOpen, NotOpen]
    with looking():
        assert RungStep.objects.filter(to_rung=A).count() == 1
        assert Threshold.objects.filter(status="IN_FORCE").count() == 1


@pytest.mark.spec("PER-5")
def test_advice_about_a_rung_that_is_no_longer_the_next_is_not_taken(agent: Agent) -> None:
    one = advice.offer_rung(agent=agent, rung=A, why="x", figures={})
    assert one is not None
    with pytest.raises(NotOpen, match="is probation by now"):
        advice.take(advice=one, reason="yes")


@pytest.mark.spec("JDG-5")
def test_a_card_that_asks_nothing_about_content_is_no_decision(agent: Agent) -> None:
    decide(agent, kind=ReviewKind.EXHAUSTED)
    assert Decision.objects.count() == 0
    decide(agent, kind=ReviewKind.RETRIES, approved=False)
    assert Decision.objects.get().answer == "rejected"


@pytest.mark.spec("PER-5", "PLN-5")
def test_two_workers_that_count_the_same_answers_promote_once(world: World) -> None:
    with desk(world):
        agent = people.agent(brand_id=ALPHA, rung=P)
        people.trend(brand_id=ALPHA)
        people.goal(agent=agent)
        task = Task.objects.get()
        for number in range(12):
            card = reviews.ask(
                brand_id=ALPHA,
                about=task.subject,
                task=task.subject,
                kind=ReviewKind.PROBATION,
                snapshot={"payload": {"text": str(number)}, "verdict": {"composite_bp": 9_500, "findings": []}},
                why="Look.",
                deadline=clock.now() + timedelta(hours=1),
            )
            reviews.approve(item=card)
    assert failures(together([answers.act_on_answers] * 3)) == []
    with looking():
        assert Agent.objects.get().status == S
        assert RungStep.objects.count() == 1
        assert Decision.objects.count() == 12
        assert not ReviewItem.objects.filter(consumed_at__isnull=True).exists()


def test_an_answer_is_acted_on_whatever_becomes_of_what_it_teaches(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**about: Any) -> None:
        Agent.objects.update(name="half done")
        raise RuntimeError("no such topic")

    monkeypatch.setattr(answers.ladder, "count", fails)
    with desk(world):
        agent = people.agent(brand_id=ALPHA, rung=P)
        people.trend(brand_id=ALPHA)
        people.goal(agent=agent)
        task = Task.objects.get()
        card = reviews.ask(
            brand_id=ALPHA,
            about=task.subject,
            task=task.subject,
            kind=ReviewKind.DOUBT,
            snapshot={"payload": {}},
            why="Look.",
            deadline=clock.now() + timedelta(hours=1),
        )
        reviews.approve(item=card)
    assert answers.act_on_answers() == 1
    with looking():
        assert ReviewItem.objects.get().consumed_at is not None
        assert Agent.objects.get().name == agent.name


@pytest.mark.spec("PER-5", "JDG-5")
def test_the_database_keeps_decisions_and_steps_as_they_were_written(world: World) -> None:
    with desk(world):
        agent = people.agent(brand_id=ALPHA, rung=S)
    decision = (
        "INSERT INTO agents_decision (brand_id, agent_id, review_id, task_id, kind, topic, content_hash, composite_bp,"
        " is_clean, answer, is_blind) VALUES (1, %s, %s, 1, 'publish', '', 'h', %s, true, %s, false)"
    )
    with tenancy.brand(ALPHA, actor="test:card"):
        card = reviews.ask(
            brand_id=ALPHA,
            about="agents.task:1",
            task="agents.task:1",
            kind=ReviewKind.DOUBT,
            snapshot={"payload": {}},
            why="Look.",
            deadline=clock.now(),
        )
    worker = world.connect("app", brand=ALPHA)
    for wrong, constraint in (
        ((agent.pk, card.pk, 10_001, "approved"), "decision_composite_is_a_score"),
        ((agent.pk, card.pk, 9_000, "perhaps"), "decision_answer_is_known"),
    ):
        with pytest.raises(psycopg.errors.CheckViolation) as caught:
            worker.execute(decision, wrong)
        assert caught.value.diag.constraint_name == constraint
    worker.execute(decision, (agent.pk, card.pk, 9_000, "approved"))
    with pytest.raises(psycopg.errors.UniqueViolation):
        worker.execute(decision, (agent.pk, card.pk, 9_000, "rejected"))
    for act in ("UPDATE agents_decision SET answer = 'rejected'", "DELETE FROM agents_rungstep"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            worker.execute(act)
        with pytest.raises(psycopg.Error, match="append-only"):
            world.superuser().execute(act)
