"""Research: the facts of a trend or a brief, sentence by sentence, each with its source. No model is asked."""

from typing import Any

from pydantic import Field

from agents.campaigns import selectors as campaigns
from agents.tasks.models import Task
from agents.worker.base import CannotPropose, Kind, Params, Proposal, Work
from chimera.core import sentences, taint
from chimera.core.calls.services import Recorder
from chimera.core.money import Allowance
from governance.policies import reach
from publishing.trends import selectors as trends

FACTS_MAX = 6


class ResearchParams(Params):
    """How many facts the writer gets."""

    facts_max: int = Field(default=FACTS_MAX, ge=1, le=FACTS_MAX, title="Facts at most")


class Research(Kind):
    """Collects what the sources of a trend say, or the brief of a campaign. Outside text stays marked as such."""

    name = "research"
    params = ResearchParams

    def load(self, *, task: Task) -> dict[str, Any]:
        """The items of the goal's trend, or the brief of its campaign; texts tainted with their origin."""
        trend, campaign = task.goal.trend, task.goal.campaign
        if campaign is not None:
            brief, source = campaigns.brief_of(campaign=campaign), campaigns.source_of(campaign=campaign)
            item = {"title": taint.Tainted(campaign.name, brief.origin), "summary": brief, "source": source, "url": ""}
            items = taint.to_json([item])
            return {"items": items, "origin": "brief", "sponsorship": campaign.sponsorship}
        if trend is None:
            return {"items": []}
        return {"items": taint.to_json(trends.items_of(trend=trend))}

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """Facts with their sources, best first."""
        items = [
            {**item, "title": taint.quote(item["title"]), "summary": taint.quote(item["summary"])}
            for item in taint.from_json(work.inputs["items"])
        ]
        # A sentence that leads somewhere, to a link, an account or a wallet, is no fact that could be told on.
        told = [fact for fact in sentences.facts(items, count_max=2 * FACTS_MAX) if not reach.leads(fact.text)]
        found = told[: work.params.get("facts_max", FACTS_MAX)]
        if not found:
            raise CannotPropose("The sources hold no complete sentence that could be quoted and leads nowhere else.")
        facts = [
            {
                "text": fact.text,
                "title": fact.title,
                "source": fact.source,
                "sources": list(fact.sources),
                "url": fact.url,
                "origin": work.inputs.get("origin", "feed"),
            }
            for fact in found
        ]
        payload: dict[str, Any] = {"facts": facts, "sources": sorted({str(item["source"]) for item in items})}
        if "sponsorship" in work.inputs:
            payload["sponsorship"] = work.inputs["sponsorship"]
        return Proposal(payload=payload)
