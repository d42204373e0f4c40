"""Does the story matter to this persona's audience?"""

from governance.policies.base import Finding, Outcome, Policy, Snapshot


class Relevance(Policy):
    """The percentile of the trend's similarity to the persona, of an answer's to what it answers, against the frozen
    background."""

    name = "relevance"
    scored = True

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads `trend.relevance_bp`; of an answer `answers` and `measures.answer_bp`."""
        answers = snapshot.get("answers")
        if answers and answers["fixed"]:
            return self.score(score_bp=10_000, reason="It answers the question whether one talks to an AI.")
        if answers:
            share = snapshot["measures"]["answer_bp"]
            reason = f"Closer to what it answers than {share / 100:.1f}% of ordinary headlines."
            return self.score(score_bp=share, reason=reason)
        share = snapshot["trend"]["relevance_bp"]
        if share is None:
            reason = "The goal has no trend, so nobody measured whether it matters; a human should look."
            return self.finding(Outcome.ESCALATE, reason, about="")
        return self.score(
            score_bp=share, reason=f"Closer to the persona's interests than {share / 100:.1f}% of ordinary headlines."
        )
