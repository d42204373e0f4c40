"""The whole board, for the desk and `manage.py board` alike. Requirements: OPS-6, REV-9."""

from dataclasses import dataclass
from typing import Any

from agents.board import fleet, latency, outcomes, spending, waiting, window
from agents.board.figures import Behind, Figure, listed
from agents.board.spending import Cap
from agents.board.waiting import Queue
from agents.board.window import Window
from chimera.core import clock
from chimera.core.circuits.selectors import Line as Circuit
from chimera.core.circuits.selectors import lines
from chimera.core.circuits.states import CircuitStatus
from governance.controls import selectors as controls
from governance.controls.models import Control

STOPS_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Board:
    """What stands on the board, as of the end of its window."""

    window: Window
    agents: list[Figure]
    figures: list[Figure]
    queues: list[Queue]
    stops: list[Control]
    stops_behind: Behind
    circuits: list[Circuit]
    caps: list[Cap]

    @property
    def stops_shown(self) -> list[Control]:
        """The oldest."""
        return self.stops[:STOPS_SHOWN]

    @property
    def broken(self) -> list[Circuit]:
        """Providers that are left alone now, or asked again by one probe."""
        return [one for one in self.circuits if one.state != CircuitStatus.CLOSED]

    def as_json(self) -> dict[str, Any]:
        """For machines: the same figures, by name."""
        return {
            "window": self.window.name,
            "since": self.window.since.isoformat(),
            "until": self.window.until.isoformat(),
            "figures": {one.name: one.as_json() for one in [*self.agents, *self.figures]},
            "queues": [one.as_json() for one in self.queues],
            "stops": [{"scope": one.scope, "kind": one.kind, "sentence": one.sentence} for one in self.stops],
            "circuits": [one.as_json() for one in self.circuits],
            "caps": [one.as_json() for one in self.caps],
        }


def read(*, name: str = window.USUAL) -> Board:
    """Everything, in a constant number of queries. At the desk, over all brands. Raises NoSuchWindow."""
    span = window.of(name=name, until=clock.now())
    stops = list(controls.everything_in_force())
    found = outcomes.counted(window=span)
    return Board(
        window=span,
        agents=fleet.figures(stops=stops),
        figures=[
            *outcomes.figures(window=span, found=found),
            spending.figure(window=span, entries=found["spent"], posts=found["post"].count),
            *latency.figures(window=span),
        ],
        queues=waiting.queues(now=span.until),
        stops=stops,
        stops_behind=Behind(
            count=len(stops), what="stops in force", address=listed("governance/control", status__exact="IN_FORCE")
        ),
        circuits=lines(),
        caps=spending.shown(spending.caps(day=span.until.date())),
    )
