"""Times in which nothing is said: kept, shown, removed, and waited through by what is accepted. PUB-6, JDG-1."""

import json
import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from agents.goals.models import Goal
from agents.personas.models import Agent
from agents.tasks.taking import Taken
from agents.worker import when
from agents.worker.base import Accepted
from agents.worker.kinds.publish import Publishing
from chimera.core import clock, tenancy
from governance.people import services as staff
from governance.policies import services as policies
from governance.policies.base import Outcome
from governance.policies.rules.timing import Timing
from publishing.accounts.models import Account
from publishing.posts.models import Post
from publishing.timing import services as timing
from publishing.timing.models import Blackout
from tests import people
from tests.conftest import ALPHA, BETA, World

pytestmark = pytest.mark.spec("PUB-6")


def run(world: World, *words: str, **options: object) -> str:
    out = StringIO()
    with world.role("operator"):
        call_command("blackout", *words, stdout=out, **options)
    return out.getvalue()


def test_blackouts_are_added_listed_and_removed_by_a_command(world: World) -> None:
    made = json.loads(
        run(
            world,
            "add",
            brand="alpha",
            platform="x",
            begins_at="2099-12-24",
            ends_at="2099-12-27",
            because="Yule",
            json=True,
        )
    )
    assert made["from"] == "2099-12-24T00:00:00+00:00" and made["brand"] == "alpha"
    run(world, "add", fleet=True, begins_at="2099-01-09 18:00", ends_at="2099-01-09 23:00", because="They move servers")
    listed = json.loads(run(world, "list", json=True))["blackouts"]
    assert [(one["brand"], one["platform"]) for one in listed] == [("", ""), ("alpha", "x")]
    assert "the fleet, all platforms: 2099-01-09T18:00" in run(world)
    with tenancy.brand(BETA, actor="test"):
        assert [one["why"] for one in when.rules()["blackouts"]] == ["the blackout of the fleet (They move servers)"]
    run(world, "remove", str(made["number"]))
    run(world, "remove", str(listed[0]["number"]), fleet=True)
    assert run(world).strip() == "Nothing is blacked out."
    with tenancy.brand(BETA, actor="test"):
        assert "blackouts" not in when.rules(), "what is judged is what it was before there were any"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "Say whose it is"),
        ({"brand": "alpha", "fleet": True}, "Say whose it is"),
        ({"brand": "gamma"}, "No brand is called 'gamma'"),
        ({"brand": "alpha", "platform": "moon"}, "No platform is called 'moon'; known: "),
        ({"brand": "alpha", "begins_at": "soon"}, "--from 'soon' is no time; write 2027-12-24"),
        ({"brand": "alpha", "ends_at": "2099-12-23"}, "It would end .* before it begins"),
        ({"brand": "alpha", "ends_at": "2101-12-23"}, "It would last 729 days"),
        ({"brand": "alpha", "begins_at": "2001-01-01", "ends_at": "2001-01-02"}, "It is over already"),
        ({"brand": "alpha", "because": " "}, "Say why nothing is said then"),
        ({"brand": "alpha", "because": "x" * 301}, "300 are kept"),
    ],
)
def test_what_cannot_be_kept_is_one_sentence(world: World, options: dict[str, object], said: str) -> None:
    whole = {"begins_at": "2099-12-24", "ends_at": "2099-12-27", "because": "Yule", **options}
    with pytest.raises(CommandError, match=said):
        run(world, "add", **whole)


def test_the_database_keeps_who_made_one_and_lets_none_be_changed(world: World) -> None:
    with pytest.raises(CommandError, match="There is no blackout 7"):
        run(world, "remove", "7")
    desk = world.connect("operator", actor="user:eve")
    columns = "brand_id, platform, begins_at, ends_at, reason, by"
    insert = f"INSERT INTO publishing_blackout ({columns}) VALUES (1, '', {{}}, 'r', 'x')"
    with pytest.raises(psycopg.errors.CheckViolation) as said:
        desk.execute(insert.format("now(), now()"))
    assert said.value.diag.constraint_name == "blackout_lasts"
    desk.execute(insert.format("now(), now() + interval '1 day'"))
    assert desk.execute("SELECT by FROM publishing_blackout").fetchall() == [("user:eve",)]
    with pytest.raises(psycopg.errors.CheckViolation) as said:
        desk.execute("UPDATE publishing_blackout SET ends_at = ends_at + interval '1 day'")
    assert said.value.diag.constraint_name == "blackout_is_only_removed"
    for statement in ("DELETE FROM publishing_blackout", insert.format("now(), now() + interval '1 day'")):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            world.connect("app", brand=ALPHA).execute(statement)
    assert world.connect("app", brand=BETA).execute("SELECT * FROM publishing_blackout").fetchall() == []


@pytest.fixture
def agent(world: World) -> Agent:
    with world.role("operator"), tenancy.brand(ALPHA, actor="test"):
        made = people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
    return made


def commit(agent: Agent) -> Post:
    """An accepted post of the agent's first goal is put on its way."""
    with tenancy.brand(ALPHA, actor="test"):
        goal = Goal.objects.first() or people.goal(agent=agent)
        task = goal.task_set.first()
        account = Account.objects.get(belongs_to=agent.subject)
        payload = {"platform": "plaza", "account_handle": account.handle, "text": "Low tide.", "ai_generated": True}
        taken = Taken(
            **{name: None for name in Taken.__dataclass_fields__ if name not in ("bounds", "stale", "params")}
            | {
                "id": task.pk,
                "brand_id": ALPHA,
                "agent_id": agent.pk,
                "soul_id": agent.soul_id,
                "scopes": tuple(agent.scopes),
                "cause": goal.cause,
            }
        )
        Publishing().commit(accepted=[Accepted(task=taken, payload=payload, approval="judge")])
        return Post.objects.select_related("account").get()


def test_a_post_that_is_accepted_goes_out_at_once_and_knows_when_its_trend_ends(world: World, agent: Agent) -> None:
    post = commit(agent)
    with tenancy.brand(ALPHA, actor="test"):
        goal = Goal.objects.get()
        assert post.due_at <= clock.now() and post.note == "" and post.expires_at == goal.deadline


def test_a_post_waits_for_the_end_of_a_blackout_and_is_spread_behind_it(world: World, agent: Agent) -> None:
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        ends = clock.now() + timedelta(hours=3)
        timing.add(brand_id=None, platform="", begins_at=clock.now(), ends_at=ends, reason="A day of mourning")
        assert not Blackout.objects.exists()
    post = commit(agent)
    assert ends <= post.due_at < ends + timedelta(seconds=settings.SPREAD_S)
    assert post.note == "It waits for the blackout of the fleet (A day of mourning)."


def test_a_post_waits_for_the_best_hours_of_its_platform(
    world: World, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenancy.brand(ALPHA, actor="test"):
        soon = clock.now() + timedelta(hours=2)
    monkeypatch.setattr(settings, "BEST_HOURS", {"plaza": [(f"{soon:%H:%M}", f"{soon + timedelta(hours=1):%H:%M}")]})
    post = commit(agent)
    assert soon - timedelta(minutes=1) <= post.due_at <= soon + timedelta(hours=1) and "a best hour" in post.note


@pytest.mark.spec("JDG-1")
def test_the_judge_knows_of_a_blackout_that_outlasts_the_trend(world: World) -> None:
    at = clock.datetime.fromisoformat("2027-05-05T12:00:00+00:00")
    rules = {"quiet": None, "blackout": None}
    dark = {
        "begin": "2027-05-05T00:00:00+00:00",
        "end": "2027-05-07T00:00:00+00:00",
        "why": "the blackout of the brand (x)",
    }
    for platform, blocked in (("", True), ("x", True), ("plaza", False)):
        opening = when.opening(
            at=at, rules={**rules, "blackouts": [{**dark, "platform": platform}]}, soul={}, platform="x"
        )
        schedule = {"ready": at.isoformat(), "goes_out": opening.at.isoformat(), "why": opening.why}
        found = Timing().check(snapshot={"schedule": schedule, "trend": {"expires_at": "2027-05-06T00:00:00+00:00"}})
        assert (found.outcome == Outcome.BLOCK) is blocked, found


def shown_to(name: str) -> list[str]:
    """What the page of accounts says of when nothing goes out, as text."""
    client = Client()
    client.force_login(User.objects.get(username=name))
    page = client.get("/admin/publishing/account/").content.decode()
    section = page.partition('aria-labelledby="blackouts"')[2].partition("</section>")[0]
    lines = re.findall(r"<li[^>]*>(.*?)</li>|<p>(.*?)</p>", section, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", "", one or other).split()) for one, other in lines]


def test_the_desk_shows_what_holds_and_what_is_to_come_wherever_it_was_said(world: World) -> None:
    now = clock.now()
    with world.role("operator"), tenancy.all_brands(actor="cli:root"):
        staff.add(name="olga", password="-", roles=["operator"])
        staff.add(name="ada", password="-", roles=["reviewer"], brands=["beta"])
    with world.role("operator"):
        assert shown_to("olga") == ["No blackout holds or is to come."]
    run(world, "add", brand="alpha", platform="x", begins_at="2099-12-24", ends_at="2099-12-27", because="<b>Yule</b>")
    begun, ends = (str(now + timedelta(hours=hours)) for hours in (-1, 24))
    run(world, "add", fleet=True, begins_at=begun, ends_at=ends, because="They move")
    run(world, "add", brand="beta", begins_at="2099-01-01", ends_at="2099-01-02", because="A holiday")
    said = run(world, "add", fleet=True, begins_at="2099-03-01", ends_at="2099-03-02", because="Undone", json=True)
    run(world, "remove", str(json.loads(said)["number"]), fleet=True)
    with world.role("operator"), tenancy.all_brands(actor="user:olga"):
        rules = policies.Rules(
            blackout_from=datetime(2099, 6, 1, 18, tzinfo=UTC), blackout_until=datetime(2099, 6, 2, tzinfo=UTC)
        )
        policies.set_rules(brand_id=ALPHA, rules=rules, expected_version=0)
    with world.role("operator"):
        every, own = shown_to("olga"), shown_to("ada")
    assert len(every) == 4 and every[0].startswith("Now, from ")
    assert ", the fleet, on all platforms: They move (" in every[0]
    assert every[1].startswith("From 1 Jan 2099 00:00 to 2 Jan 2099 00:00 UTC, Beta, on all platforms: A holiday")
    assert every[2] == "From 1 Jun 2099 18:00 to 2 Jun 2099 00:00 UTC, Alpha, on all platforms: the brand&#x27;s rules"
    assert every[3].startswith("From 24 Dec 2099 00:00 to 27 Dec 2099 00:00 UTC, Alpha, on x: &lt;b&gt;Yule&lt;/b&gt;")
    assert own == every[:2], "the fleet's hold everybody's posts; another brand's are not shown"
