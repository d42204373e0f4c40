"""Kinds without content: a plan of one or two notes and a post whose text names its goal, so that copies are found."""

import hashlib
import time
from typing import Any

from agents.tasks import graph
from agents.tasks.graph import Step
from agents.tasks.models import Task
from agents.worker import checking
from agents.worker.base import CannotPropose, Kind, Proposal, Work
from agents.worker.kinds import plan, publish
from chimera.chaos.texts import NOTE_S, picture, text_for
from chimera.core.calls.services import Recorder
from chimera.core.money import Allowance
from governance.policies.base import Finding, Policy, Snapshot
from publishing.accounts.models import Account

TWO_NOTES_EVERY = 4  # every so many goals have two notes side by side


class Planning(plan.Planning):
    """note -> publish, and sometimes two notes side by side."""

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """The steps, checked as every plan is."""
        notes = ["note"] if work.goal["id"] % TWO_NOTES_EVERY else ["note", "note-2"]
        steps = [Step(key=key, kind="note") for key in notes]
        steps.append(Step(key="publish", kind="publish", needs=tuple(notes)))
        kinds = checking.known()
        outward = [name for name, kind in kinds.items() if kind.outward]
        checked = graph.validated(steps=steps, kinds=list(kinds), outward=outward)
        estimate = sum(kinds[step.kind].estimate_usd_micros() for step in checked)
        return Proposal(payload={"steps": [step.as_json() for step in checked], "estimate_usd_micros": estimate})


class Noting(Kind):
    """An inward task that waits a little and thinks of nothing."""

    name = "note"

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """The text of its goal, after a moment."""
        time.sleep(NOTE_S)
        return Proposal(payload={"text": text_for(cause=work.goal["cause"])})


class Publishing(publish.Publishing):
    """The outward kind as it is, with the note for a text and the one picture."""

    def load(self, *, task: Task) -> dict[str, Any]:
        """The one account of the agent, whichever platform it is on."""
        account = Account.objects.filter(belongs_to=task.agent.subject).order_by("pk").first()
        return {} if account is None else {"handle": account.handle, "platform": account.platform}

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """Exactly what will be published."""
        if not work.inputs:
            raise CannotPropose(f"@{work.agent['handle']} has no account; the stage was not set up.")
        return Proposal(
            payload={
                "platform": work.inputs["platform"],
                "account_handle": work.inputs["handle"],
                "text": work.upstream["note"]["text"],
                "media": media_for(platform=work.inputs["platform"], number=work.goal["id"]),
                "ai_generated": True,
            }
        )


def media_for(*, platform: str, number: int) -> list[dict[str, str]]:
    """Instagram takes no post without a picture; on X every other one has one, so that both ways are gone."""
    if platform == "instagram" or (platform == "x" and number % 2):
        return [{"sha256": hashlib.sha256(picture()).hexdigest(), "alt": "A teal square"}]
    return []


class Agreeable(Policy):
    """Says yes: what is judged here is the engine, not the text."""

    name = "agreeable"
    scored = True

    def check(self, *, snapshot: Snapshot) -> Finding:
        """A score above every threshold."""
        return self.score(score_bp=10_000, reason="Nothing to object; the text is made up.")
