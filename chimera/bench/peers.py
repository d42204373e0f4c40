"""The other systems: programs of their own under `.venv-bench`, each on a fresh database of the same server.

A peer that is not installed, does not start or gets a result wrong has a reason instead of a figure.
"""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chimera.bench.ground import Ground
from chimera.embedded import processes
from chimera.embedded.entry import CHECKOUT
from chimera.embedded.postgres import SUPERUSER

PYTHON = CHECKOUT / ".venv-bench" / "bin" / "python"
PROGRAMS = CHECKOUT / "tools" / "bench" / "peers"
VALKEY_DB = 5  # hints of Chimera lie in 0; a peer may flush its own
TIMEOUT_S = 900.0
WORKERS = 2


@dataclass(frozen=True, kw_only=True)
class Peer:
    """One system: its program, its best layout as measured, whether its work survives a kill, and its part of the
    pipelines (a slow one is asked for fewer, or a round would take an hour)."""

    program: str
    layout: str
    durable: bool
    part: float = 1.0


PEERS: dict[str, Peer] = {
    "celery": Peer(program="celery_canvas.py", layout="solo", durable=False),
    "dbos": Peer(program="dbos_transact.py", layout="threads", durable=True),
    "langgraph": Peer(program="langgraph_sends.py", layout="threads-async", durable=True),
    "prefect": Peer(program="prefect_flow.py", layout="postgres", durable=True, part=0.05),
}


def failed(system: str, reason: str) -> dict[str, Any]:
    """The line of a system without a figure."""
    return {"system": system, "pipelines_per_s": None, "correct": False, "error": reason}


def pipelines_for(peer: Peer, pipelines: int) -> int:
    """How many this peer is asked for."""
    return max(4, round(pipelines * peer.part))


def read(system: str, *, returncode: int, out: str, err: str) -> dict[str, Any]:
    """A peer's line, or the reason why there is none. A wrong result is no figure, whatever rate was printed."""
    lines, words = out.strip().splitlines(), [line.strip() for line in err.splitlines() if line.strip()]
    if returncode or not lines:
        return failed(system, words[-1][:300] if words else f"it ended with exit code {returncode} and said nothing")
    try:
        line: dict[str, Any] = json.loads(lines[-1])
    except ValueError:
        return failed(system, f"its last line is no JSON: {lines[-1][:200]}")
    if line.get("correct") is not True or line.get("pipelines_done") != line.get("pipelines"):
        return failed(system, f"only {line.get('pipelines_done')} of {line.get('pipelines')} results were right")
    return line


def _environment(ground: Ground, database: str) -> Mapping[str, str]:
    postgres = ground.ends.postgres.url(SUPERUSER, database).replace("postgres://", "postgresql://", 1)
    own = {"BENCH_POSTGRES": postgres, "BENCH_VALKEY": ground.ends.valkey.url(VALKEY_DB), "PYTHONWARNINGS": "ignore"}
    return processes.environment({**own, "PYTHONUNBUFFERED": "1"})


def row(ground: Ground, *, system: str, pipelines: int, python: Path = PYTHON) -> dict[str, Any]:
    """One system's line of one round."""
    peer = PEERS[system]
    if not python.exists():
        return failed(system, f"{python.relative_to(CHECKOUT)} is not there; run: make bench-setup")
    words = ["--pipelines", str(pipelines_for(peer, pipelines)), "--workers", str(WORKERS), "--layout", peer.layout]
    with ground.database(template=None) as ends:
        process = subprocess.Popen(
            [str(python), str(PROGRAMS / peer.program), *words, "--json"],
            env=dict(_environment(ground, ends.database)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd=PROGRAMS, start_new_session=True,
        )  # fmt: skip
        try:
            out, err = process.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            _end(process)
            return failed(system, f"it took longer than {TIMEOUT_S:.0f} s")
        except BaseException:
            _end(process)
            raise
    return read(system, returncode=process.returncode, out=out, err=err)


def _end(process: "subprocess.Popen[str]") -> None:
    """End a peer and what it started: its own session, nobody else's."""
    import os
    import signal

    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
