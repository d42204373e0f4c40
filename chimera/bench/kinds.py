"""The kinds and the rule of the bench: as little body as there can be, with everything around it that the product does.

Three outward steps side by side, each proposed under a hold, judged, ruled on, routed and committed; the last commit
closes the goal, which is the pipeline's "finalize".
"""

import hashlib
import os
from collections.abc import Sequence
from typing import Any

from agents.tasks.graph import Step
from agents.worker.base import Accepted, Kind, Proposal, Work
from agents.worker.kinds.plan import Planning
from chimera.bench import ITEMS
from chimera.core import http
from chimera.core.calls.services import Recorder
from chimera.core.money import Allowance
from governance.policies.base import Finding, Outcome, Policy, Snapshot

WORST_CASE_USD_MICROS = 10


class Threefold(Planning):
    """Plans three items; on landing they become tasks as any plan's do."""

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """Three steps that wait for nothing."""
        steps = [Step(key=f"item-{index}", kind="item").as_json() for index in range(ITEMS)]
        return Proposal(payload={"steps": steps, "estimate_usd_micros": 0})


class Item(Kind):
    """The hash of the task's own name."""

    name = "item"
    outward = True

    def worst_case_usd_micros(self, *, work: Work) -> int:
        """So that money is set aside and settled for every task."""
        return WORST_CASE_USD_MICROS

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """One SHA-256."""
        return Proposal(payload={"sha256": hashlib.sha256(work.subject.encode()).hexdigest()})

    def commit(self, *, accepted: Sequence[Accepted]) -> None:
        """Nothing goes out: the task's own end is the commit."""
        return


class Asking(Item):
    """As an item, after one call to the provider of `bench stop`, which notes when it arrives."""

    @property
    def waits(self) -> bool:
        """As a model call does."""
        return True

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """One question, through the seam that every call goes through."""
        url = f"{os.environ['BENCH_THINK_URL']}{work.subject}"

        def ask() -> dict[str, Any]:
            return {"status": http.fetch(url=url, size_max_bytes=1_000, timeout_s=10, loopback_allowed=True).status}

        recorder.tool(seat="ask", provider="bench", model="think", request={"subject": work.subject}, call=ask)
        return super().propose(work=work, allowance=allowance, recorder=recorder)


class Agreeable(Policy):
    """Scores every payload that carries its hash with the full score."""

    name = "agreeable"
    scored = True

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads `payload.sha256`."""
        if len(snapshot["payload"].get("sha256", "")) == 64:
            return Finding(policy=self.name, outcome=Outcome.PASS, reason="The hash is there.", score_bp=10_000)
        return self.finding(Outcome.BLOCK, "The payload has no hash.")
