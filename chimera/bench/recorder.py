"""Many processes that change audited rows, each change in a transaction of its own. A program of its own.

`python -m chimera.bench.recorder --processes 8 --seconds 10 --work-ms 5` with the application's login in DATABASE_URL.
Forks, lets all begin at one moment, and prints one JSON line: when each change was committed, and how long it took.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from multiprocessing.synchronize import Barrier
from typing import Any

import psycopg

# A card as the judge asks for it: the trigger of the record writes its event. The reader must find it: hence the id.
_CARD = """
INSERT INTO governance_reviewitem (brand_id, status, state_version, subject, task, kind, content_hash, snapshot, why,
                                   deadline, decided_by, reason_code, reason)
VALUES (1, 'PENDING', 1, %s, %s, 'DOUBT', repeat('0', 64), '{}', '', chimera_now() + interval '1 hour', '', '', '')
RETURNING id
"""


def change(*, seconds: float, work_s: float) -> list[tuple[int, float, float]]:
    """Changes until the time is over: (card, when it was committed, seconds of the transaction)."""
    done = []
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(
            "SELECT set_config('app.brand', '1', false), set_config('app.actor', 'bench:recorder', false)"
        )
        ends, step = time.monotonic() + seconds, 0
        while (begun := time.monotonic()) < ends:
            about = f"agents.task:{os.getpid()}{step:08d}"
            with connection.transaction():
                row = connection.execute(_CARD, [about, about]).fetchone()
                if work_s:
                    time.sleep(work_s)
            assert row is not None
            done.append((int(row[0]), time.time(), time.monotonic() - begun))
            step += 1
    return done


def _process(seconds: float, work_s: float, start: Barrier, answers: Any) -> None:
    start.wait(timeout=60)
    answers.put(change(seconds=seconds, work_s=work_s))


def main(words: list[str]) -> int:
    """Start them all, and gather."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--processes", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--work-ms", type=float, required=True)
    asked = parser.parse_args(words)
    fork = multiprocessing.get_context("fork")
    start, answers = fork.Barrier(asked.processes), fork.Queue()
    processes = [
        fork.Process(target=_process, args=(asked.seconds, asked.work_ms / 1000, start, answers))
        for _ in range(asked.processes)
    ]
    for process in processes:
        process.start()
    found: list[tuple[int, float, float]] = []
    for _ in processes:
        found += answers.get(timeout=asked.seconds + 60)
    for process in processes:
        process.join()
    print(json.dumps({"changes": found}))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
