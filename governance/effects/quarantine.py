"""Quarantine after a restore: nothing is sent outside until somebody reconciled and lifted it. OPS-9, PUB-4.

A restored database has forgotten what was sent since the backup was taken, so a row that looks unsent may be out.
"""

from governance.controls import services as controls
from governance.controls.models import ControlKind

SCOPE = "effects"


def quarantine(*, reason: str) -> None:
    """Put every outside act under a stop, inside `tenancy.acting(actor)`. Again changes nothing."""
    controls.impose(scope=SCOPE, kind=ControlKind.STOP, reason=reason)
