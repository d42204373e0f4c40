"""`manage.py bench budgets`: many processes at one purse across midnight, beside what is usually written first.

What was overspent is counted from the holds, not from the budgets that kept them: by a reader that looks all the time,
and once more at the end. Requirements: GOV-1, GOV-2, GOV-4.
"""

import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chimera.bench import tally
from chimera.bench.ground import Ground, NotMeasured, connected, prepared, program, said
from chimera.bench.spender import BRANDS, LIMITS, WAYS
from chimera.core.errors import Denied
from chimera.embedded.home import Home
from chimera.embedded.lifecycle import Endpoints

REPORT = "bench-budgets.json"
PROCESSES, ACTS = 16, 500
BEFORE_MIDNIGHT_S = 3.0
LOOK_EVERY_S = 0.05
TIMEOUT_S = 600.0
Tell = Callable[[str], None]

# Each scope in each window: what its holds have taken, and what it may take. {holds} has the columns of bench_hold.
_TAKEN = """
WITH taken AS (
  SELECT h.brand, s.scope, h.day, CASE WHEN h.status = 'HELD' THEN h.amount ELSE h.settled END AS micros
    FROM ({holds}) AS h, unnest(h.scopes) AS s (scope)
), windows AS (
  SELECT split_part(t.scope, ':', 1) AS name, sum(t.micros) AS micros FROM taken t GROUP BY t.brand, t.scope, t.day
  UNION ALL SELECT 'campaign total', sum(t.micros) FROM taken t WHERE t.scope LIKE 'campaign:%%'
             GROUP BY t.brand, t.scope
  UNION ALL SELECT 'fleet', sum(CASE WHEN h.status = 'HELD' THEN h.amount ELSE h.settled END) FROM ({holds}) AS h
             GROUP BY h.day
)
SELECT w.name, max(w.micros)::bigint FROM windows w GROUP BY w.name
"""
HOLDS = {
    "ours": "SELECT brand_id AS brand, scopes, day, status, amount_usd_micros AS amount, settled_usd_micros AS settled"
    " FROM governance_hold",
    "naive": "SELECT brand, scopes, day, status, amount, settled FROM bench_hold",
}


class BadOrder(Denied):
    """What was asked for makes no run; says what to ask instead."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to run."""

    processes: int = PROCESSES
    acts: int = ACTS

    def __post_init__(self) -> None:
        for name, number in {"processes": self.processes, "acts": self.acts}.items():
            if number < 1:
                raise BadOrder(f"--{name} is {number}; it must be at least 1.")


def arrange(connection: tally.Superuser) -> None:
    """Limits that will be reached, and the naive way's table."""
    connection.execute("SELECT set_config('app.actor', 'bench:budgets', false)")
    connection.execute("DELETE FROM governance_budgetlimit")
    for brand in range(1, BRANDS + 1):
        scopes = [(f"brand:{brand}", "day", LIMITS["brand"])]
        scopes += [(f"agent:{brand}{number}", "day", LIMITS["agent"]) for number in range(1, 5)]
        for number in (1, 2):
            scopes.append((f"campaign:{brand}{number}", "day", LIMITS["campaign"]))
            scopes.append((f"campaign:{brand}{number}", "total", LIMITS["campaign total"]))
        for scope, window, limit in scopes:
            connection.execute(
                'INSERT INTO governance_budgetlimit (brand_id, scope, "window", limit_usd_micros)'
                " VALUES (%s, %s, %s, %s)",
                [brand, scope, window, limit],
            )
    connection.execute("UPDATE governance_fleetlimit SET limit_usd_micros = %s", [LIMITS["fleet"]])
    connection.execute(
        "CREATE TABLE bench_hold (key text PRIMARY KEY, brand bigint, scopes text[], day date, amount bigint,"
        " settled bigint NOT NULL DEFAULT 0, status text, expires_at timestamptz)"
    )
    connection.execute("GRANT SELECT, INSERT, UPDATE ON bench_hold TO chimera_app")


def near_midnight(connection: tally.Superuser, *, seconds: float) -> None:
    """The next midnight of this database's clock is so far away."""
    connection.execute(
        "UPDATE core_clock SET simulated = true, shift = shift + (date_trunc('day', chimera_now() AT TIME ZONE 'UTC')"
        " + interval '1 day' - chimera_now() AT TIME ZONE 'UTC') - make_interval(secs => %s)",
        [seconds],
    )


def overshoot(connection: tally.Superuser, *, way: str) -> int:
    """By how much the worst window is over its limit now, in micros of a dollar, counted from the holds."""
    rows = connection.execute(_TAKEN.format(holds=HOLDS[way]).replace("%%", "%").encode()).fetchall()
    return max((max(0, int(micros) - LIMITS[name]) for name, micros in rows), default=0)


def _run(ends: Endpoints, *, way: str, order: Order) -> dict[str, Any]:
    with connected(ends, ends.database) as looking:
        near_midnight(looking, seconds=BEFORE_MIDNIGHT_S)
        spending = program(
            ends, "chimera.bench.spender", "--way", way, "--processes", str(order.processes), "--acts", str(order.acts)
        )
        worst, looks = 0, 0
        ends_at = time.monotonic() + TIMEOUT_S
        while spending.poll() is None and time.monotonic() < ends_at:
            worst, looks = max(worst, overshoot(looking, way=way)), looks + 1
            time.sleep(LOOK_EVERY_S)
        found = said(spending, what=f"Spending, {way},", timeout_s=1.0)
        worst = max(worst, overshoot(looking, way=way))
        days = looking.execute(f"SELECT count(DISTINCT day) FROM ({HOLDS[way]}) AS h".encode()).fetchone()
    if days is None or days[0] != 2:
        raise NotMeasured(f"The acts of {way} did not lie on both sides of midnight; ask for more with --acts.")
    counts = found["counts"]
    return {
        "overshoot_usd_micros": worst,
        "reservations_per_s": round(counts["asked"] / found["seconds"], 1),
        "acts_per_s": round(order.processes * order.acts / found["seconds"], 1),
        "seconds": round(found["seconds"], 3),
        "looks": looks,
        "counts": dict(sorted(counts.items())),
    }


# Whether the books agree: every budget with its holds, every settled hold with its entry, the fleet with all of it.
_BOOKS = """
WITH taken AS (
  SELECT h.brand_id, s.scope, h.day, h.status, h.amount_usd_micros AS amount, h.settled_usd_micros AS settled
    FROM governance_hold h, unnest(h.scopes) AS s (scope)
), returned AS (
  SELECT r.day, sum(r.held_usd_micros) AS held, sum(r.spent_usd_micros) AS spent
    FROM governance_fleetreturn r GROUP BY r.day
), days AS (
  SELECT h.day, coalesce(sum(h.amount_usd_micros) FILTER (WHERE h.status = 'HELD'), 0) AS reserved,
         sum(h.settled_usd_micros) AS settled FROM governance_hold h GROUP BY h.day
)
SELECT (SELECT count(*) FROM governance_budget b WHERE (b.reserved_usd_micros, b.settled_usd_micros) <> (
          SELECT coalesce(sum(t.amount) FILTER (WHERE t.status = 'HELD'), 0), coalesce(sum(t.settled), 0)
            FROM taken t WHERE t.brand_id = b.brand_id AND t.scope = b.scope AND b.day IN (t.day, '0001-01-01')))
     + (SELECT count(*) FROM governance_hold h
          FULL JOIN governance_entry e ON e.brand_id = h.brand_id AND e.hold_key = h.key
         WHERE coalesce(h.settled_usd_micros, 0) <> coalesce(e.amount_usd_micros, 0))
     + (SELECT count(*) FROM governance_fleetbudget f LEFT JOIN returned r ON r.day = f.day
          LEFT JOIN days d ON d.day = f.day
         WHERE (f.reserved_usd_micros - coalesce(r.held, 0), f.settled_usd_micros + coalesce(r.spent, 0))
            <> (coalesce(d.reserved, 0), coalesce(d.settled, 0)))
"""


def books_off(connection: tally.Superuser) -> int:
    """How many budgets, holds and days do not agree with what they are made of."""
    row = connection.execute(_BOOKS).fetchone()
    assert row is not None
    return int(row[0])


def measure(ground: Ground, order: Order, *, tell: Tell) -> dict[str, Any]:
    """Both ways, one after the other on one database, each across a midnight of its own."""
    with ground.database() as ends:
        with connected(ends, ends.database) as connection:
            arrange(connection)
        found = {}
        for way in sorted(WAYS, reverse=True):
            tell(f"{way}: {order.processes} processes, {order.acts} acts each, across midnight")
            found[way] = _run(ends, way=way, order=order)
        with connected(ends, ends.database) as connection:
            off = books_off(connection)
    return {
        "overshoot": found["ours"]["overshoot_usd_micros"],
        "reservations_per_s": found["ours"]["reservations_per_s"],
        "naive_overshoot": found["naive"]["overshoot_usd_micros"],
        "naive_reservations_per_s": found["naive"]["reservations_per_s"],
        "books_off": off,
        "processes": order.processes,
        "acts_each": order.acts,
        "ours": found["ours"],
        "naive": found["naive"],
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load_before": 0.0},
    }


def run(order: Order, *, tell: Tell) -> dict[str, Any]:
    """Run it on servers of its own; the report is also written into the data folder."""
    load = round(os.getloadavg()[0], 2)
    with prepared() as ground:
        report = measure(ground, order, tell=tell)
    report["machine"]["load_before"] = load
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
