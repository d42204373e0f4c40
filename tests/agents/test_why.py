"""Why is nothing posting? Behind each gate its sentence is found, and what stands beside it clears it."""

import html
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agents import stopping
from agents.models import Agent, Goal, Task
from agents.nodes import services as nodes
from agents.why import selectors
from agents.why.gates import GATES, Why
from chimera.core import clock, tenancy
from governance.controls import services as controls
from governance.controls.models import ControlKind
from governance.effects import services as effects
from governance.models import Control
from publishing.models import Account, Post
from tests import people
from tests.conftest import ALPHA, World
from tests.governance import rows

WHY = "/admin/agents/agent/why/"
EVERY_QUEUE = ("reply", "think", "publish", "pay", "sweep", "render")


@pytest.fixture
def bea(world: World) -> Iterator[Agent]:
    """An agent that may post by itself, with account, money and workers; nothing to post about yet."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:begin"):
        made = people.agent(brand_id=ALPHA)
    work(world, "*")
    with world.role("operator"):
        yield made


def work(world: World, *queues: str) -> None:
    """Let a node listen to these queues."""
    named = EVERY_QUEUE if queues == ("*",) else queues
    with world.role("app"):
        nodes.register(description=nodes.Description(name="here", queues=named, capabilities={}), starting=True)


def why(name: str = "bea_unscrews") -> Why:
    with tenancy.all_brands(actor="test:look"):
        return selectors.of(name=name)


def held(agent: Agent, gate: str, *said: str) -> Why:
    """The gate that holds an agent, in the list and on its page, with these words."""
    found = why(str(agent.pk))
    assert found.found.gate.name == gate, found
    for words in said:
        assert words in found.found.sentence, found.found.sentence
    _seen[agent.pk] = ada().get(f"/admin/agents/agent/{agent.pk}/why/").content.decode()
    page = html.unescape(_seen[agent.pk])
    assert GATES[gate].title in page and found.found.sentence in page
    return found


_clients: dict[str, Client] = {}
_seen: dict[int, str] = {}  # an agent's page as it was last looked at


def ada() -> Client:
    """The operator, signed in once for each database."""
    name = str(connection.settings_dict["NAME"])
    if name not in _clients:
        with tenancy.acting("test:people"):
            user = User.objects.create_user("ada", is_staff=True, is_superuser=True)
            _clients[name] = Client()
            _clients[name].force_login(user)
    return _clients[name]


def past_rules(world: World) -> psycopg.Connection:
    """The superuser with triggers and keys asleep: to put something there that no role may."""
    database = world.superuser()
    database.execute("SET session_replication_role = replica")
    return database


def press(agent: Agent, **more: str) -> str:
    """The button on an agent's page, pressed with what its form holds; the page that comes back."""
    page = f"/admin/agents/agent/{agent.pk}/why/"
    client = ada()
    text = client.get(page).content.decode()
    form = re.search(
        r'<form method="post" action="(/admin/agents/agent/why/[^"]+)" class="board-form">(.*?)</form>', text, re.DOTALL
    )
    assert form, text
    values = dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', form[2]))
    if 'name="reason"' in form[2]:
        values["reason"] = "A test says so."
    answer = client.post(form[1], {**values, **more}, follow=True)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def follow(agent: Agent) -> str:
    """The link on an agent's page, as it was looked at, leads to a page that is there; its address."""
    link = re.search(r'<a class="board-button" href="([^"]+)"', _seen[agent.pk])
    assert link, _seen[agent.pk]
    address = html.unescape(link[1])
    assert ada().get(address, follow=True).status_code == 200, address
    return address


def now_in(model: Any, pk: int, **changes: Any) -> None:
    with tenancy.all_brands(actor="test:arrange"):
        model.objects.filter(pk=pk).update(**changes)


def begun(world: World, agent: Agent) -> Task:
    """A goal of the agent's with its planning task, due."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:begin"):
        people.trend(brand_id=ALPHA)
        goal = people.goal(agent=agent)
        return Task.objects.get(goal=goal)


def scheduled(world: World, agent: Agent, **columns: Any) -> Post:
    """A post of the agent's that is due; as the application."""
    with world.role("app"), tenancy.brand(ALPHA, actor="test:begin"):
        account = Account.objects.get(belongs_to=agent.subject)
        return rows.post(key="77", account=account, **columns)


@pytest.mark.spec("OPS-4")
def test_a_stop_is_the_first_gate_and_its_button_resumes(bea: Agent) -> None:
    for scope in (bea.scope, "brand:1", "platform:plaza", "fleet", "spending"):
        with tenancy.all_brands(actor="user:bob"):
            controls.impose(scope=scope, kind=ControlKind.PAUSE, reason="<b>Looks odd.</b>")
        gate = "agent_stopped" if scope == bea.scope else "stopped"
        held(bea, gate, f"A pause on {scope} is in force", "<b>Looks odd.</b>")
        assert "1 lifted" in press(bea)
        assert why().found.gate.name == "no_trend"


def test_an_incident_of_ones_own_stays_and_the_button_says_who_may_lift_it(bea: Agent, monkeypatch: Any) -> None:
    with tenancy.all_brands(actor="user:ada"):
        stopping.impose(scope=bea.scope, kind=ControlKind.STOP, reason="An incident.")
    assert "somebody else must resume it" in press(bea)
    held(bea, "agent_stopped")
    with tenancy.all_brands(actor="user:ada"):
        assert Control.objects.get().resume_asked_by == "user:ada"


def test_after_a_restore_everything_waits_in_quarantine_until_it_is_lifted(world: World, bea: Agent) -> None:
    with world.role("operator"), tenancy.acting("user:bob"):
        effects.quarantine(reason="Restored from a backup of Monday.")
    held(bea, "quarantine", "Restored from a backup of Monday.")
    press(bea)
    assert why().found.gate.name == "no_trend"


def test_without_an_account_the_button_registers_one(world: World, bea: Agent) -> None:
    past_rules(world).execute("DELETE FROM publishing_account")
    held(bea, "account", "has no account that it could post on")
    assert "@bea_unscrews on plaza is known" in press(bea)
    assert why().found.gate.name == "no_trend"
    database = past_rules(world)
    database.execute("UPDATE publishing_account SET platform = 'elsewhere'")
    held(bea, "account", "elsewhere has no connector any more")


def test_a_disabled_connector_leads_to_its_review(world: World, bea: Agent) -> None:
    database = past_rules(world)
    database.execute(
        "UPDATE governance_server SET status = 'DISABLED', reason = 'Its tools changed.' WHERE name = 'plaza'"
    )
    held(bea, "account", "The connector of plaza is disabled: Its tools changed.")
    assert "/admin/governance/server/" in follow(bea)
    database.execute("UPDATE governance_server SET status = 'ALLOWED', reason = 'Read again.' WHERE name = 'plaza'")
    assert why().found.gate.name == "no_trend"


def test_an_agent_without_a_soul_says_so(world: World, bea: Agent) -> None:
    database = past_rules(world)
    database.execute("UPDATE agents_agent SET soul_id = NULL")
    held(bea, "account", "has no soul")
    assert f"/admin/agents/agent/{bea.pk}/" in follow(bea)


def test_a_budget_that_is_used_up_says_whose_and_until_when_and_leads_to_the_limit(world: World, bea: Agent) -> None:
    database = past_rules(world)
    for scope in (bea.scope, "brand:1", "fleet"):
        table = "fleetlimit" if scope == "fleet" else "budgetlimit"
        where = "" if scope == "fleet" else f" WHERE scope = '{scope}'"
        database.execute(f"UPDATE governance_{table} SET limit_usd_micros = 0{where}")
        held(bea, "budget", f"{scope} has nothing left today", "$0.00 of $0.00 spent", "reopens at 00:00 UTC")
        limit = ada().get(follow(bea)).context["cl"].result_list[0]
        ada().post(f"/admin/governance/{table}/{limit.pk}/change/", {"limit_usd_micros": "5000000"})
        assert why().found.gate.name == "no_trend"


def test_a_pause_of_the_governor_is_a_budget_and_not_a_stop(world: World, bea: Agent) -> None:
    database = world.superuser()
    database.execute("SELECT set_config('app.actor', 'governor', false)")
    database.execute(
        "SELECT governance_impose(%s, 'exhausted', 'The budget is gone.', chimera_now() + interval '3 hours')",
        [bea.scope],
    )
    held(bea, "budget", "nothing left to spend until", "The budget is gone.")
    assert follow(bea) == f"/admin/governance/budgetlimit/?scope__exact={bea.scope}"


def test_an_agent_without_a_limit_may_spend_nothing(world: World, bea: Agent) -> None:
    database = past_rules(world)
    database.execute("DELETE FROM governance_budgetlimit WHERE scope LIKE 'agent:%'")
    held(bea, "no_budget", f"No daily limit is set for {bea.scope}")
    follow(bea)


def test_what_there_is_to_post_about_is_said_and_goals_are_set_by_the_button(world: World, bea: Agent) -> None:
    held(bea, "no_trend", "no live trend")
    follow(bea)
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:begin"):
        people.trend(brand_id=ALPHA, story=("Interest rates rise", "The central bank raised its rate."), key="far")
    held(bea, "no_trend", "None of the 1 live trends")
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:begin"):
        people.trend(brand_id=ALPHA)
    held(bea, "no_goal", "1 live trends touch its interests")
    assert "has 1 new goals" in press(bea)
    assert why().found.gate.name == "no_plan"
    with tenancy.all_brands(actor="test:look"):
        assert Goal.objects.count() == 1


def test_a_full_day_and_a_goal_that_nothing_moves_are_told_apart(world: World, bea: Agent) -> None:
    task = begun(world, bea)
    database = past_rules(world)
    database.execute("UPDATE agents_task SET due_at = NULL, status = 'BLOCKED'")
    held(bea, "stuck", f"Its goal {task.goal_id} is open")
    assert ada().get(follow(bea)).context["cl"].result_count == 1
    database.execute("UPDATE agents_goal SET status = 'DONE'")
    database.execute("UPDATE agents_agent SET posts_per_day = 1")
    held(bea, "day_full", "its 1 goals of today")


def test_a_goal_without_a_plan_says_why_and_a_worker_clears_it(world: World, bea: Agent) -> None:
    task = begun(world, bea)
    held(bea, "no_plan", f"Its goal {task.goal_id} has no plan yet", "a worker takes it next")
    work(world, "publish")
    found = held(bea, "no_plan", "no worker listens to the queue think")
    assert found.found.weight == "stands"
    assert follow(bea) == "/admin/agents/node/"
    work(world, "*")
    assert why().found.weight == "open"


CIRCUIT = (
    "INSERT INTO core_circuit (provider, status, state_version, since, failed_at, opens, wait_until, probe_by, note) "
    "VALUES (%s, 'OPEN', 1, chimera_now(), '{}', 1, chimera_now() + interval '1 minute', '', '')"
)
TASKS: dict[str, tuple[str, dict[str, Any]]] = {
    "lease": ("has agents.task:", {"lease_owner": "worker:here.1.2", "lease_until": 60, "due_at": 60}),
    "circuit": ("offline has failed too often", {"due_at": 60, "note": "offline gave no answer."}),
    "again": ("is tried again at", {"due_at": 60, "note": "The draft could not be read."}),
    "budget": ("The budget of brand:1", {"due_at": 60, "note": "The budget of brand:1 for today is $1.00: asked."}),
    "no_worker": ("no worker listens to the queue think", {}),
}
POSTS: dict[str, tuple[str, dict[str, Any]]] = {
    "quiet_hours": ("waits for the end of quiet hours at", {"due_at": 3600}),
    "platform": ("plaza has not taken", {"due_at": 60, "fence": 1, "note": "plaza: too many posts, try later."}),
    "circuit": ("plaza has failed too often", {"due_at": 60, "fence": 1, "note": "No answer."}),
    "grant_key": ("No grant can be signed", {"due_at": 60, "fence": 1, "note": "No grant can be signed: none."}),
    "lease": ("worker:here.1.2 has", {"due_at": 60, "lease_until": 60, "lease_owner": "worker:here.1.2"}),
    "no_worker": ("no worker listens to the queue publish", {}),
}
CLEAR = {"due_at": 0, "lease_until": None, "lease_owner": "", "note": ""}


def moments(columns: dict[str, Any]) -> dict[str, Any]:
    """Seconds from now as moments."""
    times = ("due_at", "lease_until")
    now = clock.now()
    return {k: now + timedelta(seconds=v) if k in times and v is not None else v for k, v in columns.items()}


def test_a_task_that_waits_says_for_what(world: World, bea: Agent) -> None:
    task, database = begun(world, bea), past_rules(world)
    for gate, (said, columns) in TASKS.items():
        now_in(Task, task.pk, kind="draft", **moments(columns))
        if gate == "circuit":
            database.execute(CIRCUIT, ["offline"])
        if gate == "no_worker":
            work(world, "publish")
        held(bea, gate, said)
        follow(bea)
        database.execute("DELETE FROM core_circuit")
        now_in(Task, task.pk, **moments(CLEAR))
        work(world, "*")
        assert why().found.sentence.endswith("is due and a worker takes it next.")


def test_a_goal_whose_time_is_over_is_cancelled_by_the_button(world: World, bea: Agent) -> None:
    task = begun(world, bea)
    now_in(Task, task.pk, deadline=clock.now() - timedelta(minutes=5))
    held(bea, "deadline", f"Its goal {task.goal_id} was to be met by")
    assert "Say why the goal is cancelled" in press(bea, reason=" ")
    assert f"goal:{task.goal_id} is cancelled" in press(bea)
    assert why().found.gate.name != "deadline"


def test_what_waits_for_a_human_leads_to_its_card(world: World, bea: Agent) -> None:
    with world.role("app"), tenancy.brand(ALPHA, actor="test:begin"):
        card = rows.card(about="agents.task:1")
    database = past_rules(world)
    database.execute("UPDATE governance_reviewitem SET held_by = 'user:eve', hold_reason = 'Legal.'")
    for kind, gate in (("doubt", "human"), ("probation", "rung")):
        database.execute("UPDATE governance_reviewitem SET agent = %s, kind = %s", [bea.handle, kind])
        held(bea, gate, "A review waits for an answer until", "The judge doubts the closing line. eve put it off")
        assert follow(bea) == f"/admin/governance/reviewitem/desk/{card.pk}/"
    database.execute("UPDATE governance_reviewitem SET status = 'WITHDRAWN', held_by = '', hold_reason = ''")
    assert why().found.gate.name == "no_trend"


def test_an_act_in_doubt_leads_to_its_card(world: World, bea: Agent) -> None:
    with world.role("app"), tenancy.brand(ALPHA, actor="test:begin"):
        card = rows.card(about="publishing.post:1")
    database = past_rules(world)
    database.execute("UPDATE governance_reviewitem SET agent = %s, kind = 'in_doubt'", [bea.handle])
    held(bea, "doubt", "Nobody knows whether its post is live")
    assert follow(bea) == f"/admin/governance/reviewitem/desk/{card.pk}/"


def test_a_post_that_waits_says_for_what(world: World, bea: Agent) -> None:
    post, database = scheduled(world, bea), past_rules(world)
    for gate, (said, columns) in POSTS.items():
        now_in_brand(post.pk, **moments(columns))
        if gate == "circuit":
            database.execute(CIRCUIT, ["plaza"])
        if gate == "no_worker":
            work(world, "think")
        held(bea, gate, said)
        follow(bea)
        database.execute("DELETE FROM core_circuit")
        now_in_brand(post.pk, **moments({**CLEAR, "fence": 1}))
        work(world, "*")
        assert why().found.sentence.endswith("is due and a worker takes it next.")
    with world.role("app"), tenancy.brand(ALPHA, actor="test:begin"):
        rows.effect(row=Post.objects.get(pk=post.pk))
    database.execute("UPDATE governance_effect SET status = 'SENT', grant_jti = 'j', labelled = true")
    held(bea, "doubt", "was sent and its answer is not known")
    follow(bea)


def now_in_brand(pk: int, **changes: Any) -> None:
    with tenancy.brand(ALPHA, actor="test:arrange"):
        Post.objects.filter(pk=pk).update(**changes)


def test_without_any_live_key_nothing_can_be_granted(world: World, bea: Agent, monkeypatch: Any) -> None:
    scheduled(world, bea)
    monkeypatch.setattr(settings, "GRANT_PUBLIC_KEY", "")
    monkeypatch.setattr(settings, "GRANT_PRIVATE_KEY", "")
    held(bea, "grant_key", "No key is there that could sign a grant")
    assert follow(bea) == "/admin/governance/grantkey/"


@pytest.mark.spec("REV-9")
def test_the_worst_stands_first_and_a_hundred_agents_cost_as_many_questions_as_two(world: World, bea: Agent) -> None:
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:begin"):
        zuzka = people.agent(brand_id=ALPHA, soul_file="zuzka_bubbles")
    with tenancy.all_brands(actor="user:bob"):
        controls.impose(scope=zuzka.scope, kind=ControlKind.PAUSE, reason="Odd.")
    with tenancy.all_brands(actor="test:look"):
        assert [one.handle for one in selectors.everybody()] == ["zuzka_bubbles", "bea_unscrews"]
        assert [one.handle for one in selectors.everybody(gate="no_trend")] == ["bea_unscrews"]

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(WHY).status_code == 200
        return len([one for one in queries.captured_queries if one["sql"].lstrip(" (").startswith(("SELECT", "WITH"))])

    with tenancy.acting("test:people"):
        eve = User.objects.create_user("eve", is_staff=True)
        eve.user_permissions.add(Permission.objects.get(codename="view_agent"))
        client = Client()
        client.force_login(eve)
    few = asked()
    database = past_rules(world)
    database.execute(
        "INSERT INTO agents_agent (brand_id, handle, name, status, state_version, soul_id, posts_per_day, tags, "
        "rung_reason, rung_since, made_at) SELECT brand_id, 'copy_' || n, name, status, 1, soul_id, 3, '{}', '', "
        "rung_since, made_at FROM agents_agent, generate_series(1, 100) n WHERE handle = 'bea_unscrews'"
    )
    assert asked() == few <= 15
    text = client.get(WHY).content.decode()
    assert "Account 100" in text and "Resume" not in text, "a button is for who may press it"


def test_buttons_want_a_post_a_token_and_the_permission(bea: Agent) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = ada().cookies
    said = {"agent": str(bea.pk), "platform": "plaza"}
    for does in ("resume", "account", "goals", "cancel"):
        assert ada().get(f"{WHY}{does}/").status_code == 405
        assert strict.post(f"{WHY}{does}/", said).status_code == 403
        assert Client().post(f"{WHY}{does}/", said).status_code == 302
    assert ada().post(f"{WHY}burn/", said).status_code == 404
    assert ada().get("/admin/agents/agent/999999/why/").status_code == 404
    with tenancy.acting("test:people"):
        eve = User.objects.create_user("eve", is_staff=True)
        client = Client()
        client.force_login(eve)
    assert {client.post(f"{WHY}{does}/", said).status_code for does in ("resume", "account", "goals", "cancel")} == {
        403
    }
    assert client.get(WHY).status_code == 403
    for wrong in ("", "x", "999999", "9" * 30):
        assert "no such agent" in ada().post(f"{WHY}goals/", {"agent": wrong}, follow=True).content.decode()
    assert "has set no goal" in ada().post(f"{WHY}goals/", said, follow=True).content.decode()


def test_the_command_says_the_same(bea: Agent) -> None:
    def said(*words: str) -> str:
        out = StringIO()
        call_command("why", *words, stdout=out)
        return out.getvalue()

    found = json.loads(said("bea_unscrews", "--json").strip().splitlines()[-1])["agents"]
    assert found == [why().as_json()] and found[0]["gate"] == "no_trend"
    assert json.loads(said("--json").strip().splitlines()[-1])["agents"][0]["agent"] == "bea_unscrews"
    assert "No fresh trend" in said() and "@bea_unscrews" in said("bea_unscrews")
    with pytest.raises(CommandError, match="No agent is called 'nobody'"):
        call_command("why", "nobody")


def test_without_agents_the_command_says_how_to_have_one(world: World) -> None:
    with world.role("operator"):
        out = StringIO()
        call_command("why", stdout=out)
        assert "No agents yet" in out.getvalue()
        assert "There are no agents yet" in ada().get(WHY).content.decode()
