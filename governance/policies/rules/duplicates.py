"""The same thing is not said twice."""

import re
from functools import lru_cache

from governance.policies.base import Finding, Outcome, Policy, Snapshot

TOO_ALIKE_BP = 9_200
_NO_LETTER = re.compile(r"[^\w\s]|_")


@lru_cache(maxsize=4_096)
def _plain(text: str) -> str:
    return " ".join(_NO_LETTER.sub("", text.lower()).split())


class Duplicates(Policy):
    """Equal or nearly equal texts among the brand's recent posts."""

    name = "duplicates"

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads `neighbours` with their measured similarity and the text."""
        if snapshot.get("answers", {}).get("fixed"):
            return self.passed("Whoever asks whether they talk to an AI gets the same sentence.")
        text = _plain(snapshot["payload"]["text"])
        for neighbour in snapshot["neighbours"]:
            if _plain(neighbour["text"]) == text:
                reason = f"@{neighbour['handle']} has posted exactly this ({neighbour['subject']})."
                return self.finding(Outcome.BLOCK, reason)
            if neighbour["similarity_bp"] >= TOO_ALIKE_BP:
                reason = f"Very like what @{neighbour['handle']} has posted ({neighbour['subject']})."
                return self.finding(Outcome.ESCALATE, reason)
        return self.passed(f"Unlike the brand's {len(snapshot['neighbours'])} latest posts.")
