"""The reports of the bench for a person."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

CELERY_RATIO_MIN = 2.0
# What else is measured, where it stands in the report, and the most that it may be.
LIMITS: tuple[tuple[str, tuple[str, ...], str, float], ...] = (
    ("growth", ("ratio_cpu",), "cost of a step, full tables over small", 1.2),
    ("latency", ("idle", "p95_ms"), "queue to start, p95, idle (ms)", 50),
    ("latency", ("loaded", "p95_ms"), "queue to start, p95, at 80% (ms)", 500),
    ("memory", ("growth_of_worst",), "growth of a worker's memory (share)", 0.05),
)


def _number(value: float | None, unit: str = "") -> str:
    return "no figure" if value is None else f"{value:,.1f}{unit}"


def systems(report: Mapping[str, Any]) -> Table:
    """One row for each system."""
    table = Table(title="pipelines per second: plan, three workers, three judges, finalize (8 steps)")
    for heading, justify in (("system", "left"), ("median", "right"), ("least to most", "right")):
        table.add_column(heading, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_column("layout")
    table.add_column("durability")
    for line in [report["chimera"], *report["peers"]]:
        if line is None:
            continue
        name = f"{line['system']} {line.get('version', '')}".strip()
        if line["pipelines_per_s"] is None:
            table.add_row(name, "no figure", "", f"because: {line.get('error', 'no round had one')}", "")
            continue
        spread = f"{line['least']:,.1f} to {line['most']:,.1f}"
        table.add_row(name, _number(line["pipelines_per_s"]), spread, line["layout"], line["durability"])
    return table


def where(report: Mapping[str, Any]) -> Table:
    """Where Chimera's time goes, for one pipeline."""
    table = Table(title="where Chimera's time goes, for one pipeline")
    table.add_column("what")
    table.add_column("how much", justify="right")
    found = report["where"] or {}
    for party, spent in found.get("cpu_ms", {}).items():
        table.add_row(f"CPU of {party}", f"{spent:.2f} ms ({found['cpu_share'][party]:.0f}%)")
    for key, text in (("round_trips", "round trips"), ("commits", "commits"), ("wal_bytes", "bytes of log")):
        if key in found:
            table.add_row(text, f"{found[key]:,}")
    for one in found.get("statements", [])[:5]:
        table.add_row(one["sql"][:70], f"{one['calls']:g} x, {one['ms']:.2f} ms")
    limit = report["bound"]["updates_per_s"]
    table.add_row("one-row updates a second over 2 connections", f"{limit:,}" if limit else report["bound"]["reason"])
    return table


def purses(report: Mapping[str, Any]) -> Table:
    """`bench budgets`: both ways beside each other."""
    table = Table(title=f"{report['processes']} processes, {report['acts_each']} acts each, across midnight")
    for heading in ("", "Chimera", "read, then insert"):
        table.add_column(heading, justify="right" if heading else "left")
    shown = {
        "overshoot_usd_micros": "overspent (micros of a dollar)",
        "reservations_per_s": "reservations a second",
        "acts_per_s": "acts a second",
        "looks": "looks at the holds",
    }
    for key, text in shown.items():
        table.add_row(text, f"{report['ours'][key]:,}", f"{report['naive'][key]:,}")
    table.add_row("books that do not agree", f"{report['books_off']:,}", "has none")
    return table


def records(report: Mapping[str, Any]) -> Table:
    """`bench audit`: both ways beside each other, without and with other work in the transaction."""
    table = Table(title=f"{report['writers']} writers of audited changes, {report['seconds']:g} s each")
    for heading in ("", "Chimera", "hash chain per row"):
        table.add_column(heading, justify="right" if heading else "left")
    for run in report["ours"]:
        ours, chain = report["ours"][run], report["chain"][run]
        work = run.removeprefix("work_").removesuffix("_ms")
        table.add_row(f"changes a second, {work} ms of other work", f"{ours['tx_per_s']:,}", f"{chain['tx_per_s']:,}")
        table.add_row("  p95 of a transaction (ms)", f"{ours['p95_ms']:,}", f"{chain['p95_ms']:,}")
        table.add_row("  lag of the seal, p99 (s)", f"{ours['seal_lag_p99_s']:,}", "none")
    table.add_row("entries verified a second", f"{report['verify_per_s']:,}", "not measured")
    return table


def _met(yes: bool) -> str:
    return "met" if yes else "missed"


def verdicts(report: Mapping[str, Any]) -> Table:
    """The figures that must be reached, and whether they were; what was not measured is said to be so."""
    table = Table(title="what must be reached")
    for heading in ("what", "must be", "is", ""):
        table.add_column(heading)
    rows: list[tuple[str, str, float | None, bool]] = []

    def add(what: str, must: str, found: float | None, met: bool) -> None:
        rows.append((what, must, found, met))

    celery, best = report["ratio_to_celery"], report["ratio_to_best_durable_peer"]
    add("times bare Celery", f"{CELERY_RATIO_MIN} or more", celery, (celery or 0) >= CELERY_RATIO_MIN)
    add(f"times the best durable peer ({report['best_durable_peer']})", "more than 1", best, (best or 0) > 1)
    for name, key, what, most in LIMITS:
        if name in report:
            found = report[name]
            for part in key:
                found = found.get(part) if isinstance(found, Mapping) else None
            at_most = name == "growth"
            met = found is not None and (found <= most if at_most else found < most)
            add(what, f"{'at most' if at_most else 'under'} {most:g}", found, met)
    for what, must, found, met in rows:
        table.add_row(what, must, "not measured" if found is None else f"{found:g}", "" if found is None else _met(met))
    return table
