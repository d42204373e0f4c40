"""Is it well made? Plain checks, each yes or no; the score is the share that passes."""

import re

from governance.policies.base import Finding, Policy, Snapshot

OF_POSTS = ("it names a source", "it says enough")


def checks(text: str, sources: list[str], *, answers: bool = False) -> dict[str, bool]:
    """Every check by what it asks for; an answer may be short and need no source."""
    sentences = [s.strip() for s in re.split(r"(?<=[.!?])\s+", text) if s.strip()]
    words = re.findall(r"[A-Za-z']+", text)
    found = {
        "it names a source": any(source.lower() in text.lower() for source in sources),
        "it is not cut off": not re.search(r"(…|\.\.\.|[,;:–-])\s*$", text),
        "it says enough": len(words) >= 10,
        "no sentence comes twice": len(set(sentences)) == len(sentences),
        "it does not shout": sum(w.isupper() and len(w) > 3 for w in words) <= 2 and text.count("!") <= 1,
        "at most one hashtag": len(re.findall(r"#\w", text)) <= 1,
        "no placeholder is left": not re.search(r"\{\{|\}\}|\[[A-Z_ ]+\]|lorem ipsum", text, re.IGNORECASE),
        "brackets and quotation marks are paired": text.count("(") == text.count(")")
        and text.count("“") == text.count("”"),
    }
    return {what: passed for what, passed in found.items() if not answers or what not in OF_POSTS}


class Craft(Policy):
    """The share of checks that the text passes."""

    name = "craft"
    scored = True

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads the text and the sources of its citations."""
        sources = [source for c in snapshot["citations"] for source in (c["source"], *c.get("sources", []))]
        results = checks(snapshot["payload"]["text"], sources, answers="answers" in snapshot)
        failed = [what for what, passed in results.items() if not passed]
        score = (len(results) - len(failed)) * 10_000 // len(results)
        reason = "Not so: " + "; ".join(failed) + "." if failed else f"All {len(results)} checks of craft pass."
        return self.score(score_bp=score, reason=reason)
