"""Cohorts: whom they hold, acts on all of them, and changes that canaries have first. PLN-12."""

import json
import threading
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from agents import sweeper
from agents.cohorts import query, rollouts, selectors, services
from agents.cohorts.models import Cohort, Rollout, RolloutMember
from agents.cohorts.selectors import Figures
from agents.goals.models import Goal
from agents.personas import patching, soul
from agents.personas import services as personas
from agents.personas.models import Agent
from agents.personas.states import TrustRung
from governance.controls.models import Control
from governance.models import AuditEvent, BudgetLimit, Threshold
from tests import people
from tests.agents.fakes import desk, drain, looking
from tests.conftest import ALPHA, BETA, World

FILES = ("bea_unscrews", "iven_at_lowtide", "zuzka_bubbles")
PATCH = patching.patch(directives=["Name the town."], forbidden_topics=["gambling"])
WHY = "readers asked"


def cohort(world: World, *, rung: TrustRung = TrustRung.AUTONOMOUS) -> None:
    """Three agents and a cohort of all of them."""
    with desk(world):
        for one in FILES:
            people.agent(brand_id=ALPHA, rung=rung, soul_file=one)
        services.save(brand_id=ALPHA, name="everybody", asked={"everyone": True})


def begin(world: World, **more: Any) -> Rollout:
    given = {"change": rollouts.soul_change(change=PATCH), "reason": WHY, "canaries": ["bea_unscrews"], **more}
    with desk(world, actor="user:ada"):
        return rollouts.start(cohort=Cohort.objects.get(), **given)


def versions() -> dict[str, int]:
    with looking():
        return {agent.handle: agent.soul.version for agent in Agent.objects.select_related("soul") if agent.soul}


def ready(world: World, rollout: Rollout) -> Rollout:
    """As when its time is over."""
    world.later("25 hours")
    sweeper.sweep(queues=[])
    with looking():
        rollout.refresh_from_db()
    return rollout


def held(asked: dict[str, Any]) -> list[str]:
    with looking():
        found = query.members(brand_id=ALPHA, query=query.checked(asked))
        return list(found.values_list("handle", flat=True))


@pytest.mark.spec("PLN-12", "TEN-1")
def test_a_cohort_holds_whom_its_question_finds_now(world: World) -> None:
    cohort(world)
    with desk(world):
        bea = Agent.objects.get(handle="bea_unscrews")
        services.tag(agents=[bea, Agent.objects.get(handle="zuzka_bubbles")], add=["water", "repair"])
        services.tag(agents=[bea], remove=["water"])
        personas.demote(agent=bea, to=TrustRung.PROBATION, reason="a strike")
    with desk(world, brand_id=BETA):
        Agent.objects.create(brand_id=BETA, handle="other", name="Other", status="PROBATION", tags=["repair"])
    assert held({"tags": ["repair"]}) == ["bea_unscrews", "zuzka_bubbles"]
    assert held({"tags": ["repair", "water"]}) == ["zuzka_bubbles"]
    assert held({"any_tags": ["water", "air"]}) == ["zuzka_bubbles"]
    assert held({"rungs": ["PROBATION"]}) == ["bea_unscrews"]
    assert held({"handles": ["@iven_at_lowtide", "nobody"]}) == ["iven_at_lowtide"]
    assert held({"tags": ["repair"], "rungs": ["AUTONOMOUS"]}) == ["zuzka_bubbles"]
    assert held({"campaign": 1}) == []
    assert len(held({"everyone": True})) == 3
    with world.role("operator"), desk(world):
        assert selectors.members(cohort=Cohort.objects.get()).count() == 3


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, "Say whom the cohort holds"),
        ({"tags": []}, "Say whom the cohort holds"),
        ({"sql": ["1=1"]}, "cannot be chosen by 'sql'"),
        ({"tags": "repair"}, "'tags' of a cohort is a list of words"),
        ({"rungs": ["KING"]}, "'KING' is no rung of trust"),
        ({"campaign": True}, "is the id of a campaign"),
        ({"handles": ["x"] * 501}, "more than 500 entries"),
    ],
)
def test_a_selection_that_makes_no_sense_is_one_sentence(asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises(query.BadQuery) as refused:
        query.checked(asked)
    assert sentence in str(refused.value)


@pytest.mark.spec("PLN-12", "OPS-4")
def test_a_cohort_is_paused_and_resumed_each_for_itself(world: World) -> None:
    cohort(world)
    with desk(world):
        found = services.pause(cohort=Cohort.objects.get(), reason="a drill")
        assert [(one.handle, one.done) for one in found] == [(handle, True) for handle in FILES]
        assert Control.objects.filter(status="IN_FORCE", reason="a drill").count() == 3
        services.resume(cohort=Cohort.objects.get(), reason="over")
        assert Control.objects.filter(status="IN_FORCE").count() == 0


@pytest.mark.spec("PLN-12", "JDG-2")
def test_thresholds_of_all_members_are_tightened_and_never_loosened(world: World) -> None:
    cohort(world)
    with desk(world):
        members = Cohort.objects.get()
        found = services.tighten(cohort=members, act_above_bp=9_700, reason="a launch week")
        assert [(one.handle, one.said) for one in found] == [(handle, "acts above 0.9700") for handle in FILES]
        loose = services.tighten(cohort=members, act_above_bp=8_000, reason="a calm week")
        assert not any(one.done for one in loose) and "only ever tightened" in loose[0].said
        held = Threshold.objects.filter(status="IN_FORCE").values_list("act_above_bp", "reason")
        assert list(held) == [(9_700, "a launch week")] * 3


@pytest.mark.spec("PLN-12")
def test_an_act_that_fails_for_one_is_done_for_the_others_and_said(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort(world)
    set_limit = services.budgets.set_limit

    def failing(*, scope: str, **given: Any) -> Any:
        if scope == iven:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return set_limit(scope=scope, **given)

    with looking():
        iven = Agent.objects.get(handle="iven_at_lowtide").scope
    monkeypatch.setattr(services.budgets, "set_limit", failing)
    with desk(world):
        found = services.budget(cohort=Cohort.objects.get(), usd_micros=3_000_000)
    assert [(one.handle, one.done) for one in found] == list(zip(FILES, (True, False, True), strict=True))
    assert "division by zero" in found[1].said
    with looking():
        limits = dict(BudgetLimit.objects.filter(scope__startswith="agent:").values_list("scope", "limit_usd_micros"))
    assert sorted(limits.values()) == [2_000_000, 3_000_000, 3_000_000]
    assert limits[iven] == 2_000_000


@pytest.mark.spec("PLN-12", "PER-2")
@pytest.mark.parametrize("name", FILES)
def test_a_soul_gets_lines_more_and_stays_word_for_word_as_it_was(name: str) -> None:
    source = (people.SOULS / f"{name}.md").read_text()
    before = soul.parse(source.encode(), origin=name)
    after = patching.patched(source=source, change=PATCH, origin=name)
    assert after.front.directives == [*before.front.directives, "Name the town."]
    assert after.front.forbidden_topics == [*before.front.forbidden_topics, "gambling"]
    assert after.backstory == before.backstory
    rest = {"directives", "forbidden_topics"}
    assert after.front.model_dump(exclude=rest) == before.front.model_dump(exclude=rest)
    kept = [line for line in after.source.splitlines() if "Name the town." not in line and "gambling" not in line]
    assert kept == source.splitlines()
    with pytest.raises(patching.NothingToChange):
        patching.patched(source=after.source, change=PATCH, origin=name)


@pytest.mark.parametrize(
    "topics", ["", "forbidden_topics: []\n", "forbidden_topics: [weapons]\n", 'forbidden_topics:\n- "a: b"\n']
)
def test_a_list_of_any_shape_takes_a_line_more(topics: str) -> None:
    source = (people.SOULS / "bea_unscrews.md").read_text()
    head, _, rest = source.partition("forbidden_topics:\n")
    source = head + topics + "visual:\n" + rest.partition("visual:\n")[2]
    known = soul.parse(source.encode(), origin="x").front.forbidden_topics
    change = patching.patch(forbidden_topics=['a "quoted": thing', "gambling"], posts_per_day=7)
    front = patching.patched(source=source, change=change, origin="x").front
    assert front.forbidden_topics == [*known, 'a "quoted": thing', "gambling"]
    assert front.posts_per_day == 7


@pytest.mark.spec("PLN-12", "PER-2", "PLN-4")
def test_canaries_have_a_change_first_and_their_open_work_is_planned_anew(world: World) -> None:
    cohort(world)
    with desk(world):
        people.trend(brand_id=ALPHA)
        people.goal(agent=Agent.objects.get(handle="bea_unscrews"))
    rollout = begin(world)
    assert rollout.status == "CANARY"
    assert versions() == dict(zip(FILES, (2, 1, 1), strict=True))
    with looking():
        assert [goal.cause.endswith(":again:2") for goal in Goal.objects.order_by("id")] == [False, True]
        assert Agent.objects.get(handle="bea_unscrews").soul.front["directives"][-1] == "Name the town."
        (canary,) = RolloutMember.objects.filter(applied_at__isnull=False)
        assert canary.is_canary


@pytest.mark.spec("PLN-12", "AUD-1")
def test_what_canaries_have_shown_is_proposed_and_a_human_says_go(world: World) -> None:
    cohort(world)
    rollout = begin(world, posts_min=1)
    with desk(world), pytest.raises(rollouts.BadRollout, match="is CANARY; it can go on once it is READY"):
        rollouts.go(rollout=rollout, reason="hasty")
    with desk(world):
        people.trend(brand_id=ALPHA)
        people.goal(agent=Agent.objects.get(handle="bea_unscrews"))
    drain()
    sweeper.sweep(queues=[])
    with looking():
        rollout.refresh_from_db()
    assert rollout.status == "READY", rollout.figures
    assert (rollout.figures["canaries"]["judged"], rollout.figures["rest"]["judged"]) == (1, 0)
    assert "nothing of the rest to compare with" in rollout.proposal
    with desk(world, actor="user:ada"):
        done = rollouts.go(rollout=rollout, reason="they are fine")
    assert [(one.handle, one.done) for one in done] == [(handle, True) for handle in FILES[1:]]
    assert versions() == dict.fromkeys(FILES, 2)
    with looking():
        rollout.refresh_from_db()
        assert (rollout.status, rollout.decided_by, rollout.note) == ("ROLLED_OUT", "user:ada", "they are fine")
        moves = AuditEvent.objects.filter(subject=rollout.subject).order_by("id").values_list("to_status", "actor")
        assert [move[0] for move in moves] == ["CANARY", "READY", "ROLLED_OUT"]
        assert moves[2][1] == "user:ada"


@pytest.mark.spec("PLN-12", "PER-2")
def test_a_change_that_is_taken_back_leaves_every_agent_as_it_was(world: World) -> None:
    cohort(world)
    rollout = begin(world, canaries=2)
    assert sorted(versions().values()) == [1, 2, 2]
    with desk(world, actor="user:ada"):
        done = rollouts.roll_back(rollout=rollout, reason="they sound wrong")
    assert [one.done for one in done] == [True, True]
    assert versions() == dict.fromkeys(FILES, 1)
    begin(world)  # the cohort is free again


@pytest.mark.spec("PLN-12")
def test_a_soul_that_was_changed_again_is_not_put_back_and_that_is_said(world: World) -> None:
    cohort(world)
    rollout = begin(world)
    edited = soul.parse((people.SOULS / "bea_unscrews.md").read_bytes() + b"\nA new bench.\n", origin="x")
    with desk(world):
        personas.write_soul(agent=Agent.objects.get(handle="bea_unscrews"), soul=edited)
        (one,) = rollouts.roll_back(rollout=rollout, reason="they sound wrong")
    assert (one.done, one.said) == (False, "The soul of @bea_unscrews was changed again since; it is left as it is.")
    assert versions()["bea_unscrews"] == 3
    with looking():
        assert RolloutMember.objects.get(is_canary=True).failure == one.said


@pytest.mark.spec("PLN-12")
def test_one_agent_that_cannot_be_changed_is_reported_and_keeps_no_other_from_it(world: World) -> None:
    cohort(world)
    rollout = ready(world, begin(world))
    assert "nothing to go by" in rollout.proposal
    with desk(world):
        Agent.objects.filter(handle="iven_at_lowtide").update(soul=None)
        done = rollouts.go(rollout=rollout, reason="go")
    assert [(one.handle, one.done) for one in done] == [("iven_at_lowtide", False), ("zuzka_bubbles", True)]
    assert "has no soul" in done[0].said
    with looking():
        assert RolloutMember.objects.get(agent__handle="iven_at_lowtide").failure == done[0].said
        assert Rollout.objects.get().status == "ROLLED_OUT"


@pytest.mark.spec("PLN-12")
def test_a_canary_that_cannot_be_changed_begins_nothing(world: World) -> None:
    cohort(world)
    with desk(world):
        Agent.objects.filter(handle="iven_at_lowtide").update(soul=None)
    with pytest.raises(rollouts.BadRollout, match="has no soul"):
        begin(world, canaries=["bea_unscrews", "iven_at_lowtide"])
    assert versions()["bea_unscrews"] == 1
    with looking():
        assert Rollout.objects.count() == 0


@pytest.mark.spec("PLN-12", "GOV-2")
def test_a_budget_goes_to_a_canary_first_and_back_again(world: World) -> None:
    cohort(world)
    rollout = begin(world, change=rollouts.budget_change(usd_micros=5_000_000))

    def limits() -> list[int]:
        with looking():
            found = BudgetLimit.objects.filter(scope__startswith="agent:").order_by("scope")
            return sorted(found.values_list("limit_usd_micros", flat=True))

    assert limits() == [2_000_000, 2_000_000, 5_000_000]
    with desk(world):
        rollouts.roll_back(rollout=rollout, reason="too much")
    assert limits() == [2_000_000] * 3


@pytest.mark.spec("PLN-12")
def test_of_operators_who_begin_at_once_one_wins_and_the_others_are_told(world: World) -> None:
    cohort(world)
    start, told = threading.Barrier(4), []

    def run() -> None:
        try:
            connection.ensure_connection()
            start.wait(20)
            from chimera.core import tenancy

            with tenancy.brand(ALPHA, actor="user:ada"):
                rollouts.start(
                    cohort=Cohort.objects.get(), change=rollouts.soul_change(change=PATCH), reason=WHY, canaries=1
                )
            told.append("won")
        except rollouts.UnderWay:
            told.append("told")
        finally:
            connection.close()

    with world.role("operator"):
        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert sorted(told) == ["told", "told", "told", "won"]
    assert sorted(versions().values()) == [1, 1, 2]


def test_the_database_keeps_one_open_rollout_for_a_cohort_and_an_agent(world: World) -> None:
    cohort(world)
    begin(world)
    app = world.connect(brand=ALPHA)
    columns = "brand_id, cohort_id, change, reason, posts_min, wait_s, status, state_version"
    with pytest.raises(psycopg.errors.UniqueViolation, match="rollout_open_once_per_cohort"):
        app.execute(
            f"INSERT INTO agents_rollout ({columns}, proposal, decided_by, note) SELECT brand_id, cohort_id, '{{}}',"
            " 'x', 1, 1, 'CANARY', 1, '', '', '' FROM agents_rollout"
        )
    with pytest.raises(psycopg.errors.CheckViolation, match="rollout_has_a_human_yes"):
        app.execute("UPDATE agents_rollout SET status = 'READY', state_version = 2")
        app.execute("UPDATE agents_rollout SET status = 'ROLLED_OUT', state_version = 3")
    with desk(world):
        services.save(brand_id=ALPHA, name="two", asked={"handles": ["bea_unscrews", "zuzka_bubbles"]})
        with pytest.raises(rollouts.UnderWay):
            rollouts.start(cohort=Cohort.objects.get(name="two"), change=rollouts.soul_change(change=PATCH), reason=WHY)


@pytest.mark.parametrize(
    ("canaries", "rest", "says"),
    [
        ((0, 0, 0, 0), (9, 0, 0, 0), "nothing to go by"),
        ((9, 0, 0, 0), (0, 0, 0, 0), "nothing of the rest to compare with"),
        ((10, 1, 1, 0), (10, 1, 0, 0), "no worse: go on"),
        ((10, 1, 2, 0), (10, 1, 0, 0), "worse: take it back"),
        ((10, 0, 0, 2), (10, 0, 0, 0), "worse: take it back"),
        ((10, 4, 0, 0), (10, 1, 0, 0), "worse: take it back"),
    ],
)
def test_a_proposal_says_what_the_figures_say(canaries: tuple[int, ...], rest: tuple[int, ...], says: str) -> None:
    made = [
        Figures(agents=1, judged=judged, held=held, sent_back=back, refused=refused)
        for judged, held, back, refused in (canaries, rest)
    ]
    assert says in rollouts.propose(canaries=made[0], rest=made[1])


def command(world: World, *words: str) -> str:
    out = StringIO()
    with world.role("operator"):
        call_command("cohort", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_saves_shows_acts_and_rolls_out(world: World) -> None:
    cohort(world)
    assert "@bea_unscrews: repair" in command(world, "tag", "--agents", "bea_unscrews", "--tag", "repair")
    saved = json.loads(command(world, "save", "menders", "--brand", "alpha", "--tag", "repair", "--json"))
    assert saved["agents"] == ["bea_unscrews"]
    assert "everybody (alpha): 3 agents" in command(world, "list")
    assert "paused: a drill" in command(world, "apply", "menders", "--pause", "--reason", "a drill")
    assert "1 lifted" in command(world, "apply", "menders", "--resume", "--reason", "over")
    begun = command(
        world, "apply", "everybody", "--directive", "Name the town.", "--canary", "bea_unscrews", "--reason", WHY
    )
    assert "has begun with @bea_unscrews: add to directives: Name the town." in begun
    world.later("25 hours")
    said = json.loads(command(world, "go", "everybody", "--reason", "fine", "--json"))
    assert (said["failed"], [one["handle"] for one in said["agents"]]) == (0, list(FILES[1:]))
    assert "ROLLED_OUT" in command(world, "show", "everybody")


MISTAKES = [
    (("show", "nobody"), "There is no cohort 'nobody'. Known: everybody."),
    (("show",), "Name the cohort: manage.py cohort show NAME."),
    (
        ("apply", "everybody"),
        "Say one thing: --pause, --resume, --budget, --act-above, or a change of every soul.",
    ),
    (("apply", "everybody", "--act-above", "95", "--reason", "x"), "--act-above '95' is no score; write it like 0.95."),
    (("apply", "everybody", "--pause"), "Give a reason in words; it is kept with what is done."),
    (("go", "everybody", "--reason", "x"), "No rollout of everybody waits for a decision."),
    (("save", "X Y", "--everyone", "--brand", "alpha"), "'X Y' names no cohort; use 2 to 60 small letters"),
    (("save", "xy", "--everyone"), "Say of which brand: --brand SLUG. Known: alpha, beta."),
    (
        ("apply", "everybody", "--directive", "x", "--canary", "3", "--reason", "y"),
        "1 to 2 can be canaries, not 3.",
    ),
    (
        ("apply", "everybody", "--pause", "--canary", "1"),
        "Only a change of souls or a budget has a canary; leave --canary out.",
    ),
]


def test_what_a_person_gets_wrong_is_one_sentence(world: World) -> None:
    cohort(world)
    for words, sentence in MISTAKES:
        with pytest.raises(CommandError) as refused:
            command(world, *words)
        assert sentence in str(refused.value) and "\n" not in str(refused.value)
