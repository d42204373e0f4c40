"""Published posts to remember, written as the superuser; and what every store is asked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from agents.memory.base import Item
from tests.conftest import ALPHA, World

KETTLE = "A repair cafe in Hallin mends kettles, and the queue reached the bakery by noon."
SEAGRASS = "Seahorses are back in Hallin Estuary, where a replanted seagrass meadow has grown."
CHOIR = "A choir of taxi drivers records its first album in the waiting room."
STORIES = (KETTLE, SEAGRASS, CHOIR)
ORIGIN = "Harbour Post in a model's words"


_asleep_of: dict[str, psycopg.Connection] = {}  # by database: each test has one of its own


def _asleep(world: World) -> psycopg.Connection:
    """The superuser's connection to this world, triggers and keys asleep."""
    if world.name not in _asleep_of:
        _asleep_of[world.name] = world.superuser()
        _asleep_of[world.name].execute("SET session_replication_role = replica")
    return _asleep_of[world.name]


def post(
    world: World,
    number: int,
    *,
    text: str = KETTLE,
    brand: int = ALPHA,
    agent: int = 1,
    ago: str = "5 minutes",
    status: str = "PUBLISHED",
    draft: dict[str, Any] | None = None,
    kind: str = "draft",
    payload: dict[str, Any] | None = None,
    approval: str = "judge",
) -> int:
    """A post, its account, and with `draft` the task that it came from and what that hung on."""
    root = _asleep(world)
    root.execute(
        "INSERT INTO publishing_account (id, brand_id, belongs_to, platform, handle, display_name) "
        "VALUES (%s, %s, %s, 'plaza', %s, 'A') ON CONFLICT DO NOTHING",
        [900 + 100 * brand + agent, brand, f"agents.agent:{agent}", f"h{brand}_{agent}"],
    )
    root.execute(
        "INSERT INTO publishing_post (id, brand_id, status, state_version, queue, scopes, fence, attempts,"
        " attempts_max, priority, note, lease_owner, task, account_id, payload, content_hash, approval,"
        " platform_id, url, published_at) VALUES (%s, %s, %s, 2, 'publish', '{}', 0, 0, 8, 5, '', '', %s, %s, %s,"
        " 'h', %s, 'p' || %s, '', chimera_now() - %s::interval)",
        [
            number,
            brand,
            status,
            f"agents.task:{number}",
            900 + 100 * brand + agent,
            Jsonb({"text": text, "account_handle": f"h{brand}_{agent}", "ai_generated": True, **(payload or {})}),
            approval,
            number,
            ago,
        ],
    )
    if draft is not None:
        root.execute(
            "INSERT INTO agents_task (id, brand_id, goal_id, agent_id, soul_id, kind, outward, status,"
            " state_version, queue, scopes, attempts, attempts_max, priority, note, feedback, fence, lease_owner,"
            " unmet, deadline) VALUES (%s, %s, 1, %s, 1, %s, false, 'DONE', 2, 'think', '{}', 1, 5, 5, '', '[]', 1,"
            " '', 0, chimera_now())",
            [number + 50_000, brand, agent, kind],
        )
        root.execute(
            "INSERT INTO agents_dependency (brand_id, predecessor_id, successor_id) VALUES (%s, %s, %s)",
            [brand, number + 50_000, number],
        )
        root.execute(
            "INSERT INTO agents_artifact (brand_id, task_id, fence, payload, content_hash) VALUES (%s, %s, 1, %s, 'h')",
            [brand, number + 50_000, Jsonb(draft)],
        )
    return number


def item(number: int, text: str = KETTLE, *, agent: int = 1, origin: str = ORIGIN, minutes_ago: float = 5) -> Item:
    """A post as a store is told it."""
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    return Item(post_id=number, agent_id=agent, at=at, text=text, origin=origin)
