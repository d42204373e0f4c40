"""Some fields are always a human's business: politics, health, finance, law, minors, harm to people; and what a brand
or a soul lists beside them."""

import re
from functools import lru_cache

from governance.policies import topics
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
        """Reads the text, the trend's title, every fact of its sources, and the lists of the soul and the brand."""
        listed = [*snapshot["soul"].get("sensitive_topics", ()), *snapshot["rules"]["sensitive_topics"]]
        places = {
            "text": [snapshot["payload"]["text"]],
            "story": [snapshot["trend"]["title"], *(fact["text"] for fact in snapshot["facts"])],
        }
        for place, texts in places.items():
            own = topics.first(topics=listed, texts=texts)
            if own:
                return self._touches(place, *own)
            for field, pattern in _patterns().items():
                for text in texts:
                    found = pattern.search(text)
                    if found:
                        return self._touches(place, field, found.group(0))
        return self.passed("No sensitive field is touched.")

    def _touches(self, place: str, field: str, words: str) -> Finding:
        reason = f"The {place} touches {field} ({words!r}); that is always a human's decision."
        return self.finding(Outcome.ESCALATE, reason, span=words if place == "text" else "")
