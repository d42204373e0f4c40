"""Nothing is claimed that no source says: names, numbers, dates and quotations are looked up in the cited items and the
soul (SAF-6)."""

from governance.policies.base import Finding, Outcome, Policy, Snapshot
from governance.policies.claims import known


class Grounding(Policy):
    """Scores the share of claims that are found. A number, date or quotation without one blocks, a name escalates."""

    name = "grounding"
    scored = True

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads the text, `citations` and the soul; an answer may cite nothing and then claims nothing."""
        answers = snapshot.get("answers")
        if answers and answers["fixed"]:
            return self.score(score_bp=10_000, reason="The sentence is ours, word for word, and says what speaks.")
        if not snapshot["citations"] and not answers:
            return self.finding(Outcome.BLOCK, "The text cites no source.", score_bp=0)
        missing, total = known.of(snapshot).missing(snapshot["payload"]["text"])
        score = (total - len(missing)) * 10_000 // total if total else 10_000
        if not missing:
            reason = f"All {total} names, numbers, dates and quotations are in the sources."
            return self.score(score_bp=score, reason=reason)
        worst = next((claim for claim in missing if claim.kind != "name"), missing[0])
        outcome = Outcome.ESCALATE if worst.kind == "name" else Outcome.BLOCK
        reason = f"The {worst.kind} {worst.words!r} is in no cited source."
        return self.finding(outcome, reason, span=worst.words, score_bp=score)
