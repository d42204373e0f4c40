"""Plans that wait for a look: no task before somebody starts them, edited under the planner's checks, then never."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection

from agents.blueprints import services as blueprints
from agents.blueprints.models import Blueprint, Revision
from agents.blueprints.services import EditedMeanwhile, NotHeld
from agents.goals.models import Goal, Plan
from agents.personas.states import TrustRung
from agents.runs import editing, selectors
from agents.runs.services import NoReason
from agents.tasks import services as tasks
from agents.tasks.graph import BadPlan, Step, from_json
from agents.tasks.models import Artifact, Task
from agents.worker import checking
from chimera.core import clock, tenancy
from governance.models import AuditEvent, BudgetLimit
from tests import people
from tests.agents import lived
from tests.agents.fakes import desk, drain, looking
from tests.conftest import ALPHA, World

pytestmark = pytest.mark.spec("PLN-1")


@pytest.fixture
def held(world: World, tmp_path: Any, settings: Any) -> Iterator[World]:
    """A goal whose plan waits: the fleet's plans all do."""
    settings.MEDIA_ROOT, settings.PLANS_WAIT = tmp_path / "media", ["fleet"]
    with desk(world):
        people.agent(brand_id=ALPHA, rung=TrustRung.PROBATION)
        people.trend(brand_id=ALPHA)
        people.goal(agent=people.Agent.objects.get())
    drain()
    yield world


def blueprint() -> Blueprint:
    with looking():
        return Blueprint.objects.get()


def steps(of: Blueprint | None = None) -> dict[str, Step]:
    return {step.key: step for step in from_json((of or blueprint()).steps)}


def edit(world: World, *, of: Blueprint | None = None, reason: str = "shorter", **changed: Any) -> Blueprint:
    """Change steps by key: a dictionary of fields, or None to drop one."""
    read = of or blueprint()
    kept = []
    for key, step in steps(read).items():
        if key in changed and changed[key] is None:
            continue
        kept.append(Step(**{**vars(step), **(changed.get(key) or {})}))
    with desk(world, actor="user:ada"):
        return editing.edit(blueprint=read, steps=kept, reason=reason)


def refused(world: World, **changed: Any) -> str:
    with pytest.raises((BadPlan, NoReason)) as caught:
        edit(world, **changed)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.spec("PLN-2")
def test_a_plan_that_waits_has_no_task_until_somebody_starts_it_and_then_runs_as_any(held: World) -> None:
    with looking():
        assert [task.kind for task in Task.objects.all()] == ["plan"] and not Plan.objects.exists()
        run = selectors.run(goal_id=Goal.objects.get().pk)
    assert (run.status, run.plan, run.is_moving) == ("PROPOSED", "HELD", False)
    assert [node.seen.word for node in run.nodes] == ["done", *["planned, not started"] * 4]
    drain()
    with looking():
        assert Task.objects.count() == 1, "nobody finds anything to claim"
    with desk(held, actor="user:ada"):
        editing.start(blueprint=Blueprint.objects.get())
    drain()
    with looking():
        assert Task.objects.get(kind="publish").status == "HELD", "on probation: a human reads it"
        assert (Goal.objects.get().status, Blueprint.objects.get().status) == ("ACTIVE", "STARTED")


def test_plans_wait_only_where_the_setting_names_their_scope(held: World, settings: Any) -> None:
    from agents.blueprints import selectors as looks

    settings.PLANS_WAIT = ["agent:7", "brand:9"]
    assert looks.waits(scopes=["fleet", "brand:1", "agent:7"]) and not looks.waits(scopes=["fleet", "brand:1"])
    settings.PLANS_WAIT = []
    assert not looks.waits(scopes=["fleet", "brand:1", "agent:7"])


@pytest.mark.spec("AUD-1")
def test_an_edit_is_kept_with_what_was_before_by_whom_and_why_and_carried_out(held: World) -> None:
    later = clock.now() + timedelta(hours=2)
    before = blueprint()
    edit(
        held,
        image=None,
        publish={"needs": ("draft",), "deadline": later},
        research={"params": {"facts_max": 1}},
        draft={"params": {"chars_max": 200, "note": "Mention the tram depot."}, "attempts_max": 2},
    )
    with looking():
        (kept,) = Revision.objects.all()
        assert (kept.before, kept.by, kept.reason, kept.number) == (before.steps, "user:ada", "shorter", 1)
        assert kept.after == Blueprint.objects.get().steps
    with desk(held):
        acts = AuditEvent.objects.filter(subject=f"agents.revision:{kept.pk}")
        assert kept.after_hash in acts.get().body, "the record holds the hashes"
    with desk(held, actor="user:ada"):
        editing.start(blueprint=Blueprint.objects.get())
    drain()
    with looking():
        made = {task.kind: task for task in Task.objects.all()}
        assert set(made) == {"plan", "research", "draft", "publish"}
        assert made["publish"].deadline == later and made["draft"].attempts_max == 2
        assert made["research"].params == {"facts_max": 1}
        words = {kind: Artifact.objects.filter(task=task).order_by("-fence")[0] for kind, task in made.items()}
    assert len(words["research"].payload["facts"]) == 1
    assert len(words["draft"].payload["text"]) <= 200
    assert words["draft"].inputs["params"]["note"] == "Mention the tram depot."
    assert words["publish"].payload["media"] == []


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"draft": None, "image": None, "publish": {"needs": ("research",)}}, "has no draft or dictated before it"),
    ({"publish": None}, "reaches nothing outside"),
    ({"research": {"needs": ("publish",)}}, "which reaches the outside"),
    ({"research": {"needs": ("image",)}}, "runs in a circle"),
    ({"research": {"kind": "magic"}}, "unknown kind"),
    ({"research": {"params": {"facts_max": 99}}}, "facts_max"),
    ({"research": {"params": {"color": "red"}}}, "color"),
    ({"image": {"params": {"motif": "skulls"}}}, "choose one of"),
    ({"draft": {"attempts_max": 0}}, "given up after 1 to 10 tries"),
    ({"draft": {"deadline": "past"}}, "is over"),
    ({"draft": {"deadline": "far"}}, "its goal is over at"),
    ({"draft": {"deadline": "late"}, "publish": {"deadline": "soon"}}, "ends before draft"),
    ({"reason": "  ", "draft": {"attempts_max": 2}}, "Say why"),
    ({}, "Nothing is changed"),
]


def test_what_the_planner_may_not_propose_nobody_may_write(held: World) -> None:
    hours = {"past": -1, "soon": 1, "late": 2, "far": 99}
    before = blueprint()
    for changed, said in WRONG:
        for one in changed.values():
            if isinstance(one, dict) and isinstance(one.get("deadline"), str):
                one["deadline"] = clock.now() + timedelta(hours=hours[one["deadline"]])
        assert said in refused(held, **changed), changed
    now = blueprint()
    assert (now.steps, now.state_version) == (before.steps, before.state_version)


def test_a_plan_that_costs_more_than_is_left_until_its_goal_is_over_is_refused(held: World) -> None:
    with desk(held):
        BudgetLimit.objects.filter(scope__startswith="agent:").update(limit_usd_micros=1_000)
    assert "$0.00" in refused(held, draft={"attempts_max": 2})
    with desk(held, actor="user:ada"), pytest.raises(BadPlan, match=r"agent:\d+ has .* left"):
        editing.start(blueprint=Blueprint.objects.get())


@pytest.mark.spec("PLN-4")
def test_of_two_who_edit_the_same_version_the_second_is_shown_what_the_first_did(held: World) -> None:
    mine, yours = blueprint(), blueprint()
    edit(held, of=mine, draft={"attempts_max": 2})
    with pytest.raises(EditedMeanwhile) as stale:
        edit(held, of=yours, image=None, publish={"needs": ("draft",)})
    apart = editing.differences(before=yours.steps, after=stale.value.current.steps)
    assert apart == ["draft: given up after as usual → 2 tries."]
    with desk(held, actor="user:bob"), pytest.raises(EditedMeanwhile):
        editing.start(blueprint=yours)


def test_a_started_plan_is_edited_by_nobody_not_even_past_the_services(held: World) -> None:
    with desk(held, actor="user:ada"):
        editing.start(blueprint=Blueprint.objects.get())
    with pytest.raises(NotHeld, match="started already"):
        edit(held, draft={"attempts_max": 2})
    found = blueprint()
    for role in ("app", "operator"):
        with (
            held.connect(role, brand=ALPHA) as other,
            pytest.raises(psycopg.errors.DatabaseError, match="not edited any more"),
        ):
            other.execute(
                "UPDATE agents_blueprint SET steps = '[]', state_version = state_version + 1 WHERE id = %s", [found.pk]
            )
    for statement in (
        "UPDATE agents_blueprint SET status = 'HELD', state_version = state_version + 1",
        "UPDATE agents_blueprint SET goal_number = 99",
        "UPDATE agents_revision SET reason = 'x'",
    ):
        with held.connect("operator", brand=ALPHA) as other, pytest.raises(psycopg.errors.DatabaseError):
            if other.execute(statement).rowcount == 0:
                raise psycopg.errors.DatabaseError("there is no edit that could be changed")


def test_an_edit_past_the_services_is_kept_as_well_and_needs_the_next_version(held: World) -> None:
    with held.connect("operator", brand=ALPHA, actor="psql:eve") as other:
        with pytest.raises(psycopg.errors.DatabaseError, match="without the next state_version"):
            other.execute("UPDATE agents_blueprint SET steps = '[]'")
        other.execute("UPDATE agents_blueprint SET steps = '[]', state_version = 2, revision = 7")
    with looking():
        kept = Revision.objects.get()
        assert (kept.by, kept.number, kept.after, Blueprint.objects.get().revision) == ("psql:eve", 1, [], 1)


def test_nobody_lays_out_a_held_plan_past_its_start(held: World) -> None:
    with looking():
        planned = Task.objects.get(kind="plan")
    layout = tasks.Layout(planning=planned, steps=list(steps().values()), estimate_usd_micros=0)
    for role in ("app", "operator"):
        with (
            held.role(role),
            pytest.raises(DatabaseError, match="is held: it has no tasks before it is started"),
            tenancy.brand(ALPHA, actor="test:eve"),
        ):
            tasks.lay_out(plans=[layout], kinds=checking.laid())
    with desk(held), pytest.raises(DatabaseError, match="waits for no plan"), tenancy.brand(ALPHA):
        Goal.objects.update(status="ACTIVE", state_version=2)
        Blueprint.objects.create(
            brand_id=ALPHA,
            goal_number=planned.goal_id,
            planning_number=planned.pk,
            steps=[],
            estimate_usd_micros=0,
            deadline=planned.deadline,
            status="HELD",
        )
    with looking():
        assert Task.objects.count() == 1


def test_of_several_who_start_and_edit_at_once_one_is_first_and_there_is_one_set_of_tasks(held: World) -> None:
    read, outcomes, gate = blueprint(), [], threading.Barrier(4)

    def act(number: int) -> None:
        try:
            mine = Blueprint(**{field.attname: getattr(read, field.attname) for field in Blueprint._meta.fields})
            gate.wait()
            with tenancy.brand(ALPHA, actor=f"user:{number}"):
                if number % 2:
                    editing.start(blueprint=mine)
                else:
                    changed = [Step(**{**vars(one), "attempts_max": number + 2}) for one in steps(mine).values()]
                    editing.edit(blueprint=mine, steps=changed, reason="at once")
            outcomes.append(f"{number} done")
        except (NotHeld, EditedMeanwhile) as lost:
            outcomes.append(type(lost).__name__)
        finally:
            connection.close()

    with held.role("operator"):
        people_at_once = [threading.Thread(target=act, args=(number,)) for number in range(4)]
        for one in people_at_once:
            one.start()
        for one in people_at_once:
            one.join(30)
    assert len(outcomes) == 4 and sum(said.endswith("done") for said in outcomes) == 1, outcomes
    with looking():
        assert Plan.objects.count() in (0, 1) and Task.objects.count() in (1, 5)


def test_a_goal_that_ends_first_takes_its_held_plan_with_it(held: World) -> None:
    read = blueprint()
    with desk(held, actor="user:ada"):
        tasks.cancel(goal_id=read.goal_number, note="not now")
    assert blueprint().status == "DROPPED"
    with desk(held, actor="user:ada"), pytest.raises(NotHeld):
        blueprints.start(blueprint=read, kinds=checking.laid(), steps=list(steps().values()))


@pytest.mark.spec("REV-1")
def test_a_plan_is_edited_and_started_on_its_page(held: World) -> None:
    with held.role("operator"):
        client = lived.signed_in()
        address = f"/admin/agents/goal/{blueprint().goal_number}/"
        assert "This plan waits for a look" in client.get(f"{address}run/").content.decode()
        form = {f"keep:{key}": "1" for key in ("research", "draft", "publish")}
        form |= {"needs:draft": "research", "needs:publish": "image", "needs:image": "draft", "version": "1"}
        form |= {"param:draft:note": "Shorter <script>alert(1)</script>", "tries:draft": "x"}
        bad = client.post(f"{address}plan/", {**form, "reason": "less"}).content.decode()
        assert "is no whole number" in bad and "Shorter &lt;script&gt;" in bad and 'value="x"' in bad
        assert client.post(f"{address}plan/", {**form, "tries:draft": "3", "reason": "less"}).status_code == 302
        changed = steps()
        assert set(changed) == {"research", "draft", "publish"} and changed["publish"].needs == ("draft",)
        assert changed["draft"].attempts_max == 3
        stale = client.post(f"{address}plan/", {**form, "tries:draft": "4", "reason": "mine"})
        assert stale.status_code == 409 and "image (image) is dropped." in stale.content.decode()
        page = client.get(f"{address}plan/").content.decode()
        assert "less" in page and "image (image) is dropped." in page and "<script>alert(1)" not in page
        assert (
            b"changed since you opened it"
            in client.post(f"{address}plan/start/", {"version": "1"}, follow=True).content
        )
        assert b"is under way" in client.post(f"{address}plan/start/", {"version": "2"}, follow=True).content
        assert b"cannot be edited" in client.get(f"{address}plan/", follow=True).content
        assert client.get("/admin/agents/blueprint/").status_code == 200
    assert blueprint().status == "STARTED"
