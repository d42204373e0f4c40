"""Research: the facts of a trend, sentence by sentence, each with its source. No model is asked."""

from typing import Any

from agents.tasks.models import Task
from agents.worker.base import CannotPropose, Kind, Proposal, Work
from chimera.core import sentences, taint
from chimera.core.calls.services import Recorder
from chimera.core.money import Allowance
from publishing.trends import selectors as trends

FACTS_MAX = 6


class Research(Kind):
    """Collects what the sources of a trend say. Outside text stays marked as such."""

    name = "research"

    def load(self, *, task: Task) -> dict[str, Any]:
        """The items of the goal's trend, texts tainted with their origin."""
        trend = task.goal.trend
        if trend is None:
            return {"items": []}
        return {"items": taint.to_json(trends.items_of(trend=trend))}

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """Facts with their sources, best first."""
        items = [
            {**item, "title": taint.quote(item["title"]), "summary": taint.quote(item["summary"])}
            for item in taint.from_json(work.inputs["items"])
        ]
        found = sentences.facts(items, count_max=FACTS_MAX)
        if not found:
            raise CannotPropose("The trend's sources hold no complete sentence that could be quoted.")
        facts = [
            {
                "text": fact.text,
                "title": fact.title,
                "source": fact.source,
                "sources": list(fact.sources),
                "url": fact.url,
                "origin": "feed",
            }
            for fact in found
        ]
        return Proposal(payload={"facts": facts, "sources": sorted({str(item["source"]) for item in items})})
