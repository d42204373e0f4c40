"""The seat of a judge with a model, of another provider than the writer's (JDG-1, JDG-3).

Who sits there is the first name of `MODELS_BY_TIER["judge"]`; what it said stands in the snapshot, asked for and paid
before the policies speak. While the seat is empty it has no part in the composite and the verdict says so.
"""

from governance.policies.base import Finding, Outcome, Policy, Snapshot

NOBODY = "offline"


class ModelJudge(Policy):
    """Passes the model's score on. A model that was to speak and did not is never replaced by a default."""

    name = "model_judge"

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads `model_judge`: provider, the writer's provider, and the opinion (score_bp, reason, span)."""
        seat = snapshot["model_judge"]
        if seat["provider"] == NOBODY:
            return self.passed("Offline: no model judges, and the composite is made of the other parts.")
        if seat["provider"] == seat["writer"]:
            reason = f"{seat['provider']} would judge its own writing; a human should look."
            return self.finding(Outcome.ESCALATE, reason, about="")
        opinion = seat["opinion"]
        if not opinion or not isinstance(opinion.get("score_bp"), int):
            return self.finding(Outcome.ESCALATE, f"{seat['provider']} gave no opinion; a human should look.", about="")
        return Finding(
            policy=self.name,
            outcome=Outcome.PASS,
            reason=str(opinion["reason"]),
            score_bp=max(0, min(10_000, opinion["score_bp"])),
            span=str(opinion.get("span", "")),
        )
