"""Ten thousand rows at once, written past every rule: what a flood leaves in the tables."""

import json
from typing import Any

from celery import Celery

from agents.goals.models import Goal, Plan
from agents.personas.models import Agent
from agents.tasks import services as tasks
from chimera.core import canonical, tenancy
from publishing.accounts.models import Account
from tests import people
from tests.conftest import ALPHA, World

BRANDS = 50  # others, whose rows lie between
HINTS = Celery("hints", set_as_current=False)  # sends to the worker of a world, once told where that is


def hints_for(world: World, settings: Any) -> None:
    """Hints of this process reach the worker of this world."""
    variables = world.variables("app")
    settings.WAKE_PREFIX, settings.CELERY_APP = variables["WAKE_PREFIX"], f"{__name__}.HINTS"
    options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, "global_keyprefix": f"{settings.WAKE_PREFIX}:"}
    HINTS.conf.update(broker_url=variables["REDIS_URL"], broker_transport_options=options, task_ignore_result=True)


def brands(world: World) -> list[int]:
    """So many more brands; their ids."""
    with world.superuser() as owner:
        owner.execute("SELECT set_config('app.actor', 'test:flood', false)")
        found = owner.execute(
            "INSERT INTO core_brand (slug, name) SELECT 'flood-' || n, 'Flood ' || n FROM generate_series(1, %s) n"
            " RETURNING id",
            [BRANDS],
        ).fetchall()
    return [row[0] for row in found]


def agent_of(world: World, brand_id: int) -> Agent:
    """An agent with an account and a goal with an empty plan."""
    with world.role("operator"), tenancy.brand(brand_id, actor="test:operator"):
        made = people.agent(brand_id=brand_id, soul_file="bea_unscrews" if brand_id == ALPHA else "zuzka_bubbles")
        people.trend(brand_id=brand_id, key=f"story-{brand_id}")
        goal = people.goal(agent=made) if brand_id == ALPHA else None
        if goal is not None:
            tasks.cancel(goal_id=goal.pk, note="the flood takes its place")
        return made


def plan_of(world: World, agent: Agent) -> Plan:
    """A plan to hang tasks on."""
    with world.role("operator"), tenancy.brand(agent.brand_id, actor="test:operator"):
        goal = Goal.objects.create(
            brand_id=agent.brand_id,
            agent=agent,
            soul=agent.soul,
            cause="test:flood",
            wish="flood",
            deadline="2099-01-01T00:00:00Z",
            status="PROPOSED",
        )
        return Plan.objects.create(brand_id=agent.brand_id, goal=goal, steps=[], estimate_usd_micros=0)


def posts(world: World, *, agent: Agent, count: int, due_in: str = "0 s", brand_ids: list[int] | None = None) -> None:
    """Scheduled posts of this agent, or without one of other brands, spread over them evenly."""
    with tenancy.brand(agent.brand_id, actor="test:look"):
        account = Account.objects.get(belongs_to=agent.subject)
    payload = {"platform": "plaza", "account_handle": account.handle, "text": "flood", "ai_generated": True}
    with world.superuser() as owner:
        owner.execute("SET session_replication_role = replica")  # nobody's keys, nobody's record
        owner.execute(
            "INSERT INTO publishing_post (brand_id, status, state_version, queue, scopes, due_at, lease_owner, fence,"
            " attempts, attempts_max, priority, note, task, account_id, payload, content_hash, approval, platform_id,"
            " url, made_at)"
            " SELECT b, 'SCHEDULED', 1, 'publish', %s, chimera_now() + %s::interval, '', 0, 0, 8, 5, '',"
            " 'flood:' || b || ':' || %s || ':' || n, %s, %s, %s, 'judge', '', '', chimera_now()"
            " FROM generate_series(1, %s) n, LATERAL (SELECT (%s::bigint[])[1 + n %% cardinality(%s::bigint[])] AS b)",
            [
                ["fleet", f"brand:{agent.brand_id}", agent.scope, "platform:plaza"],
                due_in,
                due_in,
                account.pk,
                json.dumps(payload),
                canonical.digest(payload),
                count,
                brand_ids or [agent.brand_id],
                brand_ids or [agent.brand_id],
            ],
        )
        owner.execute("ANALYZE publishing_post")


def think(
    world: World,
    *,
    plan: Plan,
    count: int,
    queue: str = "think",
    due_in: str = "0 s",
    brand_ids: list[int] | None = None,
) -> None:
    """READY research tasks of this plan, or copies of them under other brands."""
    with tenancy.brand(plan.brand_id, actor="test:look"):
        goal = Goal.objects.get(pk=plan.goal_id)
        scopes = ["fleet", f"brand:{goal.brand_id}", f"agent:{goal.agent_id}"]
    with world.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "INSERT INTO agents_task (brand_id, status, state_version, queue, scopes, due_at, lease_owner, fence,"
            " attempts, attempts_max, priority, note, goal_id, plan_id, agent_id, soul_id, kind, outward, unmet,"
            " feedback, deadline, made_at)"
            " SELECT b, 'READY', 1, %s, %s, chimera_now() + %s::interval, '', 0, 0, 5, 5, '', %s, %s, %s, %s,"
            " 'research', false, 0, '[]', '2099-01-01', chimera_now()"
            " FROM generate_series(1, %s) n, LATERAL (SELECT (%s::bigint[])[1 + n %% cardinality(%s::bigint[])] AS b)",
            [
                queue,
                scopes,
                due_in,
                goal.pk,
                plan.pk,
                goal.agent_id,
                goal.soul_id,
                count,
                brand_ids or [plan.brand_id],
                brand_ids or [plan.brand_id],
            ],
        )
        owner.execute("ANALYZE agents_task")
