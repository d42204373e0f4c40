"""`manage.py spend`: every amount is the sum of what is under it; what is not explained is said. GOV-1, GEN-7."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agents.personas.models import Agent
from agents.tasks.models import Task
from chimera.core import tenancy
from chimera.core.calls.models import CallRecord
from governance.budgets import services as budgets
from governance.budgets.models import Entry
from governance.effects import services as effects
from tests import people
from tests.agents.fakes import desk, looking
from tests.conftest import ALPHA, BETA, World
from tests.governance import rows
from tests.governance.purses import limit, reserve

CAMPAIGN = "campaign:3"


def call(subject: str, fence: int, cost: int, *, seat: str = "draft") -> None:
    CallRecord.objects.create(
        brand_id=ALPHA, subject=subject, fence=fence, seat=seat, provider="fake", model="fake-1", prompt_hash="0" * 64,
        request={}, answer={}, cost_usd_micros=cost,
    )  # fmt: skip


def paid(task: Task, *, fence: int, costs: list[int], held: int, settled: int, more: tuple[str, ...] = ()) -> None:
    """An attempt of a task with its calls, held and settled as a worker does it; inside the brand."""
    key = f"{task.subject}:{fence}"
    budgets.reserve(key=key, about=task.subject, scopes=[*task.scopes, *more], amount_usd_micros=held, lasts_s=3600)
    for cost in costs:
        call(task.subject, fence, cost)
    budgets.settle(key=key, amount_usd_micros=settled)


@pytest.fixture
def spent(world: World) -> World:
    """An agent with a task that was tried twice and a post that was paid; money of a dead worker; another brand's."""
    limit(world, CAMPAIGN, 100_000)
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
        people.goal(agent=agent)
    with tenancy.brand(ALPHA, actor="worker:test"):
        task = Task.objects.get()
        paid(task, fence=1, costs=[300, 200], held=1_000, settled=500)
        paid(task, fence=2, costs=[700], held=1_000, settled=700, more=(CAMPAIGN,))
        post = rows.claimed(key="99", scopes=["fleet", "brand:1", agent.scope], task=task.subject)
        effect = rows.sent(row=post)
        effects.confirm(
            effect=effect, platform_id="p1", receipt={}, cost_usd_micros=rows.FEE, debit="platform:plaza:post"
        )
        call(task.subject, 3, 40)
        wants = [budgets.Want(key=f"{task.subject}:3", about=task.subject, scopes=[agent.scope], amount_usd_micros=90)]
    budgets.reserve_set(brand_id=ALPHA, actor="worker:test", wants=wants, lasts_s=0)
    assert budgets.end_abandoned() == 1
    reserve("other", 5_000, (f"brand:{BETA}",), brand_id=BETA)
    with tenancy.brand(BETA, actor="worker:test"):
        budgets.settle(key="other", amount_usd_micros=0)
    return world


def run(world: World, *words: str) -> str:
    out = StringIO()
    with world.role("operator"):
        call_command("spend", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def tree(world: World, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(world, *words, "--json"))
    return found


def children_add_up(lines: list[dict[str, Any]]) -> None:
    for place, parent in enumerate(lines):
        below = []
        for line in lines[place + 1 :]:
            if line["level"] <= parent["level"]:
                break
            if line["level"] == parent["level"] + 1:
                below.append(line["usd_micros"])
        assert not below or sum(below) == parent["usd_micros"], parent


@pytest.mark.spec("GOV-1", "GEN-7")
def test_every_line_is_the_sum_of_the_lines_under_it_down_to_calls_and_fees(spent: World) -> None:
    found = tree(spent)
    assert (found["spent_usd_micros"], found["unexplained_usd_micros"]) == (500 + 700 + rows.FEE + 90, 0)
    children_add_up(found["lines"])
    leaves = [(line["what"], line["usd_micros"]) for line in found["lines"] if line["level"] == 4]
    assert sorted(leaves) == sorted(
        [("call", 300), ("call", 200), ("call", 700), ("fee", rows.FEE), ("call", 40), ("lost", 50)]
    )
    names = {line["what"]: line["name"] for line in found["lines"]}
    assert names["brand"] == "alpha" and names["agent"] == "@bea_unscrews" and names["fee"] == "platform:plaza:post"
    assert names["call"] == "draft by fake, fake-1" and names["task"].startswith("plan agents.task:")


@pytest.mark.spec("GOV-1")
def test_a_person_reads_the_same_and_a_scope_or_a_time_can_be_named(spent: World) -> None:
    said = run(spent)
    assert "$0.01629  brand alpha" in said and "    $0.01629  goal" in said
    assert said.endswith("$0.01629 in all, $0.00 of it unexplained.\n")
    assert tree(spent, "--campaign", "3")["spent_usd_micros"] == 700
    assert tree(spent, "--agent", "bea_unscrews")["spent_usd_micros"] == 500 + 700 + rows.FEE + 90
    for words in (("--brand", "beta"), ("--day", "2026-01-01"), ("--campaign", "4")):
        assert tree(spent, *words) == {"lines": [], "spent_usd_micros": 0, "unexplained_usd_micros": 0}
    assert tree(spent, "--since", "1h", "--brand", "alpha")["spent_usd_micros"] == 500 + 700 + rows.FEE + 90


@pytest.mark.spec("GOV-1")
def test_what_nobody_can_explain_is_said(spent: World) -> None:
    owner = spent.superuser()
    owner.execute("SET session_replication_role = replica")
    owner.execute("DELETE FROM core_callrecord WHERE cost_usd_micros = 200")
    assert tree(spent)["unexplained_usd_micros"] == 200
    owner.execute("DELETE FROM governance_entry WHERE amount_usd_micros = 700")
    assert tree(spent)["unexplained_usd_micros"] == 900, "the fleet's budget has seen more than the entries say"


def test_what_cost_more_than_was_held_is_shown_as_not_settled(world: World) -> None:
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
        people.goal(agent=agent)
    with tenancy.brand(ALPHA, actor="worker:test"):
        paid(Task.objects.get(), fence=1, costs=[1_500], held=1_000, settled=1_000)
    found = tree(world)
    assert [(line["what"], line["usd_micros"]) for line in found["lines"][-2:]] == [("call", 1_500), ("beyond", -500)]
    assert found["unexplained_usd_micros"] == 0


@pytest.mark.spec("GOV-1")
def test_archived_work_is_explained_by_the_archive(spent: World) -> None:
    before = tree(spent)
    with looking():
        task, goal = Task.objects.get(), Task.objects.get().goal
        agent = Agent.objects.get()
    calls = [
        {"subject": task.subject, "fence": fence, "seat": "draft", "provider": "fake", "model": "fake-1",
         "cost_usd_micros": cost} for fence, cost in ((1, 300), (1, 200), (2, 700), (3, 40))
    ]  # fmt: skip
    body = {"agents_goal": [{"id": goal.pk}], "trend": None, "core_callrecord": calls}
    owner = spent.superuser()
    owner.execute("SET session_replication_role = replica")
    owner.execute(
        "INSERT INTO agents_archivedgoal (id, brand_id, agent_id, cause, batch, wish, ended_as, made_at, ended_at,"
        " spent_usd_micros, counts, body) VALUES (%s, %s, %s, 'c', '', %s, 'DONE', now(), now(), 0, '{}', %s)",
        [goal.pk, ALPHA, agent.pk, goal.wish, json.dumps(body).encode()],
    )
    owner.execute(
        "INSERT INTO agents_archivedtask (id, brand_id, goal_id, kind, outward, ended_as)"
        " VALUES (%s, %s, %s, 'plan', false, 'DONE')",
        [task.pk, ALPHA, goal.pk],
    )
    for table in ("agents_task", "agents_goal", "core_callrecord"):
        owner.execute(f"DELETE FROM {table}")
    assert tree(spent) == before


def test_money_that_no_agent_and_no_task_spent_has_a_place_too(world: World) -> None:
    reserve("wallets.payment:8", 10)
    with tenancy.brand(ALPHA, actor="worker:test"):
        budgets.settle(key="wallets.payment:8", amount_usd_micros=10, debit="wallet")
        assert Entry.objects.get().about == "agents.task:wallets.payment:8"
    found = tree(world)
    assert [(line["what"], line["name"]) for line in found["lines"]] == [
        ("brand", "alpha"), ("agent", "no agent"), ("goal", "no goal"),
        ("task", "work agents.task:wallets.payment:8"), ("fee", "wallet"),
    ]  # fmt: skip
    assert found["unexplained_usd_micros"] == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--brand", "gamma"), r"There is no brand 'gamma'; there is: alpha, beta\."),
        (("--agent", "nobody"), r"No agent is called 'nobody'"),
        (("--day", "yesterday"), "a day is written as 2026-11-28, not 'yesterday'"),
        (("--since", "soon"), "90m, 24h or 7d, not 'soon'"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(world: World, words: tuple[str, ...], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        run(world, *words)
