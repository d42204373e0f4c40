"""What the persona never talks about."""

import re

from governance.policies.base import Finding, Outcome, Policy, Snapshot


class ForbiddenTopics(Policy):
    """The soul's forbidden topics, as words in the text."""

    name = "forbidden"

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads `soul.forbidden_topics` and the text."""
        text = snapshot["payload"]["text"]
        for topic in snapshot["soul"]["forbidden_topics"]:
            found = re.search(rf"\b{re.escape(topic)}\b", text, re.IGNORECASE)
            if found:
                return self.finding(Outcome.BLOCK, f"The soul forbids the topic {topic!r}.", span=found.group(0))
        return self.passed("No forbidden topic is named.")
