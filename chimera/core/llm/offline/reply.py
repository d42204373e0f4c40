"""Answers somebody with a line of the persona's own that fits, or says what the persona talks about. ENG-1, SAF-6.

It understands nothing and pretends nothing: what was said chooses among lines that the persona's author wrote.
"""

from collections.abc import Mapping
from typing import Any

from chimera.core import canonical
from chimera.core.llm.offline import affinity, voice
from chimera.core.llm.offline.values import Unwritten, plain

THANKS = ("Thanks for writing.", "Good to hear from you.", "Thank you for this.")
ASK = ("Ask me about {topic} any time.", "What I talk about here is {topic}.", "Mostly it is {topic} here.")


def write(variables: Mapping[str, Any]) -> dict[str, Any] | Unwritten:
    """The field of schemas.Wording, or why nothing fits. Raises KeyError or TypeError on malformed variables."""
    persona, limit = variables["persona"], int(variables["limit_chars"])
    tries = len(variables["feedback"])
    turn = int(canonical.digest([str(variables["seed"])])[:8], 16) + tries
    spans = [plain(str(one.get("span") or "")) for one in variables["feedback"] if one.get("span")]
    about = affinity.topics([str(name) for name in persona["interests"]])
    for line in [
        *_fitting(persona, str(variables["said"]), about, variables["recent"])[tries:],
        _asking(persona, turn),
    ]:
        text = f"{THANKS[turn % len(THANKS)]} {line}"
        if len(text) <= limit and not any(span in plain(text) for span in spans):
            return {"text": text}
    return Unwritten(reason="No line of the persona fits into the answer.")


def _fitting(persona: Mapping[str, Any], said: str, about: affinity.Topics, recent: Any) -> list[str]:
    """The persona's own lines that are about what was said, the best first, without those used lately."""
    own = [str(line) for slot in ("asides", "closers", "openers") for line in persona["voice"].get(slot) or ()]
    worn = [plain(str(text)) for text in recent]
    fresh = [line for line in own if not line.endswith(":") and not any(plain(line) in text for text in worn)]
    if not fresh:
        return []
    story = affinity.passages([said], about=about)[0]
    found = [(affinity.fit(passage, story), passage.text) for passage in affinity.passages(fresh, about=about)]
    return [text for fit, text in sorted(found, reverse=True) if fit >= voice.FIT_FLOOR]


def _asking(persona: Mapping[str, Any], turn: int) -> str:
    interests = [str(name) for name in persona["interests"]]
    topic = interests[turn % len(interests)] if interests else "what I post"
    return ASK[turn % len(ASK)].format(topic=topic)
