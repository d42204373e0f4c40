"""Taking down what the operator dictates: text, sources and who paid, as given. Requirements: PLN-1, JDG-1."""

import json
from typing import Any

from agents.worker.base import CannotPropose, Kind, Proposal, Work
from chimera.core.calls.services import Recorder
from chimera.core.money import Allowance

TITLE_MAX = 60


class Dictated(Kind):
    """A draft in the operator's words, from the goal's wish. It is judged like any other."""

    name = "dictated"

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """The draft that the wish holds as JSON (see agents.planner.services.dictate). Raises CannotPropose."""
        try:
            said: dict[str, Any] = json.loads(work.goal["wish"])
            text = str(said["text"])
            citations = [
                {
                    **{key: str(one[key]) for key in ("text", "title", "source", "url")},
                    "sources": [str(name) for name in one.get("sources") or [one["source"]]],
                }
                for one in said["citations"]
            ]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CannotPropose("The goal holds no dictated post: it must be JSON with text and citations.") from error
        return Proposal(
            payload={
                "text": text,
                "citations": citations,
                "poster_title": str(said.get("title") or text)[:TITLE_MAX],
                "poster_kicker": "Dictated",
                "alt_text": str(said.get("alt") or "A poster with the title of the post."),
                "sponsorship": str(said.get("sponsorship", "none")),
                "offline": True,
                "model": "",
            }
        )
