"""Whether memory finds what is there, and how soon: brands with all memories and with parts of as many, and an agent.

Each memory's vector is the sum of three headlines' vectors, which is what the vector of three sentences is; the rows of
brands and agents lie between one another. A question is a memory with a fifth of another headline mixed in, or a sum of
three headlines as no memory need have it. What is true is found by numpy over every vector of whom is asked; what is
as near as the fifth of them counts. The graph is built after the rows, as a restore would. Requirements: PER-4.
"""

import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import psutil
import psycopg
from numpy.typing import NDArray

from chimera.bench.engine import kept
from chimera.bench.ground import connected, prepared
from chimera.bench.similarity import ms, p95
from chimera.bench.tally import Superuser
from chimera.core.errors import Denied
from chimera.embedded.lifecycle import Endpoints

REPORT = "bench-memory.json"
ITEMS = 1_000_000
ITEMS_MAX = 2_000_000
QUESTIONS = 200
COUNT = 5
RECALL_MIN, P95_MS_MAX = 0.95, 20.0
AIMED = ("brand_with_all", "brand_with_a_hundredth", "agent")  # the time of the others is told, not judged
# By name, of how many the large brand has; between a hundredth and all of them, either way of searching has its worst.
BRANDS = {
    "brand_with_all": 1.0,
    "brand_with_a_fifth": 0.2,
    "brand_with_a_thirtieth": 1 / 30,
    "brand_with_a_hundredth": 0.01,
}
AGENTS = 500  # of each brand
ONE_AGENT = 8  # of the large brand, which is asked about too
TIE = 1e-5  # vectors are told with six digits
_SEED = """
  INSERT INTO agents_memory (brand_id, post_id, agent_id, published_at, is_here, text, origin, vector, kept_at)
  SELECT r.brand, r.n, 1 + r.n %% %(agents)s, now() - interval '2 days',
         true, repeat('A sentence of a post. ', 10), 'Harbour Post in a model''s words',
         l2_normalize(a.v + b.v + c.v), now()
    FROM recipe r JOIN headline a ON a.id = r.a JOIN headline b ON b.id = r.b JOIN headline c ON c.id = r.c
   ORDER BY r.n
"""
Tell = Callable[[str], None]
Vectors = NDArray[np.float32]


class BadCount(Denied):
    """So many items cannot be measured."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to measure: memories of the large brand, and questions of each sort."""

    items: int = ITEMS
    questions: int = QUESTIONS

    def __post_init__(self) -> None:
        if not 1_000 <= self.items <= ITEMS_MAX:
            raise BadCount(f"--items is {self.items}; it must be from 1,000 to {ITEMS_MAX:,}.")
        if not 10 <= self.questions <= 10_000:
            raise BadCount(f"--questions is {self.questions}; it must be from 10 to 10,000.")


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What stands in the table, as numbers: `recipes` are three headlines for each memory, memory 1 first; `brands`
    says whose each is (1 for the first of BRANDS).
    """

    headlines: Vectors
    recipes: NDArray[np.int64]
    brands: NDArray[np.int64]

    def vectors(self, rows: NDArray[np.int64]) -> Vectors:
        """Unit vectors of these memories (from 0)."""
        return _units(self.headlines[self.recipes[rows]].sum(axis=1))


def _units(summed: Vectors) -> Vectors:
    return np.asarray(summed / np.linalg.norm(summed, axis=1, keepdims=True), dtype=np.float32)


def _filled(connection: Superuser, *, items: int) -> tuple[Ground, float, float]:
    """Rows, then the graph; returns what they are, and the seconds of either."""
    from publishing.trends import background

    headlines = np.asarray(background.vectors(), dtype=np.float32)
    chance = np.random.default_rng(items)
    brands = np.repeat(np.arange(1, len(BRANDS) + 1), [round(items * share) for share in BRANDS.values()])
    chance.shuffle(brands)
    recipes = chance.integers(0, len(headlines), size=(len(brands), 3))
    connection.execute("CREATE UNLOGGED TABLE headline (id integer PRIMARY KEY, v vector(256))")
    connection.execute("CREATE UNLOGGED TABLE recipe (n integer, brand integer, a integer, b integer, c integer)")
    with connection.cursor().copy("COPY headline FROM STDIN") as copy:
        for number, vector in enumerate(headlines):
            copy.write_row((number, _written(vector)))
    with connection.cursor().copy("COPY recipe FROM STDIN") as copy:
        for number, (brand, row) in enumerate(zip(brands.tolist(), recipes.tolist(), strict=True), start=1):
            copy.write_row((number, brand, *row))
    for setting in (
        "session_replication_role = replica",
        "synchronous_commit = off",
        "maintenance_work_mem = '2GB'",
        "work_mem = '256MB'",
    ):
        connection.execute(f"SET {setting}".encode())
    row = connection.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'memory_near'").fetchone()
    assert row is not None
    connection.execute("DROP INDEX memory_near")
    begun = time.monotonic()
    connection.execute(_SEED, {"agents": AGENTS})
    filled_s, begun = time.monotonic() - begun, time.monotonic()
    connection.execute(row[0])
    built_s = time.monotonic() - begun
    connection.execute("RESET session_replication_role")
    connection.execute("VACUUM ANALYZE agents_memory")
    return Ground(headlines=headlines, recipes=recipes, brands=brands), filled_s, built_s


def _written(vector: Any) -> str:
    return "[" + ",".join(f"{part:.6f}" for part in vector) + "]"


def _questions(ground: Ground, rows: NDArray[np.int64], *, count: int) -> Vectors:
    """Half of them near a memory that is there, half like one that need not be."""
    chance = np.random.default_rng(count)
    some = chance.integers(0, len(ground.headlines), size=(count, 3))
    near = ground.vectors(chance.choice(rows, size=count - count // 2))
    mixed = near + np.float32(0.2) * ground.headlines[some[: len(near), 0]]
    return _units(np.concatenate([mixed, ground.headlines[some[len(near) :]].sum(axis=1)]))


def _truth(ground: Ground, rows: NDArray[np.int64], questions: Vectors) -> Vectors:
    """The cosine of the fifth nearest (of the last there is) for each question."""
    best = np.full((len(questions), 0), -1.0, dtype=np.float32)
    for start in range(0, len(rows), 50_000):
        near = questions @ ground.vectors(rows[start : start + 50_000]).T
        best = -np.sort(-np.concatenate([best, near], axis=1), axis=1)[:, :COUNT]
    found: Vectors = best[:, min(COUNT, len(rows)) - 1]
    return found


def _asked(
    ends: Endpoints, ground: Ground, *, brand: int, agent: int, rows: NDArray[np.int64], count: int
) -> dict[str, Any]:
    """Latency of one question by the worker's login, how many of the true ones come back, and whether all that are.

    `cpu_ms` is what the database's process worked for a question: it moves less than the clock when others work too.
    """
    questions = _questions(ground, rows, count=count)
    least = _truth(ground, rows, questions)
    there = min(COUNT, len(rows))
    taken: list[float] = []
    hits = fewer = 0
    with psycopg.connect(**ends.postgres.params("chimera_app", ends.database), autocommit=True) as worker:
        served_by = psutil.Process(worker.info.backend_pid)
        for warm in (True, False):
            worked = sum(served_by.cpu_times()[:2])
            for vector, bound in zip(questions, least, strict=True):
                ask = {
                    "n": 0,
                    "agent": agent,
                    "vector": _written(vector),
                    "count": COUNT,
                    "recent_s": 0,
                    "recent_max": 0,
                }
                begun = time.perf_counter()
                answer = worker.execute(
                    "SELECT away FROM agents_memory_recall(%s, %s)", [brand, json.dumps([ask])]
                ).fetchall()
                if warm:
                    continue
                taken.append(time.perf_counter() - begun)
                hits += sum(1 for (away,) in answer if 1 - away >= bound - TIE)
                fewer += len(answer) < there
        worked = sum(served_by.cpu_times()[:2]) - worked
    return {
        "rows": len(rows),
        "questions": len(questions),
        f"recall_at_{COUNT}": round(hits / (there * len(questions)), 4),
        "fewer_than_there_are": fewer,
        "p50_ms": ms(statistics.median(taken)),
        "p95_ms": ms(p95(taken)),
        "cpu_ms": ms(worked / len(questions)),
    }


def measured(ends: Endpoints, connection: Superuser, order: Order, *, tell: Tell) -> dict[str, Any]:
    """Fill the database, ask of each, and judge: the figures of every brand, and `is_met`."""
    ground, filled_s, built_s = _filled(connection, items=order.items)
    tell(f"rows took {filled_s:.0f} s, the graph {built_s:.0f} s")
    numbers = np.arange(1, len(ground.recipes) + 1)
    sets = {name: (brand, 0, ground.brands == brand) for brand, name in enumerate(BRANDS, start=1)}
    sets["agent"] = (1, ONE_AGENT, (ground.brands == 1) & (1 + numbers % AGENTS == ONE_AGENT))
    found = {}
    for name, (brand, agent, mine) in sets.items():
        rows = np.flatnonzero(mine)
        found[name] = _asked(ends, ground, brand=brand, agent=agent, rows=rows, count=order.questions)
        tell(f"{name}: {found[name]}")
    size = connection.execute("SELECT pg_relation_size('memory_near'), pg_relation_size('agents_memory')").fetchone()
    graph, table = size or (0, 0)
    return {
        **found,
        "recall_min": RECALL_MIN,
        "p95_ms_max": P95_MS_MAX,
        "p95_ms_max_of": list(AIMED),
        "is_met": all(
            one[f"recall_at_{COUNT}"] >= RECALL_MIN and not one["fewer_than_there_are"] for one in found.values()
        )
        and all(found[name]["p95_ms"] < P95_MS_MAX for name in AIMED),
        "filled_s": round(filled_s, 1),
        "graph_built_s": round(built_s, 1),
        "graph_mb": round(graph / 1e6),
        "table_mb": round(table / 1e6),
    }


def run(order: Order, *, tell: Tell) -> dict[str, Any]:
    """Measure on servers of its own; the report is also written into the data folder."""
    machine = {"cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 2)}
    with prepared() as servers, servers.database() as ends, connected(ends, ends.database) as connection:
        tell(f"{order.items:,} memories of one brand are put in, and parts of as many of three others")
        report = {**measured(ends, connection, order, tell=tell), "machine": machine}
    tell(f"written to {kept(report, name=REPORT)}")
    return report
