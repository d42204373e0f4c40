"""Tables of agents."""

from agents.advice.models import Advice
from agents.archive.models import ArchivedGoal, ArchivedTask
from agents.blueprints.models import Blueprint, Revision
from agents.campaigns.models import Campaign, CampaignAgent
from agents.cohorts.models import Cohort, Rollout, RolloutMember
from agents.decisions.models import Decision
from agents.goals.models import Goal, Plan
from agents.memory.models import Memory
from agents.nodes.models import Node
from agents.personas.models import Agent, RungStep, Soul
from agents.runs.models import ShadowRun
from agents.tasks.models import Artifact, Dependency, Replan, Task, Verdict

__all__ = [
    "Advice",
    "Agent",
    "ArchivedGoal",
    "ArchivedTask",
    "Artifact",
    "Blueprint",
    "Campaign",
    "CampaignAgent",
    "Cohort",
    "Decision",
    "Dependency",
    "Goal",
    "Memory",
    "Node",
    "Plan",
    "Replan",
    "Revision",
    "Rollout",
    "RolloutMember",
    "RungStep",
    "ShadowRun",
    "Soul",
    "Task",
    "Verdict",
]
