"""Tables of agents."""

from agents.advice.models import Advice
from agents.archive.models import ArchivedGoal, ArchivedTask
from agents.decisions.models import Decision
from agents.goals.models import Goal, Plan
from agents.nodes.models import Node
from agents.personas.models import Agent, RungStep, Soul
from agents.tasks.models import Artifact, Dependency, Task, Verdict

__all__ = [
    "Advice",
    "Agent",
    "ArchivedGoal",
    "ArchivedTask",
    "Artifact",
    "Decision",
    "Dependency",
    "Goal",
    "Node",
    "Plan",
    "RungStep",
    "Soul",
    "Task",
    "Verdict",
]
