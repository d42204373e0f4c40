"""Launching, new versions of a soul, the ladder of trust, and finding agents by name."""

import psycopg
import pytest

from agents.personas import selectors, services, soul
from agents.personas.models import Agent, Soul
from agents.personas.selectors import NoSuchAgent
from agents.personas.services import HandleTaken
from agents.personas.soul import SoulFile
from agents.personas.states import TrustRung
from agents.tasks.models import Task
from chimera.core import money, tenancy
from chimera.core.errors import Denied
from governance.budgets.models import BudgetLimit
from governance.models import AuditEvent
from publishing.accounts.models import Account
from tests import people
from tests.agents.fakes import desk
from tests.conftest import ALPHA, BETA, World

SOURCE = (people.SOULS / "bea_unscrews.md").read_text()


def bea(*, old: str = "", new: str = "") -> SoulFile:
    return soul.parse(SOURCE.replace(old, new).encode(), origin="bea.md")


def launch(parsed: SoulFile, brand_id: int = ALPHA) -> Agent:
    return services.launch(brand_id=brand_id, soul=parsed, platform="plaza")


def moves(agent: Agent) -> list[tuple[str, str, str]]:
    events = AuditEvent.objects.filter(subject=agent.subject).exclude(from_status="").order_by("id")
    return [(e.actor, e.from_status, e.to_status) for e in events if e.from_status != e.to_status]


@pytest.mark.spec("PER-3", "PER-5")
def test_a_launch_makes_an_agent_on_probation_with_account_budget_and_pinned_soul(world: World) -> None:
    with desk(world):
        agent = launch(bea())
        assert (agent.status, agent.posts_per_day) == ("PROBATION", 4)
        assert agent.soul is not None
        assert (agent.soul.version, agent.soul.source) == (1, SOURCE)
        assert agent.soul.content_hash == bea().content_hash
        assert Account.objects.get().belongs_to == agent.subject
        assert BudgetLimit.objects.get(scope=agent.scope).limit_usd_micros == money.usd("2.00")
        assert BudgetLimit.objects.get(scope=f"brand:{ALPHA}").limit_usd_micros == 10_000_000  # as it was


def test_launching_the_same_soul_twice_is_one_agent(world: World) -> None:
    with desk(world):
        first = launch(bea())
        BudgetLimit.objects.filter(scope=first.scope).update(limit_usd_micros=7)
    with desk(world):
        second = launch(bea())
        assert second.pk == first.pk
        assert [model.objects.count() for model in (Agent, Soul, Account)] == [1, 1, 1]
        assert BudgetLimit.objects.get(scope=first.scope).limit_usd_micros == 7  # what somebody set stays


@pytest.mark.spec("PER-2")
def test_an_edited_soul_is_the_next_version_and_older_tasks_keep_theirs(world: World) -> None:
    with desk(world):
        agent = launch(bea())
        people.trend(brand_id=ALPHA)
        older = people.goal(agent=agent)
        again = launch(bea(old="posts_per_day: 4", new="posts_per_day: 2"))
        assert again.pk == agent.pk
        assert again.soul is not None and again.soul.version == 2
        assert Agent.objects.get().posts_per_day == 2
        people.trend(brand_id=ALPHA, key="story-2")
        newer = people.goal(agent=again)
        versions = dict(Task.objects.values_list("goal_id", "soul__version"))
        assert versions == {older.pk: 1, newer.pk: 2}


@pytest.mark.spec("PER-2")
def test_going_back_to_an_earlier_text_is_the_earlier_version(world: World) -> None:
    with desk(world):
        launch(bea())
        launch(bea(old="dry", new="wry"))
        agent = launch(bea())
        assert agent.soul is not None and agent.soul.version == 1
        assert sorted(Soul.objects.values_list("version", flat=True)) == [1, 2]


@pytest.mark.spec("PER-2")
@pytest.mark.parametrize("act", ["UPDATE agents_soul SET backstory = 'x'", "DELETE FROM agents_soul"])
def test_a_stored_soul_is_changed_by_nobody(world: World, act: str) -> None:
    with desk(world):
        launch(bea())
    for role in ("app", "operator"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            world.connect(role, brand=ALPHA).execute(act)
    # Past every privilege there is still the trigger.
    with pytest.raises(psycopg.Error, match="append-only") as caught:
        world.superuser().execute(act)
    assert caught.value.sqlstate == "CH003"


@pytest.mark.spec("PER-5", "AUD-1")
def test_an_agent_climbs_one_rung_at_a_time_and_every_step_names_who_let_it(world: World) -> None:
    with desk(world):
        agent = launch(bea())
    with desk(world, actor="user:ada"):
        services.promote(agent=agent, to=TrustRung.AUTONOMOUS, reason="ten good posts")
    with desk(world):
        assert moves(agent) == [
            ("user:ada", "PROBATION", "SUPERVISED"),
            ("user:ada", "SUPERVISED", "AUTONOMOUS"),
        ]
        agent.refresh_from_db()
        assert (agent.status, agent.rung_reason) == ("AUTONOMOUS", "ten good posts")


@pytest.mark.spec("PER-5", "PLN-4")
def test_the_database_itself_refuses_to_skip_a_rung_or_to_climb_unnamed(world: World) -> None:
    with desk(world):
        launch(bea())
    desk_connection = world.connect("operator", brand=ALPHA)
    with pytest.raises(psycopg.Error) as skipped:
        desk_connection.execute("UPDATE agents_agent SET status = 'AUTONOMOUS', state_version = state_version + 1")
    assert skipped.value.sqlstate == "CH001"
    with pytest.raises(psycopg.Error) as unnamed:
        world.connect("operator", brand=ALPHA, actor="").execute(
            "UPDATE agents_agent SET status = 'SUPERVISED', state_version = state_version + 1"
        )
    assert unnamed.value.sqlstate == "CH004"


@pytest.mark.spec("PER-5")
def test_a_fall_from_trust_is_one_step_and_on_the_record(world: World) -> None:
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
    with desk(world, actor="user:bo"):
        services.demote(agent=agent, to=TrustRung.PROBATION, reason="a strike")
        assert moves(agent)[-1] == ("user:bo", "AUTONOMOUS", "PROBATION")
        assert Agent.objects.get().rung_reason == "a strike"


def test_promote_never_lowers_and_demote_never_raises(world: World) -> None:
    with desk(world):
        agent = people.agent(brand_id=ALPHA, rung=TrustRung.SUPERVISED)
        with pytest.raises(Denied, match="use demote"):
            services.promote(agent=agent, to=TrustRung.PROBATION, reason="x")
        for to in (TrustRung.SUPERVISED, TrustRung.AUTONOMOUS):
            with pytest.raises(Denied, match="@bea_unscrews is SUPERVISED"):
                services.demote(agent=agent, to=to, reason="x")
        assert Agent.objects.get().status == "SUPERVISED"


def test_a_handle_that_belongs_to_another_name_is_refused(world: World) -> None:
    with desk(world):
        launch(bea())
        with pytest.raises(HandleTaken, match="@bea_unscrews is Bea Tornquist; choose another handle for Ida Fenn"):
            launch(bea(old="name: Bea Tornquist", new="name: Ida Fenn"))
        assert Soul.objects.count() == 1


def test_a_handle_that_another_brand_has_on_the_platform_is_refused_in_a_sentence(world: World) -> None:
    with desk(world):
        launch(bea())
    with pytest.raises(Denied, match="@bea_unscrews is taken on plaza"):
        with desk(world, brand_id=BETA):
            launch(bea(), brand_id=BETA)
    with desk(world, brand_id=BETA):
        assert Agent.objects.count() == 0


@pytest.mark.parametrize("spelling", ["bea_unscrews", "@bea_unscrews", "id"])
def test_an_agent_is_found_by_handle_or_id(world: World, spelling: str) -> None:
    with desk(world):
        agent = launch(bea())
        assert selectors.by_name(str(agent.pk) if spelling == "id" else spelling).pk == agent.pk


def test_a_handle_of_digits_is_a_handle_before_it_is_an_id(world: World) -> None:
    with desk(world):
        other = launch(bea())
        digits = launch(bea(old="handle: bea_unscrews", new=f"handle: '{other.pk:03}'"))
        assert selectors.by_name(f"{other.pk:03}").pk == digits.pk


def test_an_unknown_name_is_answered_with_those_that_are_known(world: World) -> None:
    with desk(world):
        with pytest.raises(NoSuchAgent, match="none yet; launch one with launch_agent"):
            selectors.by_name("nobody")
        launch(bea())
        for name in ("nobody", "@nobody", "4711", "9" * 40, "²"):
            with pytest.raises(NoSuchAgent) as caught:
                selectors.by_name(name)
            assert str(caught.value) == f"No agent is called {name!r}. Known: @bea_unscrews."


@pytest.mark.spec("TEN-1")
def test_a_name_is_looked_up_in_its_own_brand_and_at_the_desk_in_all(world: World) -> None:
    with desk(world):
        agent = launch(bea())
    with desk(world, brand_id=BETA):
        with pytest.raises(NoSuchAgent):
            selectors.by_name("bea_unscrews")
        twin = Agent.objects.create(brand_id=BETA, handle="bea_unscrews", name="Other", status="PROBATION")
    with world.role("operator"), tenancy.all_brands(actor="test:desk"):
        with pytest.raises(NoSuchAgent, match=rf"Several brands .* use its id \({agent.pk}, {twin.pk}"):
            selectors.by_name("bea_unscrews")
        assert selectors.by_name(str(twin.pk)).brand_id == BETA
