"""Does it sound like them?"""

from governance.policies.base import Finding, Policy, Snapshot


class Voice(Policy):
    """The percentile of the text's similarity to the persona's own words, against the frozen background."""

    name = "voice"
    scored = True

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads `measures.voice_bp`."""
        if snapshot.get("answers", {}).get("fixed"):
            return self.score(score_bp=10_000, reason="The sentence is the same for every persona, on purpose.")
        share = snapshot["measures"]["voice_bp"]
        return self.score(
            score_bp=share, reason=f"Closer to the persona's own words than {share / 100:.1f}% of ordinary headlines."
        )
