"""Some fields are always a human's business: politics, health, finance, law, minors, harm to people."""

import re
from functools import lru_cache

from governance.policies.base import Finding, Outcome, Policy, Snapshot
from governance.policies.rules.sensitive_words import WORDS


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    def one(word: str) -> str:
        return re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "")

    return {
        field: re.compile(r"\b(?:" + "|".join(one(word) for word in words) + r")\b", re.IGNORECASE)
        for field, words in WORDS.items()
    }


class SensitiveTopics(Policy):
    """Escalates whatever touches a sensitive field: in the text, or in what the trend is about."""

    name = "sensitive"

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads the text, the trend's title and every fact of its sources."""
        places = {
            "text": [snapshot["payload"]["text"]],
            "story": [snapshot["trend"]["title"], *(fact["text"] for fact in snapshot["facts"])],
        }
        for place, texts in places.items():
            for field, pattern in _patterns().items():
                for text in texts:
                    found = pattern.search(text)
                    if found:
                        reason = f"The {place} touches {field} ({found.group(0)!r}); that is always a human's decision."
                        return self.finding(Outcome.ESCALATE, reason, span=found.group(0) if place == "text" else "")
        return self.passed("No sensitive field is touched.")
