"""What is never talked about: by the persona, or by its brand."""

from governance.policies import topics
from governance.policies.base import Finding, Outcome, Policy, Snapshot


class ForbiddenTopics(Policy):
    """The soul's and the brand's forbidden topics, as words in the text or in an image's description."""

    name = "forbidden"

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads `soul.forbidden_topics`, `rules.forbidden_topics`, the text and the descriptions."""
        payload = snapshot["payload"]
        texts = [payload["text"], *(image["alt"] for image in payload.get("media", []))]
        listed = {"soul": snapshot["soul"]["forbidden_topics"], "brand": snapshot["rules"]["forbidden_topics"]}
        for whose, names in listed.items():
            found = topics.first(topics=names, texts=texts)
            if found:
                topic, span = found
                return self.finding(Outcome.BLOCK, f"The {whose} forbids the topic {topic!r}.", span=span)
        return self.passed("No forbidden topic is named.")
