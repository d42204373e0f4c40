"""Rows in flight outlive code: a database of the previous state, with work in every state, goes on under this one."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from agents import pipeline, sweeper
from agents.worker import flight
from chimera.core import machines, tenancy
from chimera.embedded import schema
from chimera.embedded.bootstrap import bootstrap
from chimera.embedded.superuser import Superuser
from governance.models import Effect, Hold
from governance.reviews import urgency
from publishing.models import Post
from publishing.posts import services as posts
from tests import servers
from tests.agents.fakes import on_switchboard
from tests.conftest import ALPHA, BETA, World
from tests.flow.previous import STATE, Previous, migrate
from tests.flow.previous_work import FEE, Fleet, Work, scenes
from tests.publishing.fakes import FakePlaza

pytestmark = [pytest.mark.timeout(300), pytest.mark.spec("PLN-3", "OPS-7")]
Rows = dict[str, dict[int, dict[str, Any]]]
OURS = ("core_", "governance_", "publishing_", "agents_", "wallets_")
# What a migration of this release means to change in rows that were there: (table, column).
CHANGED: set[tuple[str, str]] = {("publishing_post", "scopes")}  # posts take part in the quarantine
CASTS = re.compile(r"::(character varying|text)|\[\]|[()]")
SCHEMA = {
    "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default, is_generated"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "constraints": "SELECT conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(oid)"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger"
    " WHERE NOT tgisinternal",
    "policies": "SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies",
    "tables": "SELECT relname, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner),"
    " array(SELECT unnest(relacl)::text ORDER BY 1) FROM pg_class WHERE relkind = 'r'"
    " AND relnamespace = 'public'::regnamespace",
    "functions": "SELECT p.oid::regprocedure::text, prosrc, prosecdef, pg_get_userbyid(proowner), proconfig::text,"
    " array(SELECT unnest(proacl)::text ORDER BY 1) FROM pg_proc p WHERE pronamespace = 'public'::regnamespace"
    " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')",
}


def everything(look: psycopg.Connection) -> Rows:
    """Every row of ours, by table and key."""
    look.execute("SET timezone = 'UTC'")
    names = [row[0] for row in look.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    return {
        name: {row.get("id", row.get("jti")): row for (row,) in look.execute(f"SELECT to_jsonb(t) FROM {name} t")}
        for name in names
        if name.startswith(OURS)
    }


@dataclass(kw_only=True)
class Upgraded:
    """The database after the upgrade, and what was in it before."""

    world: World
    look: psycopg.Connection
    known: dict[str, set[str]]  # states by table, as the previous state knew them
    before: Rows
    after: Rows
    scenes: dict[str, Work]


@pytest.fixture(scope="module")
def upgraded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Upgraded]:
    name = f"{servers.database()}_previous"
    servers.drop(name)
    bootstrap(servers._endpoints().postgres, database=name)
    world = World(name)
    former = connection.settings_dict["NAME"]
    try:
        migrate(name, *(f"{app}={migration}" for app, migration in STATE.items()))
        look = world.superuser()
        old = Previous(look)
        made = scenes(Fleet(old))
        before = everything(look)
        migrate(name, "")
        connection.close()
        connection.settings_dict["NAME"] = name
        with django_db_blocker.unblock():
            known = {table: set(arrows) for table, (arrows, _) in old.machines.items()}
            yield Upgraded(world=world, look=look, known=known, before=before, after=everything(look), scenes=made)
            connection.close()
    finally:
        world.close()
        connection.settings_dict["NAME"] = former
        servers.drop(name)


def test_the_previous_state_held_work_in_every_state_it_knew(upgraded: Upgraded) -> None:
    """Rows in new states cannot be there; once they are in `STATE`, this asks for a scene with one."""
    missing = {
        table: lacking
        for table, states in upgraded.known.items()
        if (lacking := states - {row["status"] for row in upgraded.before[table].values()})
    }
    assert not missing, f"add a scene to tests/flow/previous_work.py for {missing}"
    drawn = {found.name.replace(".", "_"): set(found.labels) for found in machines.discover()}
    gone = {table: states - drawn.get(table, set()) for table, states in upgraded.known.items()}
    assert not any(gone.values()), f"rows in these states would be stuck: {gone}"
    assert sorted(table for table, rows in upgraded.before.items() if not rows) == []


def test_nothing_is_lost_and_no_row_says_anything_else(upgraded: Upgraded) -> None:
    for table, rows in upgraded.before.items():
        now = upgraded.after[table]
        assert not rows.keys() - now.keys(), f"{table} lost rows"
        for key, row in rows.items():
            changed = {
                (table, column)
                for column, value in row.items()
                if column in now[key] and now[key][column] != value and (table, column) not in CHANGED
            }
            assert not changed, f"{table} {key}: {changed}"
        if table != "governance_auditevent":
            assert len(now) == len(rows), f"{table} has rows that nobody made"


def _meant(row: tuple[Any, ...]) -> str:
    """A row as it is compared: lists in conditions come back from a dump with the same meaning and other casts."""
    return CASTS.sub("", repr(row)) if "ARRAY[" in repr(row) else repr(row)


def test_the_file_that_new_databases_are_made_from_says_what_the_migrations_make(upgraded: Upgraded) -> None:
    """But for rights to sequences, which no insert needs: one migration gives them for whatever is there by then."""
    made = schema.tables(Superuser.of(servers._endpoints()), upgraded.world.name)
    written = schema.FILE.read_text(encoding="utf-8")
    begin = written.index("REVOKE USAGE ON SCHEMA")
    found = written[begin : written.index("SET LOCAL search_path = DEFAULT")]
    here, there = (
        [line for line in text.splitlines() if line and not line.startswith("GRANT USAGE ON SEQUENCE")]
        for text in (made, found)
    )
    assert len(there) > 5_000 and here == there, "run: manage.py schema"


def test_an_upgraded_database_is_the_same_as_a_new_one(upgraded: Upgraded) -> None:
    new_name = f"{servers.database()}_new"
    servers.drop(new_name)
    servers.clone(new_name)
    try:
        with servers.admin(new_name) as new:
            for what, query in SCHEMA.items():
                here, there = ({_meant(row) for row in one.execute(query).fetchall()} for one in (upgraded.look, new))
                assert len(there) > 10 and here == there, (what, sorted(here ^ there))
            unsound = new.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated").fetchall()
            assert not unsound
    finally:
        servers.drop(new_name)


@pytest.mark.spec("TEN-1", "PLN-4")
def test_rows_from_before_are_guarded_like_new_ones(upgraded: Upgraded) -> None:
    app, other = upgraded.world.connect(brand=ALPHA), upgraded.world.connect(brand=BETA)
    seen = app.execute("SELECT count(*) FROM agents_task").fetchone()
    assert seen == (len(upgraded.before["agents_task"]),)
    for table in upgraded.known:
        if "brand_id" in next(iter(upgraded.before[table].values())):
            assert other.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    ended = upgraded.scenes["cancelled"].tasks["publish"]
    with pytest.raises(psycopg.DatabaseError, match="may not go from"):
        app.execute("UPDATE agents_task SET status = 'READY', state_version = state_version + 1 WHERE id = %s", [ended])
    kept = upgraded.scenes["published"].tasks["publish"]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("DELETE FROM agents_artifact WHERE task_id = %s", [kept])


@pytest.mark.spec("REV-4", "REV-6")
def test_cards_from_before_have_their_place_in_the_queue_and_answers_the_hash_that_they_cover(
    upgraded: Upgraded,
) -> None:
    groups = {row["id"]: f"publishing.trend:{row['trend_id']}" for row in upgraded.after["agents_goal"].values()}
    tasks = {f"agents.task:{row['id']}": groups[row["goal_id"]] for row in upgraded.after["agents_task"].values()}
    cards = upgraded.after["governance_reviewitem"].values()
    for card in cards:
        due = datetime.fromisoformat(card["deadline"])
        placed = urgency.urgent_at(
            kind=card["kind"], snapshot=card["snapshot"], deadline=due, tau_s=settings.REVIEW_TAU_S
        )
        assert abs(datetime.fromisoformat(card["urgent_at"]) - placed) < timedelta(milliseconds=1)
        assert card["agent"] == card["snapshot"]["agent"]["handle"] and card["group_key"] == tasks[card["task"]]
        assert card["approved_hash"] == (card["content_hash"] if card["status"] == "APPROVED" else "")
        assert (card["final_at"] is None) == (card["status"] not in ("APPROVED", "REJECTED"))
    assert {card["status"] for card in cards} >= {"PENDING", "APPROVED", "REJECTED"}


def _go_on() -> None:
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        flying = flight.in_flight()  # asked before: what lands meanwhile is work for another round
        moved = sum(pipeline.drain(queue=queue, seconds=60) for queue in ("think", "render"))
        moved += posts.drain(seconds=60) + sweeper.sweep(queues=[])
        if flying:
            time.sleep(0.1)  # a film goes on beside what is drained
        elif not moved:
            return


@pytest.mark.spec("PLN-2", "PLN-5", "PUB-4")
def test_the_engine_finishes_what_was_due(upgraded: Upgraded, monkeypatch: pytest.MonkeyPatch) -> None:
    plaza = FakePlaza()
    on_switchboard(monkeypatch, CONNECTORS__plaza=plaza)
    _go_on()
    look, made = upgraded.look, upgraded.scenes
    task = {row["id"]: row for row in everything(look)["agents_task"].values()}
    state = {name: task[work.tasks["publish"]]["status"] for name, work in made.items() if "publish" in work.tasks}
    post = {row["task"]: row for row in everything(look)["publishing_post"].values()}

    def _post(name: str) -> dict[str, Any]:
        return post[f"agents.task:{made[name].tasks['publish']}"]

    # Nothing that could move is left, and nobody took what a living worker holds.
    stuck = [one for one in task.values() if one["due_at"] and one["lease_owner"] != "worker:alive"]
    assert not stuck, stuck
    alive = task[made["to plan, at work"].tasks["plan"]]
    assert (alive["status"], alive["fence"], alive["lease_owner"]) == ("READY", 5, "worker:alive")
    # What could only be planned, written or drawn ends where the judge or a human sends it.
    for name in ("to research", "to draft, abandoned", "to draw", "to propose", "to judge", "to judge, abandoned"):
        assert state[name] in ("DONE", "HELD", "REJECTED"), (name, task[made[name].tasks["publish"]]["note"])
    assert {name: state[name] for name in ("to commit", "approved", "asked", "refused", "late")} == {
        "to commit": "DONE",
        "approved": "DONE",
        "asked": "HELD",
        "refused": "REJECTED",
        "late": "EXPIRED",
    }
    assert state["sent back"] in ("DONE", "HELD", "REJECTED") and task[made["sent back"].tasks["draft"]]["feedback"]
    for name in ("to plan, due", "to plan, abandoned"):
        assert task[made[name].tasks["plan"]]["status"] == "DONE"
    # What had been promised to the platform went out once, under the key that was sent before.
    for name in ("to commit", "approved", "to publish", "to publish, intended", "to publish, sent", "published"):
        assert _post(name)["status"] == "PUBLISHED", (name, _post(name)["note"])
    assert {name: _post(name)["status"] for name in ("failed", "held", "called off", "in doubt")} == {
        "failed": "FAILED",
        "held": "HELD",
        "called off": "CANCELLED",
        "in doubt": "FAILED",
    }
    with tenancy.brand(ALPHA, actor="test:look"):
        effects = {effect.about: effect for effect in Effect.objects.all()}
        sent_before = effects[made["to publish, sent"].post_name]
        assert (sent_before.status, sent_before.sends) == ("CONFIRMED", 2)
        assert effects[made["in doubt"].post_name].status == "IN_DOUBT"
        assert len(plaza.keys) == len(set(plaza.keys))
        assert plaza.keys.count(sent_before.key) == 1
        published = Post.objects.filter(status="PUBLISHED").count()
        assert published == len(plaza.keys) + 1  # one had gone out before
        held = Hold.objects.filter(status="HELD").count()
    budgets = look.execute("SELECT reserved_usd_micros, settled_usd_micros FROM governance_budget").fetchall()
    assert set(budgets) == {(held * FEE, published * FEE)} and held == 2  # the one in doubt, the one before a human
