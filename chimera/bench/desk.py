"""`manage.py bench desk`: how long the desk's pages take with full tables, and how many queries each asks.

A few posts are made by the real line until they wait for a human; a superuser then multiplies them, whole, until there
are so many cards, and what is left of the tasks as finished ones; these get their posts, and what was spent for them.
The pages are asked by Django's own client as a reviewer of all brands: milliseconds of the server, without a browser.
Requirements: REV-9.
"""

import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chimera.bench import growth, tally
from chimera.bench.ground import Ground, connected, prepared, program, said
from chimera.core.errors import Denied
from chimera.embedded.home import Home
from chimera.embedded.lifecycle import Endpoints

REPORT = "bench-desk.json"
TASKS, ITEMS, ROUNDS = 1_000_000, 100_000, 40
MADE_S_MAX, ASKED_S_MAX = 600.0, 1_800.0
AGENTS = 1_000  # names that the cards are spread over
_TASK = growth._TASK
_CARDS = {
    "subject": _TASK.format("t.subject"),
    "task": _TASK.format("t.task"),
    "agent": f"'agent_' || (t.id + k.n) %% {AGENTS}",
    "group_key": "'publishing.trend:' || (t.id + k.n) / 50",  # some hundred of each: more than one page
    # Over the next half day, in no order of their making.
    "deadline": "t.deadline + ((k.n * 7919) %% 43200) * interval '1 second'",
    "urgent_at": "t.urgent_at + ((k.n * 7919) %% 43200) * interval '1 second'",
}
# What a card shows: its task with plan and results, what was spent, what happened to it. No page asks for the others.
WHOLE = {
    **{name: own for name, own in growth.CHANGES.items() if name not in ("agents_verdict", "governance_attempt")},
    "governance_reviewitem": _CARDS,
}
SHOWN = {"governance_auditevent": "t.task_id IN (SELECT r.subject FROM governance_reviewitem r WHERE r.id <= {last})"}
# Of what is over: the tasks, which is what fills the tables that a page must not read whole.
OVER = {
    "agents_goal": {**growth.CHANGES["agents_goal"], "status": "'DONE'"},
    "agents_task": {**growth.CHANGES["agents_task"], "status": "'DONE'", "ended_at": "t.made_at"},
}
# As many answers as there are cards, of twenty people over sixty days: what the page of numbers reads.
_ANSWERS = """
INSERT INTO governance_reviewanswer (brand_id, item_id, reviewer, answer, kind, agent, platform, group_key,
                                     content_hash, waited_s, took_ms, first_id, undone_at, at)
SELECT b.id, -n, 'user:reviewer_' || n %% 20, (ARRAY['approved', 'edited', 'rejected'])[1 + (n * 7) %% 3],
       (ARRAY['doubt', 'rule', 'probation', 'sample'])[1 + n %% 4], 'agent_' || n %% 1000, 'plaza', '',
       md5((n / 2)::text), 600, 3000 + (n * 7919) %% 90000, CASE WHEN n %% 50 = 1 THEN n - 1 END,
       CASE WHEN n %% 40 = 0 THEN chimera_now() END, chimera_now() - (n * 5184000.0 / %(count)s) * interval '1 second'
  FROM generate_series(1, %(count)s) n, (SELECT min(id) AS id FROM core_brand) b
"""
# A post of each outward task that is over, evenly over a week, one of ten with a human's yes; and what it cost.
_POSTS = """
INSERT INTO publishing_post (brand_id, account_id, task, status, state_version, queue, scopes, lease_owner, fence,
                             attempts, attempts_max, priority, note, payload, content_hash, approval, platform_id, url,
                             made_at, published_at)
SELECT t.brand_id, a.id, 'agents.task:' || t.id, 'PUBLISHED', 4, 'publish', t.scopes, '', 1, 1, 5, 0, '',
       jsonb_build_object('text', repeat(md5(t.id::text), 8), 'ai_generated', true), md5(t.id::text) || md5(t.id::text),
       CASE WHEN t.n % 10 = 0 THEN 'governance.reviewitem:' || t.id ELSE 'judge' END, 'p' || t.id, '', t.at, t.at
  FROM (SELECT o.*, row_number() OVER w AS n,
               chimera_now() - interval '7 days' * (row_number() OVER w / (1.0 + count(*) OVER ())) AS at
          FROM agents_task o WHERE o.outward AND o.ended_at IS NOT NULL WINDOW w AS (ORDER BY o.id DESC)) t
  JOIN (SELECT min(id) AS id, brand_id FROM publishing_account GROUP BY brand_id) a ON a.brand_id = t.brand_id
 ORDER BY t.id
"""
_ENTRIES = """
INSERT INTO governance_entry (brand_id, hold_key, about, scopes, day, debit, credit, amount_usd_micros, at)
SELECT p.brand_id, 'desk:' || p.id, p.task, ARRAY['brand:' || p.brand_id], (p.published_at AT TIME ZONE 'UTC')::date,
       'calls', 'brand:' || p.brand_id, 1000 + p.id % 9000, p.published_at
  FROM publishing_post p WHERE p.platform_id > '' ORDER BY p.id
"""
Tell = Callable[[str], None]


class BadOrder(Denied):
    """What was asked for makes no run; says what to ask instead."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """How full the tables are, and how often each page is asked for."""

    tasks: int = TASKS
    items: int = ITEMS
    rounds: int = ROUNDS

    def __post_init__(self) -> None:
        for name, number in {"tasks": self.tasks, "items": self.items, "rounds": self.rounds}.items():
            if number < 1:
                raise BadOrder(f"--{name} is {number}; it must be at least 1.")


def fill(connection: tally.Superuser, order: Order) -> dict[str, int]:
    """Multiply what the line made. Returns how much there is of what."""
    made = counts(connection)
    if made["cards"]:
        # The events come last, when there are cards of copies already.
        shown = {name: text.format(last=made["last_card"]) for name, text in SHOWN.items()}
        growth.multiply(connection, copies=order.items // made["cards"] - 1, changes=WHOLE, only=shown)
    if made["cards"]:
        connection.execute(_ANSWERS, {"count": order.items})
        connection.execute("ANALYZE governance_reviewanswer")
    there = counts(connection)
    missing = order.tasks - there["tasks"]
    if missing > 0:
        first = {"agents_goal": f"t.id <= {made['last']}", "agents_task": f"t.goal_id <= {made['last']}"}
        growth.multiply(connection, copies=-(-missing // made["tasks"]), changes=OVER, only=first)
    connection.execute("SET session_replication_role = replica")
    connection.execute(_POSTS)
    connection.execute(_ENTRIES)
    connection.execute("RESET session_replication_role")
    connection.execute("VACUUM ANALYZE publishing_post, governance_entry")
    return counts(connection)


def counts(connection: tally.Superuser) -> dict[str, int]:
    """Tasks, cards that wait, and the last ids of goals and cards."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM agents_task), (SELECT max(id) FROM agents_goal),"
        " (SELECT max(id) FROM governance_reviewitem),"
        " (SELECT count(*) FROM governance_reviewitem WHERE status = 'PENDING')"
    ).fetchone()
    assert row is not None
    return {"tasks": int(row[0]), "last": int(row[1] or 0), "last_card": int(row[2] or 0), "cards": int(row[3])}


def _made(ends: Endpoints) -> None:
    for step, role in (("stories", "chimera_operator"), ("line", "chimera_app")):
        said(program(ends, "chimera.bench.desk_ground", step, role=role), what=f"Making {step}", timeout_s=MADE_S_MAX)


def measure(ground: Ground, order: Order, *, tell: Tell) -> dict[str, Any]:
    """Fill a database and ask the pages."""
    with ground.database() as ends:
        tell("the line makes a few posts that wait for a human")
        _made(ends)
        tell(f"they are multiplied to {order.items:,} cards and {order.tasks:,} tasks")
        begun = time.monotonic()
        with connected(ends, ends.database) as connection:
            there = fill(connection, order)
        loading_s = time.monotonic() - begun
        tell(f"{there['cards']:,} cards and {there['tasks']:,} tasks after {loading_s:.0f} s; now the pages")
        load = round(os.getloadavg()[0], 2)
        asking = program(ends, "chimera.bench.desk_pages", str(order.rounds), role="chimera_operator")
        pages = said(asking, what="Asking the pages", timeout_s=ASKED_S_MAX)["pages"]
    return {
        "pages": pages,
        "tasks": there["tasks"],
        "items": there["cards"],
        "rounds": order.rounds,
        "loading_seconds": round(loading_s, 1),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load_before": load},
    }


def run(order: Order, *, tell: Tell) -> dict[str, Any]:
    """Run it on servers of its own; the report is also written into the data folder."""
    with prepared() as ground:
        report = measure(ground, order, tell=tell)
    path = kept(report)
    tell(f"written to {path}")
    return report


def kept(report: dict[str, Any]) -> Path:
    """Write the report beside those of other runs."""
    folder = Home.default().prepare().root / "runs"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / REPORT
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return path
