"""Does the story matter to this persona's audience?"""

from governance.policies.base import Finding, Outcome, Policy, Snapshot


class Relevance(Policy):
    """The percentile of the trend's similarity to the persona, against the frozen background."""

    name = "relevance"
    scored = True

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads `trend.relevance_bp`."""
        share = snapshot["trend"]["relevance_bp"]
        if share is None:
            reason = "The goal has no trend, so nobody measured whether it matters; a human should look."
            return self.finding(Outcome.ESCALATE, reason, about="")
        return self.score(
            score_bp=share, reason=f"Closer to the persona's interests than {share / 100:.1f}% of ordinary headlines."
        )
