"""Which circuits there are, for people and machines."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from chimera.core import clock
from chimera.core.circuits.models import Circuit


@dataclass(frozen=True, kw_only=True)
class Line:
    """One circuit. `failures` are those that it remembers; `opens` how often it opened in a row."""

    provider: str
    state: str
    since: datetime
    failures: int
    opens: int
    retry_in_s: float | None
    note: str

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {**asdict(self), "since": self.since.isoformat()}


def lines() -> list[Line]:
    """Every provider that has ever failed, by name."""
    now = clock.now()
    return [
        Line(
            provider=circuit.provider,
            state=circuit.status,
            since=circuit.since,
            failures=len(circuit.failed_at),
            opens=circuit.opens,
            retry_in_s=round(max(0.0, (circuit.wait_until - now).total_seconds()), 1) if circuit.wait_until else None,
            note=circuit.note,
        )
        for circuit in Circuit.objects.order_by("provider")
    ]
