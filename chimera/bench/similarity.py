"""Whether the fleet's guard stays flat: the same questions over a thousand fingerprints and over a million.

Fingerprints are made in SQL: sums of three headlines' vectors, which is what the vector of three sentences is, and two
images a post. The first has random bits. The second is one of a thousand layouts with an eighth or three sixteenths of
its bits changed, so that two of one layout are about 56 or 78 bits apart, nearer than real posters of one persona are.
The indexes for nearness are built after the rows, as a restore would. Requirements: SAF-4.
"""

import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg

from chimera.bench.ground import Ground, connected
from chimera.bench.tally import Superuser
from chimera.embedded.lifecycle import Endpoints

COPIES = 150  # questions about a near copy, for each distance of its image and each sort of images
NEW = 150  # questions about what has none, for each sort
AWAY = (12, 24, 28)  # bits of 256 in which the image of a copy differs
SORTS = ("uniform", "fleet_like")  # of images; also their place in the post
MIXED = (0.2, 0.27)  # how much of another headline a copy's text has: cosines of about 0.98 and 0.965
DAYS = 14
NEAR_BP = 9_600
SET = 8  # posts that are scheduled together
SETS = 25
NARROW = "publishing_likeness"  # what is measured; its indexes for nearness are built after the rows
_SEED = """
  INSERT INTO publishing_fingerprint
         (brand_id, post_id, place, account_id, day, text_hash, vector, image_sha256, likeness)
  SELECT 1 + n %% 8, n, 0, n %% 1000, (chimera_now() AT TIME ZONE 'UTC')::date - (n %% 14)::integer, md5(n::text),
         l2_normalize(a.v + b.v + c.v), md5('i' || n), bench_bits('a' || n)
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
    JOIN headline a ON a.id = (hashint8(n) & 2147483647) %% %(headlines)s
    JOIN headline b ON b.id = (hashint8(n + 10000000) & 2147483647) %% %(headlines)s
    JOIN headline c ON c.id = (hashint8(n + 20000000) & 2147483647) %% %(headlines)s
   UNION ALL
  SELECT 1 + n %% 8, n, 1, n %% 1000, (chimera_now() AT TIME ZONE 'UTC')::date - (n %% 14)::integer, '',
         NULL, md5('j' || n), bench_bits('layout' || n %% 1000) # (bench_bits('b' || n) & bench_bits('c' || n)
         & (bench_bits('d' || n) | CASE n %% 2 WHEN 0 THEN bench_bits('e' || n) ELSE repeat('0', 256)::bit(256) END))
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
"""
_BITS = """
  CREATE FUNCTION bench_bits(p_of text) RETURNS bit(256) LANGUAGE sql IMMUTABLE AS
  $$ SELECT ('x' || md5(p_of) || md5(p_of || '.'))::bit(256) $$
"""
Tell = Callable[[str], None]


def ms(seconds: float) -> float:
    """Milliseconds, for a report."""
    return round(seconds * 1000, 3)


def p95(values: Sequence[float]) -> float:
    """What 95 of 100 values stay below."""
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]


def _headlines(connection: Superuser) -> int:
    from publishing.trends import background

    connection.execute("CREATE UNLOGGED TABLE headline (id integer PRIMARY KEY, v vector(256))")
    vectors = background.vectors()
    with connection.cursor().copy("COPY headline FROM STDIN") as copy:
        for number, vector in enumerate(vectors):
            copy.write_row((number, _written(vector)))
    return len(vectors)


def _written(vector: Any) -> str:
    return "[" + ",".join(f"{part:.6f}" for part in vector) + "]"


def _grow(connection: Superuser, *, first: int, last: int, headlines: int) -> float:
    """Put rows in, past triggers and with the indexes for nearness built afterwards; returns the seconds."""
    begun = time.monotonic()
    definitions = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname LIKE 'likeness_window%%'",
        [NARROW],
    ).fetchall()
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET synchronous_commit = off")
    connection.execute("SET maintenance_work_mem = '2GB'")
    for name, _ in definitions:
        connection.execute(f"DROP INDEX {name}")
    connection.execute(_SEED, {"first": first, "last": last, "headlines": headlines})
    for name, definition in definitions:
        connection.execute(definition)
        connection.execute(f"ALTER INDEX {name} ALTER COLUMN 1 SET STATISTICS 0")
    connection.execute("RESET session_replication_role")
    connection.execute(f"VACUUM ANALYZE publishing_fingerprint, {NARROW}")
    return time.monotonic() - begun


@dataclass(frozen=True, kw_only=True)
class Question:
    """A post to ask about; `away` and `mixed` of the copy that it is, None for a new one."""

    sort: str
    asked: str
    away: int | None = None
    mixed: float | None = None


def _questions(connection: Superuser, *, rows: int) -> list[Question]:
    """Near copies of posts that are there, and new ones like those that are; the same for every run."""
    from publishing.trends import background

    chance = random.Random(rows)
    headlines = np.asarray(background.vectors())
    made: list[Question] = []
    for place, sort in enumerate(SORTS):
        picked = [chance.randrange(1, rows + 1) for _ in range(COPIES * len(AWAY) + NEW)]
        known = connection.execute(
            "SELECT t.vector::text, i.likeness::text FROM unnest(%s::bigint[]) AS p (post_id)"
            " JOIN publishing_fingerprint t ON t.post_id = p.post_id AND t.place = 0"
            " JOIN publishing_fingerprint i ON i.post_id = p.post_id AND i.place = %s",
            [picked, place],
        ).fetchall()
        for number, (vector, likeness) in enumerate(known):
            new = headlines[chance.randrange(len(headlines))]
            if number < NEW:
                other = headlines[chance.randrange(len(headlines))]
                away = 128 if sort == "uniform" else 48  # of a layout: beside all that are of it
                made.append(Question(sort=sort, asked=_asked(new + other, _changed(likeness, away, chance))))
                continue
            away, mixed = AWAY[number % len(AWAY)], MIXED[number % len(MIXED)]
            near = np.asarray(json.loads(vector)) + mixed * new
            made.append(
                Question(sort=sort, asked=_asked(near, _changed(likeness, away, chance)), away=away, mixed=mixed)
            )
    return made


def _changed(likeness: str, away: int, chance: random.Random) -> str:
    bits = list(likeness)
    for place in chance.sample(range(len(bits)), away):
        bits[place] = "1" if bits[place] == "0" else "0"
    return "".join(bits)


def _asked(vector: Any, bits: str) -> str:
    unit = vector / np.linalg.norm(vector)
    images = [{"sha256": "none", "likeness": bits}]
    return json.dumps([{"n": 0, "text_hash": "none", "vector": _written(unit), "images": images}])


def _measured(ends: Endpoints, connection: Superuser, *, rows: int) -> dict[str, Any]:
    """Latency of one question by the worker's login, and how many of the planted copies it finds."""
    questions = _questions(connection, rows=rows)
    taken: dict[str, list[float]] = {sort: [] for sort in SORTS}
    found: Counter[tuple[object, ...]] = Counter()
    planted: Counter[tuple[object, ...]] = Counter()
    with psycopg.connect(**ends.postgres.params("chimera_app", ends.database), autocommit=True) as worker:
        worker.execute("SELECT set_config('app.brand', '1', false), set_config('app.actor', 'bench:judge', false)")
        for warm in (True, False):
            for one in questions:
                begun = time.perf_counter()
                answer = worker.execute("SELECT kind, near FROM publishing_fleet_near(%s, %s)", [one.asked, DAYS])
                said = dict(answer.fetchall())
                if warm:
                    continue
                taken[one.sort].append(time.perf_counter() - begun)
                if one.away is not None:
                    planted.update([(one.sort, one.away), ("text", one.mixed)])
                    found[one.sort, one.away] += said.get("image", 256) <= one.away
                    found["text", one.mixed] += said.get("text", 0) >= NEAR_BP

    def share(*key: object) -> float:
        return round(found[key] / planted[key], 4)

    every = [one for sort in SORTS for one in taken[sort]]
    return {
        "rows": rows,
        "p50_ms": ms(statistics.median(every)),
        "p95_ms": ms(p95(every)),
        "by_images": {
            sort: {"p50_ms": ms(statistics.median(taken[sort])), "p95_ms": ms(p95(taken[sort]))} for sort in SORTS
        },
        "near_texts_found": {f"{1 / (1 + mixed**2) ** 0.5:.3f}": share("text", mixed) for mixed in MIXED},
        "near_images_found": {sort: {str(away): share(sort, away) for away in AWAY} for sort in SORTS},
        "asked_about_near": sum(1 for one in questions if one.away is not None),
    }


def _kept(connection: Superuser, *, headlines: int) -> float:
    """Milliseconds that keeping a post with two images takes, in sets as they are scheduled; nothing of it stays."""
    connection.execute("SET session_replication_role = replica")
    begun = time.perf_counter()
    with connection.transaction(force_rollback=True):
        for number in range(SETS):
            first = 100_000_000 + number * SET
            connection.execute(_SEED, {"first": first, "last": first + SET - 1, "headlines": headlines})
    taken = time.perf_counter() - begun
    connection.execute("RESET session_replication_role")
    return ms(taken / (SETS * SET))


def guard(ground: Ground, *, sizes: Sequence[int], tell: Tell) -> dict[str, Any]:
    """The guard at every size, and how much slower the largest is than the smallest."""
    found: list[dict[str, Any]] = []
    with ground.database() as ends, connected(ends, ends.database) as connection:
        headlines = _headlines(connection)
        connection.execute(_BITS)
        there = 0
        for size in sizes:
            loading_s = _grow(connection, first=there + 1, last=size, headlines=headlines)
            there = size
            line = {**_measured(ends, connection, rows=size), "loading_seconds": round(loading_s, 1)}
            line["keeping_ms_per_post"] = _kept(connection, headlines=headlines)
            row = connection.execute("SELECT pg_indexes_size(%s), pg_table_size(%s)", [NARROW, NARROW]).fetchone()
            line["indexes_mb"], line["narrow_mb"] = (round(size_b / 1e6) for size_b in row or (0, 0))
            tell(f"{size:,} posts: p50 {line['p50_ms']} ms, p95 {line['p95_ms']} ms; {line['near_images_found']}")
            found.append(line)
    return {
        "sizes": found,
        "ratio_p50": round(found[-1]["p50_ms"] / found[0]["p50_ms"], 2),
        "ratio_p95": round(found[-1]["p95_ms"] / found[0]["p95_ms"], 2),
    }
