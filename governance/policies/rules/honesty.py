"""A persona never says that it is human, and never that it is no AI (SAF-3)."""

from chimera.core.honesty.denying import denies
from governance.policies.base import Finding, Outcome, Policy, Snapshot, outward_words


class Honesty(Policy):
    """Claims to be human and denials of being an AI, in six languages; what is quoted is somebody else's."""

    name = "honesty"

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads the text, the descriptions, the words of the picture of images and the soul's name."""
        for text in outward_words(snapshot):
            claim = denies(text, names=[snapshot["soul"]["name"]])
            if claim:
                reason = "The persona claims to be human or denies being an AI; it is a virtual character and says so."
                return self.finding(Outcome.BLOCK, reason, span=text[claim.start : claim.end])
        return self.passed("The persona does not claim to be human.")
