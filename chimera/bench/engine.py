"""`manage.py bench engine`: Chimera beside bare Celery, DBOS, LangGraph and Prefect, on one server, in turns.

Every round runs every system once, each round begins with another one, and ratios are taken within a round: a machine
that gets slower on the way makes all slower. Requirements: PLN-2.
"""

import json
import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chimera.bench import growth, latency, memory, meter, own, peers
from chimera.bench.fleet import LAYOUTS, USUAL
from chimera.bench.ground import Ground, NotMeasured, prepared
from chimera.core.errors import Denied
from chimera.embedded.home import Home

CHIMERA = "chimera"
SYSTEMS = (CHIMERA, *peers.PEERS)
EXTRAS = ("growth", "latency", "memory")
REPORT = "bench-engine.json"
PIPELINES, QUICK_PIPELINES = 400, 40
ROUNDS = 3
BUSY = 0.5  # load before the start from which a report says that others were at work
Tell = Callable[[str], None]
Line = dict[str, Any]


class BadOrder(Denied):
    """What was asked for makes no run; says what to ask instead."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to run."""

    rounds: int = ROUNDS
    pipelines: int = PIPELINES
    systems: tuple[str, ...] = SYSTEMS
    extras: tuple[str, ...] = EXTRAS
    layout: str = USUAL
    growth_tasks: int = growth.LARGE_TASKS
    memory_tasks: int = memory.TASKS

    def __post_init__(self) -> None:
        numbers = {"rounds": self.rounds, "pipelines": self.pipelines}
        numbers |= {"growth-tasks": self.growth_tasks, "memory-tasks": self.memory_tasks}
        for name, number in numbers.items():
            if number < 1:
                raise BadOrder(f"--{name} is {number}; it must be at least 1.")
        for what, asked, known in (
            ("--only", self.systems, SYSTEMS), ("--extras", self.extras, EXTRAS), ("--layout", (self.layout,), LAYOUTS),
        ):  # fmt: skip
            if strange := [name for name in asked if name not in known]:
                raise BadOrder(f"{what} does not know {', '.join(strange)}; it knows {', '.join(known)}.")
        if not self.systems:
            raise BadOrder(f"--only names no system; it knows {', '.join(SYSTEMS)}.")
        if self.extras and CHIMERA not in self.systems:
            raise BadOrder("--extras measure Chimera, which --only leaves out; add chimera, or ask for no extras.")


def turns(systems: Sequence[str], round_number: int) -> list[str]:
    """The order of a round: each begins one system later than the one before it."""
    first = round_number % len(systems)
    return [*systems[first:], *systems[:first]]


def _one(ground: Ground, *, system: str, order: Order) -> Line:
    if system != CHIMERA:
        return peers.row(ground, system=system, pipelines=order.pipelines)
    try:
        with ground.database() as ends:
            return own.row(ends, layout=order.layout, pipelines=order.pipelines)
    except NotMeasured as error:
        return peers.failed(system, str(error))


def summary(lines: Sequence[Line]) -> Line:
    """One system over all rounds: median, least and most; a reason when no round had a figure.

    A system that failed in one round is said to have, beside the figure of the others.
    """
    rates = [line["pipelines_per_s"] for line in lines if line["pipelines_per_s"]]
    errors = [line["error"] for line in lines if line.get("error")]
    named = next((line for line in lines if line["pipelines_per_s"]), lines[0])
    kept = ("system", "version", "layout", "durability", "notes", "pipelines", "cpu_ms_per_pipeline",
            "commits_per_pipeline", "wal_bytes_per_pipeline")  # fmt: skip
    found: Line = {key: named[key] for key in kept if key in named}
    found |= {
        "pipelines_per_s": round(statistics.median(rates), 2) if rates else None,
        "least": min(rates, default=None),
        "most": max(rates, default=None),
        "rounds": len(rates),
        "correct": bool(rates) and not errors,
    }
    return found | ({"error": errors[0], "rounds_failed": len(errors)} if errors else {})


def ratio(rounds: Sequence[Mapping[str, Line]], *, other: str) -> float | None:
    """Chimera's rate over another's, the median of the rounds in which both have one; None without such a round."""
    pairs = [(one[CHIMERA]["pipelines_per_s"], one[other]["pipelines_per_s"]) for one in rounds
             if CHIMERA in one and other in one]  # fmt: skip
    found = [ours / theirs for ours, theirs in pairs if ours and theirs]
    return round(statistics.median(found), 3) if found else None


def _main_table(ground: Ground, order: Order, tell: Tell) -> list[dict[str, Line]]:
    rounds = []
    for number in range(order.rounds):
        lines = {}
        for system in turns(order.systems, number):
            lines[system] = line = _one(ground, system=system, order=order)
            rate = line["pipelines_per_s"]
            tell(f"round {number + 1}, {system}: {f'{rate:.1f} pipelines/s' if rate else line['error']}")
        rounds.append(lines)
    return rounds


def _extra(name: str, ground: Ground, order: Order, rate: float | None) -> Line:
    try:
        if name == "growth":
            return growth.measure(
                ground, layout=order.layout, pipelines=order.pipelines, rounds=order.rounds,
                large_tasks=order.growth_tasks,
            )  # fmt: skip
        if name == "memory":
            return memory.measure(ground, layout=order.layout, tasks=order.memory_tasks)
        if rate is None:
            raise NotMeasured("There is no rate of which 80% could be offered.")
        return latency.measure(ground, layout=order.layout, pipelines_per_s=rate)
    except NotMeasured as error:
        return {"error": str(error)}


def concluded(order: Order, rounds: Sequence[Mapping[str, Line]], *, load: float = 0.0) -> Line:
    """The report of the main table. `load`: how many others wanted the cores before it began (a minute's mean)."""
    lines = {system: summary([one[system] for one in rounds]) for system in order.systems}
    durable = {name: lines[name]["pipelines_per_s"] for name, peer in peers.PEERS.items()
               if peer.durable and name in lines and lines[name]["pipelines_per_s"]}  # fmt: skip
    best = max(durable, key=lambda name: durable[name], default=None)
    where = next((one[CHIMERA]["where"] for one in reversed(rounds) if "where" in one.get(CHIMERA, {})), None)
    ours = lines.get(CHIMERA)
    return {
        "pipelines_per_s": ours["pipelines_per_s"] if ours else None,
        "celery_pipelines_per_s": lines["celery"]["pipelines_per_s"] if "celery" in lines else None,
        "ratio_to_celery": ratio(rounds, other="celery"),
        "ratio_to_best_durable_peer": ratio(rounds, other=best) if best else None,
        "best_durable_peer": best,
        "steps_per_pipeline": growth.STEPS,
        "correct": all(line["correct"] for line in lines.values()),
        "chimera": ours,
        "peers": [line for name, line in lines.items() if name != CHIMERA],
        "where": {**where, "cpu_share": meter.shares(where)} if where else None,
        "rounds": [{name: line["pipelines_per_s"] for name, line in one.items()} for one in rounds],
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "system": platform.platform(),
            "load_before": load,
        },
    }


def run(order: Order, *, tell: Tell) -> Line:
    """Run all of it; `tell` gets a sentence for every step. The report is also written into the data folder."""
    load = round(os.getloadavg()[0], 2)
    if load > BUSY:
        tell(f"the machine is busy (load {load} on {os.cpu_count()} cores): take these figures as rough")
    with prepared() as ground:
        tell("servers are up, the database is seeded")
        floor = meter.bound(ground)
        report = {**concluded(order, _main_table(ground, order, tell), load=load), "bound": floor}
        for name in order.extras:
            tell(f"measuring {name}")
            report[name] = _extra(name, ground, order, report["pipelines_per_s"])
    path = kept(report)
    tell(f"written to {path}")
    return report


def kept(report: Line, *, name: str = REPORT) -> Path:
    """Write the report beside those of other runs."""
    folder = Home.default().prepare().root / "runs"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return path
