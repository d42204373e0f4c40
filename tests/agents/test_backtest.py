"""Backtest: the past under a change, from stored snapshots; nothing is written and nothing outside is reached."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import InternalError, transaction

from agents.backtest import changes, selectors, services
from agents.backtest.changes import Change, NoSuchPolicy
from agents.backtest.services import Report
from agents.personas import soul
from agents.personas.models import Agent
from agents.tasks.models import Task
from chimera.core import clock, tenancy
from governance.policies.base import Finding, Outcome, Policy, Snapshot
from governance.reviews import services as reviews
from governance.reviews.models import RejectReason, ReviewKind
from tests import people
from tests.agents import judged
from tests.conftest import ALPHA, World

ROUTING = {"act_above_bp": 9_000, "retry_below_bp": 7_000, "worker_bp": None, "retries": 0, "offline_may_act": True}


class NoToasters(Policy):
    """Blocks a word."""

    name = "toasters"

    def check(self, *, snapshot: Snapshot) -> Finding:
        if "oaster" in snapshot["payload"]["text"]:
            return self.finding(Outcome.BLOCK, "It is about toasters.")
        return self.passed("No toaster.")


def run(**change: Any) -> Report:
    return services.run(since=clock.now() - timedelta(hours=1), change=Change(**change))


def counts(report: Report) -> tuple[dict[str, int], dict[str, int]]:
    return dict(report.before), dict(report.after)


def answered(verdict: Any, *, approved: bool) -> None:
    """A human decided about exactly this content."""
    from agents.decisions import services as decisions

    task = Task.objects.get(pk=verdict.task_id)
    card = reviews.ask(
        brand_id=verdict.brand_id,
        about=task.subject,
        task=task.subject,
        kind=ReviewKind.DOUBT,
        snapshot={**verdict.snapshot, "verdict": {"composite_bp": verdict.composite_bp, "findings": verdict.findings}},
        why="Look.",
        deadline=clock.now() + timedelta(hours=1),
    )
    if approved:
        reviews.approve(item=card)
    else:
        reviews.reject(item=card, code=RejectReason.FACTS, reason="")
    decisions.note_card(review=card, task=task)


@pytest.fixture
def agent(alpha: int) -> Agent:
    return judged.agent(brand_id=alpha, rung="AUTONOMOUS")


@pytest.mark.spec("JDG-5")
def test_a_threshold_moved_up_holds_what_acted_and_says_what_humans_had_thought_of_it(agent: Agent) -> None:
    good = judged.verdict(task=judged.task(agent=agent), composite_bp=9_200, routing=ROUTING)
    answered(good, approved=True)
    judged.verdict(task=judged.task(agent=agent), composite_bp=9_600, routing=ROUTING)
    judged.verdict(task=judged.task(agent=agent), composite_bp=8_500, route="HUMAN", routing=ROUTING)
    report = run(act_above_bp=9_400)
    assert counts(report) == ({"ACCEPT": 2, "HUMAN": 1}, {"ACCEPT": 1, "HUMAN": 2})
    assert (report.changed, report.approved_would_be_held, report.rejected_would_go_out) == (1, 1, 0)
    (one,) = report.examples
    assert (one.before, one.after, one.human, one.composite_bp) == ("accept", "human", "approved", 9_200)
    assert one.link == f"/admin/agents/task/{good.task_id}/change/"
    assert report.human_minutes == (0.5, 1.0)


@pytest.mark.spec("JDG-5")
def test_a_threshold_moved_down_lets_out_what_a_human_had_rejected_and_never_what_was_set_stricter(
    agent: Agent,
) -> None:
    bad = judged.verdict(task=judged.task(agent=agent), composite_bp=8_500, route="HUMAN", routing=ROUTING)
    answered(bad, approved=False)
    strict = {**ROUTING, "act_above_bp": 9_500}
    judged.verdict(task=judged.task(agent=agent), composite_bp=9_200, route="HUMAN", routing=strict)
    judged.verdict(task=judged.task(agent=agent), composite_bp=8_500, route="HUMAN", ruling="HOLD", routing=ROUTING)
    report = run(act_above_bp=8_000)
    assert counts(report) == ({"HUMAN": 3}, {"HUMAN": 2, "ACCEPT": 1})
    assert (report.rejected_would_go_out, report.reviews_saved) == (1, 1)
    assert report.cost_now_usd_micros - report.cost_then_usd_micros == 15_000  # the fee of one more post


@pytest.mark.spec("JDG-5")
def test_a_policy_speaks_anew_and_all_others_as_they_did(agent: Agent) -> None:
    judged.verdict(task=judged.task(agent=agent), routing=ROUTING)
    judged.verdict(task=judged.task(agent=agent), routing=ROUTING, text="A kettle works again.")
    judged.verdict(task=judged.task(agent=agent), routing={**ROUTING, "retries": 2}, composite_bp=None, route="HUMAN")
    report = run(policy=changes.policy_named("tests.agents.test_backtest.NoToasters"))
    assert counts(report) == ({"ACCEPT": 2, "HUMAN": 1}, {"RETRY": 1, "ACCEPT": 1, "HUMAN": 1})
    assert report.examples[0].why == "It is about toasters."


@pytest.mark.spec("JDG-5")
def test_a_rule_left_out_lets_pass_what_it_alone_held(agent: Agent) -> None:
    judged.verdict(task=judged.task(agent=agent), route="HUMAN", objects="sensitive", routing=ROUTING)
    judged.verdict(task=judged.task(agent=agent), route="HUMAN", objects="duplicates", routing=ROUTING)
    report = run(without="sensitive")
    assert counts(report) == ({"HUMAN": 2}, {"ACCEPT": 1, "HUMAN": 1})


@pytest.mark.spec("JDG-5")
def test_another_soul_is_measured_again_for_its_persona_only(agent: Agent) -> None:
    before = judged.verdict(task=judged.task(agent=agent), routing=ROUTING, text="The toaster hums. A fuse, a screw.")
    source = (people.SOULS / "zuzka_bubbles.md").read_text()
    other = soul.parse(source.encode(), origin="zuzka.md")
    assert run(soul=other).examples == [] and run(soul=other).changed == 0
    as_bea = soul.parse(source.replace("handle: zuzka_bubbles", "handle: bea_unscrews").encode(), origin="bea.md")
    stored = next(selectors.pieces(since=clock.now() - timedelta(hours=1)))[0].stored
    would = changes.would(stored=stored, change=Change(soul=as_bea))
    assert would.composite_bp is not None and before.composite_bp is not None
    assert would.composite_bp < before.composite_bp


@pytest.mark.spec("JDG-5", "GOV-1")
def test_what_would_not_have_gone_out_spares_its_fee(agent: Agent) -> None:
    verdict = judged.verdict(task=judged.task(agent=agent), composite_bp=9_200, routing=ROUTING)
    judged.published(verdict=verdict)
    past = next(selectors.pieces(since=clock.now() - timedelta(hours=1)))[0]
    assert past.is_out and past.platform == "plaza"
    report = run(act_above_bp=9_500)
    assert report.cost_now_usd_micros == report.cost_then_usd_micros - past.posting_usd_micros


@pytest.mark.spec("JDG-5")
def test_what_the_rules_do_not_explain_is_not_the_changes_doing(agent: Agent) -> None:
    judged.verdict(task=judged.task(agent=agent), composite_bp=9_600, route="HUMAN")  # a stop held it, say
    judged.verdict(task=judged.task(agent=agent), composite_bp=6_000, route="HUMAN")  # its retries were used up
    report = run(act_above_bp=9_100)
    assert (report.changed, counts(report)) == (0, ({"HUMAN": 2}, {"HUMAN": 2}))


@pytest.mark.spec("JDG-5")
def test_a_policy_of_a_backtest_reaches_nothing_and_the_run_writes_nothing(agent: Agent, monkeypatch: Any) -> None:
    class Calls(NoToasters):
        def check(self, *, snapshot: Snapshot) -> Finding:
            import socket

            socket.create_connection(("127.0.0.1", 9))
            return self.passed("Nobody stopped me.")

    judged.verdict(task=judged.task(agent=agent), routing=ROUTING)
    report = run(policy=Calls())
    assert dict(report.after) == {"HUMAN": 1}  # it could not be applied
    with pytest.raises(InternalError, match="read-only"), transaction.atomic():
        Agent.objects.update(name="x")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Say what to change"),
        (["--threshold", "1.2"], "a number from 0 to 1"),
        (["--threshold", "high"], "a number from 0 to 1"),
        (["--threshold", "0.9", "--since", "long"], "90m, 24h or 7d"),
        (["--policy", "no_such"], "No policy is called 'no_such'; known: label"),
        (["--policy", "no.such.Path"], "cannot be imported"),
        (["--policy", "agents.backtest.changes.Change"], "is no Policy"),
        (["--without", "no_such"], "No policy is called"),
        (["--soul", "no_such.md"], "no_such.md"),
        (["--threshold", "0.9", "--examples", "-1"], "0 or more"),
    ],
)
def test_a_change_that_cannot_be_tried_is_one_sentence(words: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("backtest", *words)


def test_a_policy_is_found_by_its_name_as_it_is_written_now() -> None:
    assert changes.policy_named("craft").name == "craft"
    with pytest.raises(NoSuchPolicy):
        changes.policy_named("crafty")


@pytest.mark.spec("JDG-5")
def test_the_command_says_it_in_a_table_and_for_machines(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:past"):
        agent = judged.agent(brand_id=ALPHA, rung="AUTONOMOUS")
        for bp in (9_200, 9_600):
            judged.verdict(task=judged.task(agent=agent), composite_bp=bp, routing=ROUTING)
    with world.role("operator"):
        out = StringIO()
        call_command("backtest", "--threshold", "0.94", "--json", stdout=out)
        said = json.loads(out.getvalue().splitlines()[-1])
        assert (said["before"]["accept"], said["after"]["accept"], said["after"]["human"]) == (2, 1, 1)
        assert said["examples"][0]["link"].startswith("/admin/agents/task/")
        out = StringIO()
        call_command("backtest", "--threshold", "0.94", stdout=out)
        assert "1 of 2 verdicts change." in out.getvalue()
        out = StringIO()
        world.shift_clock("48 hours")
        call_command("backtest", "--threshold", "0.94", "--since", "1h", stdout=out)
        assert "Nothing was judged in this time" in out.getvalue()
