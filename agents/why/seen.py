"""What the gates are judged by, for all agents at once: a constant number of statements, each led by an index. OPS-4.

At the desk, over all brands. Of an agent with a thousand rows that wait the first of each kind is enough.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from agents.board import spending
from agents.board.spending import Cap
from governance.controls import selectors as controls
from governance.controls.models import Control
from governance.grants import selectors as grants
from publishing.credentials import selectors as credentials

_STANDING = """
SELECT chimera_now(),
       (SELECT coalesce(array_agg(DISTINCT q::text), '{}') FROM agents_node n, unnest(n.queues) AS q
         WHERE n.status = 'ALIVE' AND n.heartbeat_at > chimera_now() - %s * interval '1 second'),
       (SELECT coalesce(jsonb_object_agg(c.provider, c.wait_until), '{}') FROM core_circuit c
         WHERE c.status <> 'CLOSED'),
       (SELECT coalesce(jsonb_object_agg(s.name, s.id || ' ' || s.reason), '{}') FROM governance_server s
         WHERE s.status = 'DISABLED')
"""
_AGENTS = """
SELECT a.id, a.brand_id, b.slug, a.handle, a.status, a.soul_id IS NOT NULL, a.posts_per_day, x.platforms, c.id, c.kind,
       c.about, c.why, c.deadline, c.held_by, c.held_until, d.id,
       x.unsigned
  FROM agents_agent a
  JOIN core_brand b ON b.id = a.brand_id
  LEFT JOIN LATERAL (SELECT array_agg(p.platform::text ORDER BY p.platform) AS platforms,
                            jsonb_object_agg(p.platform, coalesce(k.reconnect_why, %(never)s))
                              FILTER (WHERE k.reconnect_why IS DISTINCT FROM '') AS unsigned
                       FROM publishing_account p
                       LEFT JOIN publishing_credential k ON k.brand_id = p.brand_id AND k.account_id = p.id
                      WHERE p.brand_id = a.brand_id AND p.belongs_to = 'agents.agent:' || a.id) x ON true
  LEFT JOIN LATERAL (SELECT r.id, r.kind, r.subject AS about, r.why, r.deadline, r.held_by, r.held_until
                       FROM governance_reviewitem r
                      WHERE r.status = 'PENDING' AND r.agent = a.handle AND r.brand_id = a.brand_id
                        AND r.kind NOT IN ('sample', 'in_doubt', 'by_hand')
                      ORDER BY r.urgent_at, r.id LIMIT 1) c ON true
  LEFT JOIN LATERAL (SELECT r.id FROM governance_reviewitem r
                      WHERE r.status = 'PENDING' AND r.agent = a.handle AND r.brand_id = a.brand_id
                        AND r.kind = 'in_doubt' ORDER BY r.urgent_at, r.id LIMIT 1) d ON true
 WHERE %(agent)s::bigint IS NULL OR a.id = %(agent)s
 ORDER BY a.handle, a.id
"""
_TASKS = """
SELECT DISTINCT ON (t.agent_id, t.class, t.queue, t.plans)
       t.agent_id, t.class, t.queue, t.id, t.goal_id, t.kind, t.note, t.due_at, t.lease_owner,
       t.lease_until, t.deadline, t.plans
  FROM (SELECT o.*, o.kind = 'plan' AS plans,
               CASE WHEN o.deadline <= %(now)s THEN 'late' WHEN o.lease_until > %(now)s THEN 'held'
                    WHEN o.due_at > %(now)s THEN 'later' ELSE 'due' END AS class
          FROM agents_task o
         WHERE o.due_at IS NOT NULL AND (%(agent)s::bigint IS NULL OR o.agent_id = %(agent)s)) t
 ORDER BY t.agent_id, t.class, t.queue, t.plans, t.due_at
"""
_POSTS = """
SELECT DISTINCT ON (p.belongs_to, p.class) split_part(p.belongs_to, ':', 2)::bigint, p.class, p.id, p.note, p.due_at,
       p.lease_owner, p.lease_until, p.platform
  FROM (SELECT o.*, a.belongs_to, a.platform,
               CASE WHEN o.lease_until > %(now)s THEN 'held' WHEN e.status IN ('SENT', 'IN_DOUBT') THEN 'doubt'
                    WHEN o.due_at > %(now)s AND o.fence = 0 THEN 'quiet' WHEN o.due_at > %(now)s THEN 'later'
                    ELSE 'due' END AS class
          FROM publishing_post o
          JOIN publishing_account a ON a.brand_id = o.brand_id AND a.id = o.account_id
          LEFT JOIN governance_effect e
            ON e.brand_id = o.brand_id AND e.subject = 'publishing.post:' || o.id AND e.kind = 'publish'
         WHERE o.due_at IS NOT NULL AND a.belongs_to ~ '^agents\\.agent:[0-9]{1,18}$'
           AND (%(agent)s::bigint IS NULL OR a.belongs_to = 'agents.agent:' || %(agent)s)) p
 ORDER BY p.belongs_to, p.class, p.due_at
"""
# Only of those of whom nothing moves and nothing waits: what there is to post about.
_IDLE = """
SELECT a.id, g.id, t.n, l.n, near.n
  FROM agents_agent a
  JOIN agents_soul s ON s.brand_id = a.brand_id AND s.id = a.soul_id
  LEFT JOIN LATERAL (SELECT o.id FROM agents_goal o WHERE o.brand_id = a.brand_id AND o.agent_id = a.id
                        AND o.status IN ('PROPOSED', 'ACTIVE') ORDER BY o.made_at LIMIT 1) g ON true
 CROSS JOIN LATERAL (SELECT count(*) AS n FROM agents_goal o WHERE o.brand_id = a.brand_id AND o.agent_id = a.id
                        AND o.made_at >= date_trunc('day', %(now)s AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
                        AND o.cause NOT LIKE '%%:again:%%') t
 CROSS JOIN LATERAL (SELECT count(*) AS n FROM publishing_trend r
                      WHERE r.brand_id = a.brand_id AND r.expires_at > %(now)s) l
 CROSS JOIN LATERAL (SELECT count(*) AS n FROM publishing_trend r
                      WHERE r.brand_id = a.brand_id AND r.expires_at > %(now)s
                        AND r.vector <=> s.profile <= %(far)s
                        AND NOT EXISTS (SELECT 1 FROM agents_goal o WHERE o.brand_id = a.brand_id
                              AND o.cause = 'trend:' || left(r.fingerprint, 40) || ':agent:' || a.id)) near
 WHERE a.id = ANY (%(agents)s)
"""


@dataclass(frozen=True, kw_only=True)
class Card:
    """A review that waits. `held_by` somebody put it off."""

    id: int
    kind: str
    about: str
    why: str
    deadline: datetime
    held_by: str
    held_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Work:
    """A task or post that a worker moves next. `stands`: late, held, doubt, quiet, later or due."""

    subject: str
    stands: str
    queue: str
    note: str
    due_at: datetime
    owner: str
    until: datetime | None
    goal_id: int | None = None
    deadline: datetime | None = None
    plans: bool = False
    platform: str = ""


@dataclass(frozen=True, kw_only=True)
class Idle:
    """What an agent of whom nothing moves could post about."""

    open_goal: int | None
    goals_today: int
    trends: int
    near: int


@dataclass(kw_only=True)
class Seen:
    """One agent."""

    id: int
    brand_id: int
    brand: str
    handle: str
    rung: str
    has_soul: bool
    posts_per_day: int
    platforms: list[str]
    unsigned: dict[str, str]  # why an account is not connected, by platform; also where nobody has to connect it
    card: Card | None
    doubt: int | None
    works: list[Work] = field(default_factory=list)
    idle: Idle | None = None
    unready: dict[str, str] = field(default_factory=dict)  # why an account cannot publish and what helps, by platform


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What is the same for all: stops by scope, queues with a worker, open circuits, servers that may not be called,
    budgets of today by scope, whether any key signs grants."""

    now: datetime
    stops: dict[str, Control]
    queues: frozenset[str]
    circuits: dict[str, str]
    servers: dict[str, str]
    caps: dict[str, Cap]
    has_key: bool


def standing() -> Standing:
    """As it is now."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [settings.NODE_LOST_S])
        now, queues, circuits, servers = cursor.fetchone()
    stops: dict[str, Control] = {}
    for control in controls.everything_in_force():
        held = stops.get(control.scope)
        if held is None or held.cause == "exhausted":  # a stop weighs more than a budget that is used up
            stops[control.scope] = control
    return Standing(
        now=now,
        stops=stops,
        queues=frozenset(queues),
        circuits=_read(circuits),
        servers=_read(servers),
        caps={cap.scope: cap for cap in spending.caps(day=now.date(), kinds=("brand", "agent"))},
        has_key=bool(grants.live()),
    )


def agents(*, now: datetime, agent_id: int | None) -> list[Seen]:
    """Every agent, or one, with what it waits for."""
    values: dict[str, Any] = {"now": now, "agent": agent_id, "never": credentials.NEVER}
    with connection.cursor() as cursor:
        cursor.execute(_AGENTS, values)
        rows = cursor.fetchall()
        cursor.execute(_TASKS, values)
        works = defaultdict(list)
        for row in cursor.fetchall():
            works[row[0]].append(_task(row))
        cursor.execute(_POSTS, values)
        for row in cursor.fetchall():
            works[row[0]].append(_post(row))
    found = [_agent(row, works[row[0]]) for row in rows]
    _look_for_idle(found, now)
    return found


def _look_for_idle(found: list[Seen], now: datetime) -> None:
    ids = [one.id for one in found if not one.works and one.card is None and one.doubt is None and one.has_soul]
    if not ids:
        return
    far = 1 - settings.SIMILARITY_MIN_BP / 10_000
    with connection.cursor() as cursor:
        cursor.execute(_IDLE, {"now": now, "agents": ids, "far": far})
        rows = {row[0]: row for row in cursor.fetchall()}
    for one in found:
        if row := rows.get(one.id):
            one.idle = Idle(open_goal=row[1], goals_today=row[2], trends=row[3], near=row[4])


def _agent(row: tuple[Any, ...], works: list[Work]) -> Seen:
    card = None
    if row[8] is not None:
        card = Card(
            id=row[8], kind=row[9], about=row[10], why=row[11], deadline=row[12], held_by=row[13], held_until=row[14]
        )
    return Seen(
        id=row[0],
        brand_id=row[1],
        brand=row[2],
        handle=row[3],
        rung=row[4],
        has_soul=row[5],
        posts_per_day=row[6],
        platforms=row[7] or [],
        unsigned=_read(row[16] or {}),
        card=card,
        doubt=row[15],
        works=works,
    )


def _task(row: tuple[Any, ...]) -> Work:
    _, stands, queue, pk, goal_id, _, note, due_at, owner, until, deadline, plans = row
    return Work(
        subject=f"agents.task:{pk}",
        stands=stands,
        queue=queue,
        note=note,
        due_at=due_at,
        owner=owner,
        until=until,
        goal_id=goal_id,
        deadline=deadline,
        plans=plans,
    )


def _post(row: tuple[Any, ...]) -> Work:
    _, stands, pk, note, due_at, owner, until, platform = row
    return Work(
        subject=f"publishing.post:{pk}",
        stands=stands,
        queue="publish",
        note=note,
        due_at=due_at,
        owner=owner,
        until=until,
        platform=platform,
    )


def _read(found: Any) -> dict[str, str]:
    """A JSON object, whether the driver has read it or not."""
    return json.loads(found) if isinstance(found, str) else dict(found)
