"""Nothing is claimed that no source says: numbers, names and quotations of the text are looked up in its citations."""

import re
from collections.abc import Iterator

from governance.policies.base import Finding, Outcome, Policy, Snapshot

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_QUOTED = re.compile(r"[“\"]([^”\"]{3,})[”\"]")
_NAME = re.compile(r"\b[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)*")
_ORDINARY = frozenset(("I", "I'm", "I'd", "I'll", "I've", "AI", "TV", "OK"))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("’", "'").replace("“", '"').replace("”", '"')).lower()


def claims(text: str) -> Iterator[tuple[str, str]]:
    """What a text claims that can be looked up: ("number" | "quotation" | "name", the words)."""
    for found in _QUOTED.finditer(text):
        yield "quotation", found.group(1)
    for found in _NUMBER.finditer(text):
        yield "number", found.group(0)
    for found in _NAME.finditer(text):
        words = found.group(0).split()
        before = text[: found.start()].rstrip()
        if not before or before[-1] in '.!?:"“”\n)(':
            words = words[1:]  # the first word of a sentence has a capital anyway
        name = " ".join(re.sub(r"['’]s$", "", word) for word in words if word not in _ORDINARY)
        if name:
            yield "name", name


def _is_said(kind: str, words: str, known: str) -> bool:
    """Whether the sources say these words: a number as a whole number ("1,000" in "1,000th"), a name as whole words."""
    if kind == "quotation":
        return words in known
    after = r"(?!\d|[.,:]\d)" if kind == "number" else r"(?!\w)"
    return re.search(rf"(?<![\w.,])(?<!\d:){re.escape(words)}{after}", known) is not None


class Grounding(Policy):
    """Scores the share of claims that are found; a number or quotation without a source blocks, a name escalates."""

    name = "grounding"
    scored = True

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads the text, `citations` and the soul's name and lines."""
        citations = snapshot["citations"]
        if not citations:
            return self.finding(Outcome.BLOCK, "The text cites no source.", score_bp=0)
        voice = snapshot["soul"]["voice"]
        own = [snapshot["soul"]["name"], *(line for part in ("openers", "asides", "closers") for line in voice[part])]
        said = [part for c in citations for part in (c["text"], c["title"], c["source"], *c.get("sources", []))]
        known = _plain(" \n ".join([*said, *own]))
        found, total, missing = 0, 0, ("", "")
        for kind, words in claims(snapshot["payload"]["text"]):
            total += 1
            if _is_said(kind, _plain(words), known):
                found += 1
            elif not missing[0] or kind != "name":
                missing = (kind, words)
        score = found * 10_000 // total if total else 10_000
        if not missing[0]:
            return self.score(score_bp=score, reason=f"All {total} names, numbers and quotations are in the sources.")
        kind, words = missing
        outcome = Outcome.ESCALATE if kind == "name" else Outcome.BLOCK
        return self.finding(outcome, f"The {kind} {words!r} is in no cited source.", span=words, score_bp=score)
