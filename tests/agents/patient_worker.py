"""The real worker with one kind replaced: research that waits for a word, or with `quick` none at all.

The folder PATIENCE is what it and a test speak through: `waiting` holds how many bodies wait in this process, `go` lets
them all come back; `quick` is there from the beginning.
"""

import os
import threading
import time
from pathlib import Path
from typing import Any

from celery_worker import app
from chimera import switchboard

switchboard.KINDS["research"] = f"{__name__}.Patient"

from agents.worker import flight  # noqa: E402 - the worker's Django first
from agents.worker.base import Kind, Proposal, Work  # noqa: E402
from chimera.core.calls.models import CallRecord  # noqa: E402
from chimera.core.calls.services import Recorder  # noqa: E402
from chimera.core.money import Allowance  # noqa: E402

__all__ = ["app"]
FOLDER = Path(os.environ["PATIENCE"])
QUICK = (FOLDER / "quick").exists()
WORST, ACTUAL = (0, 0) if QUICK else (5_000, 2_000)
GO = threading.Event()


class Patient(Kind):
    """A body that waits for the outside, as a model call does."""

    name = "research"
    waits = not QUICK  # type: ignore[assignment]

    def worst_case_usd_micros(self, *, work: Work) -> int:
        return WORST

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        if not QUICK and not GO.wait(120):
            raise RuntimeError("nobody said go")
        call: dict[str, Any] = {"provider": "fake", "model": "fake-1", "prompt_hash": "0" * 64}
        recorder.calls.append(CallRecord(seat="research", request={}, answer={}, cost_usd_micros=ACTUAL, **call))
        return Proposal(payload={"of": work.subject})


def _speak() -> None:
    while True:
        note = FOLDER / "waiting.new"
        note.write_text(str(flight.in_flight()))
        note.rename(FOLDER / "waiting")
        if (FOLDER / "go").exists():
            GO.set()
        time.sleep(0.1)


threading.Thread(target=_speak, daemon=True).start()
