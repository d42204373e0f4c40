"""Nobody is addressed on somebody else's word: no account and no wallet that the soul does not name (SAF-1)."""

from governance.policies.base import Finding, Outcome, Policy, Snapshot, outward_words
from governance.policies.reach import ACCOUNT, own_accounts, reached


class Recipients(Policy):
    """No @name that is not the persona's own or in its soul, and no wallet at all: in text, descriptions and picture.

    That a source says it is no reason: whoever wrote the source may be who wants to be named. What the operator
    dictated with a name in it is looked at by a human.
    """

    name = "recipients"

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads the text, the descriptions, the words of the picture, and the soul."""
        own = own_accounts(snapshot["soul"])
        for text in outward_words(snapshot):
            for found in reached(text):
                if found.kind != ACCOUNT:
                    return self.finding(Outcome.BLOCK, "The text gives a wallet or a code to copy.", span=found.span)
                if found.name in own:
                    continue
                if "dictated" in snapshot.get("steps", ()):
                    return self.finding(
                        Outcome.ESCALATE, f"The operator's text names @{found.name}.", span=found.span, about="dictated"
                    )
                return self.finding(
                    Outcome.BLOCK, f"The text names @{found.name}, whom the soul does not.", span=found.span
                )
        return self.passed("Nobody is named but whom the soul names.")
