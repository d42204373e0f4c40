"""A virtual character has tried nothing: it does not claim to have used what it talks about (SAF-3, SAF-5)."""

import re

from governance.policies.base import Finding, Outcome, Policy, Snapshot
from governance.policies.rules.experience_words import PATTERNS

# What somebody else said is not the persona's claim.
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|«[^»]*»|„[^“”]*[“”]|(?<!\w)[‘'][^‘’'\n]{8,}[’'](?!\w)")


class Experience(Policy):
    """First-person claims of use: "I tried", "works for me", "my go-to", in the text and in descriptions of images."""

    name = "experience"

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads the text and the descriptions, quotations left out."""
        payload = snapshot["payload"]
        for text in (payload["text"], *(image["alt"] for image in payload.get("media", []))):
            found = claim(text)
            if found:
                reason = "The persona claims to have used something; it is a virtual character and cannot have."
                return self.finding(Outcome.BLOCK, reason, span=found)
        return self.passed("The persona claims no experience of its own.")


def claim(text: str) -> str:
    """The first words of a text that claim use, "" when none do."""
    spoken = _QUOTED.sub(lambda found: " " * len(found.group(0)), text).replace("’", "'")
    spans = [found.span() for pattern in PATTERNS if (found := pattern.search(spoken))]
    return text[slice(*min(spans))].strip() if spans else ""
