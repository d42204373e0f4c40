"""Named fault points: free when off, exact when on (`CHIMERA_FAULT=after_sent:kill`; a marker file makes it once).

"freeze" stops the whole process, side threads included, as a machine that hangs does; somebody has to continue it.

Requirements: PLN-2, PUB-4, AUD-2.
"""

import os
import signal
import time
from pathlib import Path

# Passed by the sealer and by nobody on the line from goal to post.
SEALING = ("after_seal",)
POINTS = (
    "after_claim",
    "after_propose",
    "after_verdict",
    "after_accepted",
    "before_commit",
    "before_sent",
    "after_sent",
    "after_call",
    "before_confirm",
    "after_commit_before_wake",
    *SEALING,
)

_ARMED = os.environ.get("CHIMERA_FAULT", "")


class Injected(Exception):
    """Raised at a fault point by a test."""


def point(name: str) -> None:
    """Fail here when this point is armed: "NAME:raise", "NAME:kill", "NAME:freeze" or "NAME:sleep:SECONDS"."""
    if not _ARMED:
        return
    wanted, _, act = _ARMED.partition(":")
    if wanted != name:
        return
    once = os.environ.get("CHIMERA_FAULT_ONCE")
    if once:
        try:
            Path(once).touch(exist_ok=False)  # several processes, one fault
        except FileExistsError:
            return
    if act == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if act == "freeze":
        os.kill(os.getpid(), signal.SIGSTOP)
        return
    if act.startswith("sleep:"):
        time.sleep(float(act.removeprefix("sleep:")))
        return
    raise Injected(f"fault point {name}")
