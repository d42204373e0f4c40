"""The seat of a judge with a model, of another maker than the writer's (JDG-1, JDG-3, SAF-1).

Who sits there and what it said stands in the snapshot, asked for and paid before the policies speak. While the seat is
empty it has no part in the composite and the verdict says so. Its own words are for people, the writer gets ours.
"""

from collections.abc import Mapping
from typing import Any

from chimera.core import taint
from governance.policies.base import Finding, Outcome, Policy, Snapshot

NOBODY = "offline"
# What an objection asks of the writer. Truth and harm are a human's business, whatever the score.
OBJECTIONS: Mapping[str, tuple[str, Outcome]] = {
    "not_in_facts": ("A claim is not in the facts: leave it out or say it as opinion.", Outcome.ESCALATE),
    "misleading": ("It can be understood in a way that the facts do not bear: say it plainly.", Outcome.ESCALATE),
    "harmful": ("It may hurt, press or deceive somebody: write about it differently.", Outcome.ESCALATE),
    "off_voice": ("It does not sound like the persona: write it in the persona's own voice.", Outcome.PASS),
    "unclear": ("It is not clear at first reading: write it more simply.", Outcome.PASS),
}
GENERAL = "Another reader found it weak: write it again, closer to the facts and the persona's voice."


class ModelJudge(Policy):
    """Passes the model's score on. A model that was to speak and did not is never replaced by a default."""

    name = "model_judge"

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads `model_judge`: provider, writer, why, and the opinion (score_bp, objection, span, reason)."""
        seat = snapshot["model_judge"]
        why = str(seat.get("why", "")).rstrip(".")
        if seat["provider"] == NOBODY:
            because = f" ({why})" if why else ""
            return self.passed(f"Offline: no model judges{because}, and the composite is made of the other parts.")
        if seat["provider"] == seat["writer"]:
            reason = f"{seat['provider']} would judge its own writing; a human should look."
            return self.finding(Outcome.ESCALATE, reason, about="")
        opinion = seat["opinion"]
        if not opinion or not isinstance(opinion.get("score_bp"), int):
            because = f": {why}" if why else ""
            return self.finding(
                Outcome.ESCALATE, f"{seat['provider']} gave no opinion{because}; a human should look.", about=""
            )
        return self._said(seat, opinion, text=str(snapshot["payload"].get("text", "")))

    def _said(self, seat: Mapping[str, Any], opinion: Mapping[str, Any], *, text: str) -> Finding:
        told, outcome = OBJECTIONS.get(str(opinion.get("objection", "none")), (GENERAL, Outcome.PASS))
        span = str(opinion.get("span", ""))
        by = seat.get("model") or seat["provider"]
        return Finding(
            policy=self.name,
            outcome=outcome,
            reason=f"{by} says: \u201c{_quoted(opinion.get('reason', ''))}\u201d",
            score_bp=max(0, min(10_000, opinion["score_bp"])),
            span=span if span in text else "",  # words that are not the post's are not the writer's to mend
            told=told,
        )


def _quoted(said: Any) -> str:
    """A model's words as people read them: on one line, without anything invisible."""
    found = taint.from_json(said)
    return " ".join((taint.quote(found) if isinstance(found, taint.Tainted) else str(found)).split())
