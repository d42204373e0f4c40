"""What a run says: one JSON for machines, a table for people, a copy for the page of promises, and whether to worry."""

import json
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chimera.embedded.entry import CHECKOUT

WEB_MAX_S = 2.0
# Figure, and what it must be.
BLIND_MAX = 0.03  # of class C, beyond the answers that the platform itself kept to itself
_ZERO = ("lost", "published_twice", "published_unasked", "published_unlabelled", "overspent")


def about(*, seed: int, seconds: float) -> dict[str, Any]:
    """Under which circumstances: seed, length, commit (None outside of a checkout), machine, time."""
    return {
        "seed": seed,
        "seconds": seconds,
        "commit": _commit(),
        "machine": {"cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()},
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _commit() -> str | None:
    git = shutil.which("git")
    if git is None or not (CHECKOUT / ".git").exists():
        return None
    said = subprocess.run(
        [git, "rev-parse", "--short", "HEAD"], cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=10
    )
    return said.stdout.strip() or None


def broken(row: Mapping[str, Any]) -> list[str]:
    """The promises that this run broke, as sentences."""
    found = [f"{row[name]} {name.replace('_', ' ')}" for name in _ZERO if row[name]]
    if not row["audit_ok"]:
        found.append("the record has gaps")
    for name in ("A", "B"):
        asked = row["in_doubt_to_human_by_class"][name]["to_human"]
        if asked:
            found.append(f"{asked} of class {name} were handed to a human, though the platform could be asked")
    beyond = row["in_doubt_to_human_by_class"]["C"]["share_beyond"]
    if beyond > BLIND_MAX:
        found.append(f"{beyond:.1%} of class C were handed to a human without an unclear answer of the platform")
    slowest = row["web_slowest_s_without_valkey"]
    if slowest is not None and slowest >= WEB_MAX_S:
        found.append(f"the web took {slowest} s to answer while Valkey was down")
    return found


def keep(*, result: Mapping[str, Any], faults: Path, folder: Path) -> Path:
    """Write the result with its fault list into `folder`, and again as the newest one. Returns the dated file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"chaos-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
    text = json.dumps(result, indent=1, ensure_ascii=False, default=str) + "\n"
    dated = folder / f"{name}.json"
    for path in (dated, folder / "chaos.json"):
        draft = path.with_suffix(".new")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    if faults.exists():
        shutil.copyfile(faults, folder / f"{name}.faults.jsonl")
    return dated


def lines(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The figures for people."""
    doubts = ", ".join(
        f"{name} {one['to_human']}/{one['sent']}" for name, one in row["in_doubt_to_human_by_class"].items()
    )
    return [
        ("faults", f"{row['faults']} ({', '.join(f'{k} {v}' for k, v in row['faults_by_kind'].items())})"),
        ("tasks", f"{row['tasks']}: {row['published']} published, {row['with_human']} with a human"),
        ("lost", str(row["lost"])),
        ("published twice", str(row["published_twice"])),
        ("published though nobody asked", str(row["published_unasked"])),
        ("published without its label", str(row["published_unlabelled"])),
        ("live, by platform", ", ".join(f"{name} {count}" for name, count in row["live_by_platform"].items())),
        ("overspent", str(row["overspent"])),
        ("record unbroken", "yes" if row["audit_ok"] else "no"),
        ("handed to a human for doubt, by class", doubts),
        ("recovery p50 / p95", f"{_s(row['recovery_p50_s'])} / {_s(row['recovery_p95_s'])} ({row['recovered']} rows)"),
        (
            "doubt resolved p50 / p95",
            f"{_s(row['doubt_resolution_p50_s'])} / {_s(row['doubt_resolution_p95_s'])} ({row['doubts']} effects)",
        ),
        ("start delay p95 without Valkey", _s(row["start_delay_p95_s_without_valkey"])),
        ("slowest web answer without Valkey", _s(row["web_slowest_s_without_valkey"])),
        ("came back late and was fenced", str(row["fenced_finishes"])),
        ("clock shifted while finishing", _s(row["clock_shifted_s"])),
    ]


def _s(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:g} s"
