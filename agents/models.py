"""Tables of agents."""

from agents.goals.models import Goal, Plan
from agents.nodes.models import Node
from agents.personas.models import Agent, Soul
from agents.tasks.models import Artifact, Dependency, Task, Verdict

__all__ = ["Agent", "Artifact", "Dependency", "Goal", "Node", "Plan", "Soul", "Task", "Verdict"]
