"""How an agent's posts did, on its page. MET-1, REV-8."""

from django.template.loader import render_to_string
from unfold.decorators import display

from agents.admin_why import WhyPage
from agents.goals import learned
from agents.personas.models import Agent
from publishing.metrics import picture
from publishing.metrics import selectors as metrics


class MetricsPage(WhyPage):
    """The agents' pages, with a chart of the last posts against the agent's median."""

    @display(description="how its posts did")
    def how_its_posts_did(self, agent: Agent) -> str:
        """Drawn here, as coordinates; the same as a table below."""
        known = learned.of(agent=agent, soul=agent.soul) if agent.soul else learned.Learned()
        dids = metrics.last(dids=known.dids)
        shown = {
            "agent": f"@{agent.handle}",
            "bars": picture.bars(dids=dids),
            "rows": picture.did_rows(dids=dids),
            "median_y": picture.median_y(),
            "topics": known.topics,
        }
        return render_to_string("admin/metrics/agent.html", shown)
