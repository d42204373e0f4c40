"""What everything on this machine weighs, and how long a stranger waited for the first post. OPS-1.

Weight is PSS: memory that processes share is divided between them, so the sum is what would come free.
"""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

_MIB = 2**20
_FIRST_RUN_MAX_S = 3600.0  # later than this somebody set up first and came back another time


@dataclass(frozen=True, kw_only=True)
class Footprint:
    """Python processes and their PSS; PSS of everything with the servers. MiB."""

    python_processes: int
    python_mib: float
    pss_mib: float

    def sentence(self) -> str:
        """For a person."""
        return (
            f"{self.python_processes} Python processes with {self.python_mib:.0f} MiB, "
            f"{self.pss_mib:.0f} MiB with Postgres and Valkey (PSS)."
        )


def measure(*, servers: Iterable[int | None]) -> Footprint:
    """This process, what it started, and the servers by process id with what they started."""
    family: set[psutil.Process] = set()
    for pid in (os.getpid(), *servers):
        try:
            if pid is not None:
                head = psutil.Process(pid)
                family |= {head, *head.children(recursive=True)}
        except psutil.NoSuchProcess:
            continue
    weights = [found for found in map(_weigh, family) if found]
    pythons = [pss for is_python, pss in weights if is_python]
    return Footprint(
        python_processes=len(pythons),
        python_mib=sum(pythons) / _MIB,
        pss_mib=sum(pss for _, pss in weights) / _MIB,
    )


def _weigh(process: psutil.Process) -> tuple[bool, int] | None:
    try:
        with process.oneshot():
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            is_python = "python" in Path(process.exe()).name or process.name().startswith("python")
            try:
                full = process.memory_full_info()
            except psutil.AccessDenied:  # a server under another user: resident memory is the nearest upper bound
                return is_python, int(process.memory_info().rss)
            return is_python, int(getattr(full, "pss", full.rss))
    except psutil.Error:
        return None


def first_post_s(environment: Path) -> float | None:
    """Seconds since `make` began to set up this fresh clone; known once, at the first post of the first run.

    `environment` is the folder of the virtual environment. None when unknown, told before, or not one sitting.
    """
    begun, told = environment / ".begun", environment / ".told"
    try:
        waited = time.time() - float(begun.read_text(encoding="ascii"))
        told.touch(exist_ok=False)
    except (OSError, ValueError):
        return None
    return waited if 0 < waited < _FIRST_RUN_MAX_S else None
