"""The desk's drawing of how like itself an agent has looked. A door only. GEN-4."""

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from agents import portraits
from agents.board import figures
from agents.personas.models import Agent
from publishing.media.consistency.base import PASS_BP


def drift(agent: Agent) -> SafeString:
    """Bars of the scores, oldest left, with the gate as a line, and the same in words."""
    found = portraits.drift(agent=agent)
    drawing = figures.drawn(found.scores, what="Scores of pictures", top=1.0)
    said = (
        f"{len(found.scores)} pictures, the last {found.latest:.2f}, on the average {found.mean:.2f}, "
        f"{found.below} below the gate of {PASS_BP / 10_000:.2f}."
        if found.latest is not None and found.mean is not None
        else "No picture of it was scored yet."
    )
    gate_y = f"{figures.HEIGHT * (1 - PASS_BP / 10_000):.2f}"
    return render_to_string("admin/agents/drift.html", {"drawing": drawing, "said": said, "gate_y": gate_y})
