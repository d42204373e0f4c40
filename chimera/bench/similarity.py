"""Whether the fleet's guard stays flat: the same questions over ten thousand fingerprints and over a million.

Fingerprints are made in SQL: sums of three headlines' vectors, which is what the vector of three sentences is, and
random bits for images. The indexes for nearness are built after the rows, as a restore would. Requirements: SAF-4.
"""

import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import psycopg

from chimera.bench.ground import Ground, connected
from chimera.bench.tally import Superuser
from chimera.embedded.lifecycle import Endpoints

QUESTIONS = 200  # a half of them about something nearly like a row that is there
DAYS = 14
NEAR_BP = 9_600
INDEXES = ("fingerprint_text_near", "fingerprint_image_near")
_SEED = """
  INSERT INTO publishing_fingerprint
         (brand_id, post_id, place, account_id, day, text_hash, vector, image_sha256, likeness)
  SELECT 1 + n %% 8, n, 0, n %% 1000, (chimera_now() AT TIME ZONE 'UTC')::date - (n %% 14)::integer, md5(n::text),
         l2_normalize(a.v + b.v + c.v), md5('i' || n), ('x' || md5('a' || n) || md5('b' || n))::bit(256)
    FROM generate_series(%s::bigint, %s::bigint) n
    JOIN headline a ON a.id = (hashint8(n) & 2147483647) %% %s
    JOIN headline b ON b.id = (hashint8(n + 10000000) & 2147483647) %% %s
    JOIN headline c ON c.id = (hashint8(n + 20000000) & 2147483647) %% %s
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
    found = connection.execute("SELECT indexdef FROM pg_indexes WHERE indexname = ANY (%s)", [list(INDEXES)]).fetchall()
    definitions = [row[0] for row in found]
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET synchronous_commit = off")
    connection.execute("SET maintenance_work_mem = '2GB'")
    for name in INDEXES:
        connection.execute(f"DROP INDEX {name}")
    connection.execute(_SEED, [first, last, headlines, headlines, headlines])
    for definition in definitions:
        connection.execute(definition)
    connection.execute("RESET session_replication_role")
    connection.execute("VACUUM ANALYZE publishing_fingerprint")
    return time.monotonic() - begun


def _questions(connection: Superuser, *, rows: int) -> tuple[list[dict[str, Any]], list[bool]]:
    """What is asked, and for each whether a row that is nearly the same is there."""
    from publishing.trends import background

    chance = random.Random(rows)
    headlines = np.asarray(background.vectors())
    picked = [chance.randrange(1, rows + 1) for _ in range(QUESTIONS // 2)]
    known = connection.execute(
        "SELECT vector::text, likeness::text FROM publishing_fingerprint WHERE post_id = ANY (%s)", [picked]
    ).fetchall()
    asked: list[dict[str, Any]] = []
    for vector, likeness in known:
        near = np.asarray(json.loads(vector)) + 0.2 * headlines[chance.randrange(len(headlines))]
        bits = list(likeness)
        for place in chance.sample(range(256), 12):
            bits[place] = "1" if bits[place] == "0" else "0"
        asked.append(_asked(near, "".join(bits)))
    planted = [True] * len(asked)
    for _ in range(QUESTIONS - len(asked)):
        new = (
            headlines[chance.randrange(len(headlines))] + chance.random() * headlines[chance.randrange(len(headlines))]
        )
        asked.append(_asked(new, "".join(chance.choice("01") for _ in range(256))))
        planted.append(False)
    return asked, planted


def _asked(vector: Any, bits: str) -> dict[str, Any]:
    unit = vector / np.linalg.norm(vector)
    return {"n": 0, "text_hash": "none", "vector": _written(unit), "images": [{"sha256": "none", "likeness": bits}]}


def _measured(ends: Endpoints, connection: Superuser, *, rows: int) -> dict[str, Any]:
    """Latency of one question by the worker's login, and how many of the planted neighbours it finds."""
    asked, planted = _questions(connection, rows=rows)
    taken: list[float] = []
    hits = {"text": 0, "image": 0}
    with psycopg.connect(**ends.postgres.params("chimera_app", ends.database), autocommit=True) as worker:
        worker.execute("SELECT set_config('app.brand', '1', false), set_config('app.actor', 'bench:judge', false)")
        for warm in (True, False):
            for question, is_near in zip(asked, planted, strict=True):
                text = json.dumps([question])
                begun = time.perf_counter()
                answer = worker.execute("SELECT kind, near FROM publishing_fleet_near(%s, %s)", [text, DAYS]).fetchall()
                if warm:
                    continue
                taken.append(time.perf_counter() - begun)
                found = dict(answer)
                if is_near:
                    hits["text"] += found.get("text", 0) >= NEAR_BP
                    hits["image"] += found.get("image", 256) <= 12
    of = sum(planted)
    return {
        "rows": rows,
        "p50_ms": ms(statistics.median(taken)),
        "p95_ms": ms(p95(taken)),
        "near_texts_found": round(hits["text"] / of, 4),
        "near_images_found": round(hits["image"] / of, 4),
        "asked_about_near": of,
    }


def guard(ground: Ground, *, sizes: Sequence[int], tell: Tell) -> dict[str, Any]:
    """The guard at every size, and how much slower the largest is than the smallest."""
    found: list[dict[str, Any]] = []
    with ground.database() as ends, connected(ends, ends.database) as connection:
        headlines = _headlines(connection)
        there = 0
        for size in sizes:
            loading_s = _grow(connection, first=there + 1, last=size, headlines=headlines)
            there = size
            line = {**_measured(ends, connection, rows=size), "loading_seconds": round(loading_s, 1)}
            tell(f"{size:,} fingerprints: p50 {line['p50_ms']} ms, p95 {line['p95_ms']} ms")
            found.append(line)
    return {
        "sizes": found,
        "ratio_p50": round(found[-1]["p50_ms"] / found[0]["p50_ms"], 2),
        "ratio_p95": round(found[-1]["p95_ms"] / found[0]["p95_ms"], 2),
    }
