"""`manage.py bench grants`: what the check and the use of a grant cost, over the connector's own database login.

On servers of the bench's own that flush to disk, as in production: a use is a commit. Requirements: PUB-3.
"""

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chimera.bench import tally
from chimera.bench.engine import kept
from chimera.bench.granting import PAYLOAD, WARM
from chimera.bench.ground import NotMeasured, connected, prepared, said, variables
from chimera.bench.latency import percentile
from chimera.core import canonical
from chimera.core.errors import Denied
from chimera.embedded import entry
from chimera.embedded.lifecycle import Endpoints

REPORT = "bench-grants.json"
COUNT, COUNT_MAX = 2_000, 5_000  # a grant lives for a minute
P95_MS_MAX = 2.0
TIMEOUT_S = 120.0
Tell = Callable[[str], None]

_ACTS = """
INSERT INTO governance_effect (brand_id, subject, kind, task, platform_class, key, hold_key, scopes, payload_hash,
       grant_jti, sent_fence, status, state_version, sends, sent_at, first_sent_at, call_timeout_s, incarnation,
       platform_id, labelled, made_at)
SELECT 1, 'publishing.post:' || n, 'publish', 'agents.task:' || n, 'A', 'bench-' || n, 'bench-' || n,
       ARRAY['fleet', 'brand:1', 'effects'], %s, 'bench-' || n, 1, 'SENT', 2, 1, chimera_now(), chimera_now(), 10, 1,
       '', true, chimera_now()
  FROM generate_series(1, %s) AS n
"""


class BadCount(Denied):
    """A number of grants that makes no run."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to run: so many grants, each checked and used once."""

    count: int = COUNT

    def __post_init__(self) -> None:
        if not 2 * WARM <= self.count <= COUNT_MAX:
            raise BadCount(f"--count is {self.count}; it must be from {2 * WARM} to {COUNT_MAX:,}.")


def arrange(connection: tally.Superuser, *, count: int) -> None:
    """So many acts that were just sent, each with the grant of its number."""
    connection.execute("SET session_replication_role = replica")
    connection.execute(_ACTS.encode(), [canonical.digest(PAYLOAD), count])
    connection.execute("SET session_replication_role = origin")
    connection.execute("ANALYZE governance_effect")


def judged(found: Mapping[str, Any]) -> dict[str, Any]:
    """Milliseconds from what the connector has timed. NotMeasured when a replay was let through."""
    if found["replays_refused"] != found["replays"]:
        raise NotMeasured(f"Of {found['replays']} replays only {found['replays_refused']} were refused.")
    both = [check + use for check, use in zip(found["checks_s"], found["uses_s"], strict=True)]
    shown: dict[str, Sequence[float]] = {"check": found["checks_s"], "consume": found["uses_s"], "both": both}
    return {
        name: {f"p{share}_ms": round(percentile(seconds, share / 100) * 1000, 3) for share in (50, 95, 99)}
        for name, seconds in shown.items()
    }


def _program(ends: Endpoints, role: str, own: Mapping[str, str], *words: str) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "chimera.bench.granting", *words]
    env = {**variables(ends, role), **own}
    return subprocess.Popen(command, env=env, cwd=entry.CHECKOUT, stdout=pipe, stderr=pipe, text=True)


def run(order: Order, *, tell: Tell) -> dict[str, Any]:
    """Issue, check and use; the report is also written into the data folder."""
    load = round(os.getloadavg()[0], 2)
    with prepared() as ground, ground.database() as ends:
        with connected(ends, ends.database) as connection:
            arrange(connection, count=order.count)
        words = ["--file", str(ends.home.root / "grants.json"), "--count", str(order.count)]
        tell(f"{order.count} grants are issued, then checked and used one after another")
        keys = entry.environment(ends, "chimera_app", with_grant_key=True)
        issued = said(_program(ends, "chimera_app", keys, "issue", *words), what="Issuing", timeout_s=TIMEOUT_S)
        pool = {"DATABASE_POOL_MAX": "4"}  # as connectors have
        using = _program(ends, "chimera_connector", pool, "use", *words)
        found = said(using, what="The connector", timeout_s=TIMEOUT_S)
    report = {
        **judged(found),
        "p95_ms_max": P95_MS_MAX,
        "issue_ms": round(issued["issue_s"] / order.count * 1000, 3),
        "grants": len(found["checks_s"]),
        "replays_refused": found["replays_refused"],
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load_before": load},
    }
    path = kept(report, name=REPORT)
    tell(f"written to {path}")
    return report
