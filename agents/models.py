"""Tables of agents."""

from agents.archive.models import ArchivedGoal, ArchivedTask
from agents.goals.models import Goal, Plan
from agents.nodes.models import Node
from agents.personas.models import Agent, Soul
from agents.tasks.models import Artifact, Dependency, Task, Verdict

__all__ = [
    "Agent",
    "ArchivedGoal",
    "ArchivedTask",
    "Artifact",
    "Dependency",
    "Goal",
    "Node",
    "Plan",
    "Soul",
    "Task",
    "Verdict",
]
