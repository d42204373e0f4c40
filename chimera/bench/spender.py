"""Many processes at one purse, at random: reserve, settle, void, expire. A program of its own.

`python -m chimera.bench.spender --way ours|naive` with the application's login in DATABASE_URL. Forks, lets all begin
at one moment, and prints one JSON line: how much was asked and answered, and how long it took.
"""

import argparse
import json
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from typing import Any

import psycopg

BRANDS = 2
AMOUNT_MAX = 30_000
CAMPAIGNS = (1, 2)
Connection = psycopg.Connection[tuple[Any, ...]]
# What each scope of a brand may spend, and the fleet: little enough that all of them refuse.
LIMITS = {
    "agent": 1_450_000,
    "brand": 5_600_000,
    "campaign": 2_900_000,
    "campaign total": 4_200_000,
    "fleet": 11_000_000,
}


class Ours:
    """The product's functions."""

    def __init__(self, connection: Connection, brand: int) -> None:
        self.connection, self.brand = connection, brand
        connection.execute(
            "SELECT set_config('app.brand', %s, false), set_config('app.actor', 'bench:spender', false)", [str(brand)]
        )

    def reserve(self, wants: list[dict[str, Any]], lasts_s: int) -> str:
        """Empty when all is set aside, else the scope that refused."""
        try:
            self.connection.execute(
                "SELECT governance_reserve_set(%s, %s, false)", [json.dumps(wants), f"{lasts_s} seconds"]
            )
        except psycopg.DatabaseError as error:
            if error.sqlstate != "CH002":
                raise
            return str(json.loads(error.diag.message_detail or "{}")["scope"]).partition(":")[0]
        return ""

    def end(self, key: str, amount: int | None) -> None:
        """Settle, or void."""
        self.connection.execute("SELECT governance_end_hold(%s, %s)", [key, amount])

    def expire(self) -> None:
        """End what was abandoned, whoever abandoned it."""
        found = self.connection.execute("SELECT brand_id, key FROM governance_abandoned_holds(5)").fetchall()
        for brand, key in found:
            if brand == self.brand:
                self.end(key, None)


class Naive:
    """What is written first: add up, compare, insert. In a transaction, as everybody does it."""

    def __init__(self, connection: Connection, brand: int) -> None:
        self.connection, self.brand = connection, brand

    def _fits(self, scope: str, amount: int, limit: int, window: str) -> bool:
        row = self.connection.execute(
            "SELECT coalesce(sum(CASE WHEN status = 'HELD' THEN amount ELSE settled END), 0) FROM bench_hold"
            " WHERE (%s = 'fleet' OR brand = %s AND %s = ANY (scopes))"
            " AND (%s = 'total' OR day = (chimera_now() AT TIME ZONE 'UTC')::date)",
            [scope, self.brand, scope, window],
        ).fetchone()
        return row is not None and row[0] + amount <= limit

    def reserve(self, wants: list[dict[str, Any]], lasts_s: int) -> str:
        """Empty when all is set aside, else the scope that refused."""
        asked: Counter[str] = Counter()
        for want in wants:
            asked.update(dict.fromkeys((*want["scopes"], "fleet"), want["amount"]))
        with self.connection.transaction():
            for scope, amount in sorted(asked.items()):
                name = scope.partition(":")[0]
                for window in ("day", "total") if name == "campaign" else ("day",):
                    limit = LIMITS[f"{name} total" if window == "total" else name]
                    if not self._fits(scope, amount, limit, window):
                        return name
            for want in wants:
                self.connection.execute(
                    "INSERT INTO bench_hold (key, brand, scopes, day, amount, status, expires_at) VALUES"
                    " (%s, %s, %s, (chimera_now() AT TIME ZONE 'UTC')::date, %s, 'HELD', chimera_now() + %s::interval)",
                    [want["key"], self.brand, want["scopes"], want["amount"], f"{lasts_s} seconds"],
                )
        return ""

    def end(self, key: str, amount: int | None) -> None:
        """Settle, or void."""
        status = "VOID" if amount is None else "SETTLED"
        self.connection.execute(
            "UPDATE bench_hold SET status = %s, settled = %s WHERE key = %s AND status = 'HELD'",
            [status, amount or 0, key],
        )

    def expire(self) -> None:
        """End what was abandoned."""
        self.connection.execute(
            "UPDATE bench_hold SET status = 'VOID' WHERE key IN (SELECT key FROM bench_hold WHERE status = 'HELD'"
            " AND expires_at <= chimera_now() ORDER BY key LIMIT 5 FOR UPDATE SKIP LOCKED)"
        )


WAYS: dict[str, Callable[[Connection, int], "Ours | Naive"]] = {"ours": Ours, "naive": Naive}


def spend(*, purse: "Ours | Naive", number: int, acts: int) -> Counter[str]:
    """So many random acts; counts what was asked, what was set aside, and who refused."""
    dice, done = random.Random(number), Counter[str]()
    mine: list[tuple[str, int]] = []
    for step in range(acts):
        turn = dice.random()
        if turn < 0.5 or not mine:
            wants: list[dict[str, Any]] = [
                {
                    "key": f"agents.task:{number}:{step}.{place}",
                    "about": f"agents.task:{number}",
                    "scopes": sorted({f"agent:{purse.brand}{dice.randint(1, 4)}", f"brand:{purse.brand}",
                                      f"campaign:{purse.brand}{dice.choice(CAMPAIGNS)}"}),
                    "amount": dice.randint(1, AMOUNT_MAX),
                }
                for place in range(dice.randint(1, 4))
            ]  # fmt: skip
            abandoned = dice.random() < 0.1
            refused = purse.reserve(wants, 0 if abandoned else 3600)
            done.update({"asked": 1, f"refused {refused}" if refused else "set aside": 1})
            if not refused and not abandoned:
                mine += [(want["key"], want["amount"]) for want in wants]
        elif turn < 0.8:
            key, amount = mine.pop(dice.randrange(len(mine)))
            purse.end(key, dice.randint(0, amount))
            done["settled"] += 1
        elif turn < 0.93:
            purse.end(mine.pop(dice.randrange(len(mine)))[0], None)
            done["voided"] += 1
        else:
            purse.expire()
            done["expired"] += 1
    return done


def _process(way: str, number: int, acts: int, start: Barrier, answers: Any) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        purse = WAYS[way](connection, number % BRANDS + 1)
        start.wait(timeout=60)
        begun = time.time()
        done = spend(purse=purse, number=number, acts=acts)
        answers.put((begun, time.time(), dict(done)))


def main(words: list[str]) -> int:
    """Start them all, and add up."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--way", choices=sorted(WAYS), required=True)
    parser.add_argument("--processes", type=int, required=True)
    parser.add_argument("--acts", type=int, required=True)
    asked = parser.parse_args(words)
    fork = multiprocessing.get_context("fork")
    start, answers = fork.Barrier(asked.processes), fork.SimpleQueue()
    processes = [
        fork.Process(target=_process, args=(asked.way, number, asked.acts, start, answers))
        for number in range(asked.processes)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if failed := sum(process.exitcode != 0 for process in processes):
        print(f"{failed} of {asked.processes} processes failed", file=sys.stderr)  # noqa: T201
        return 1
    found = [answers.get() for _ in processes]
    total: Counter[str] = Counter()
    for _, _, done in found:
        total.update(done)
    seconds = max(end for _, end, _ in found) - min(begun for begun, _, _ in found)
    print(json.dumps({"seconds": seconds, "counts": dict(total)}))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
