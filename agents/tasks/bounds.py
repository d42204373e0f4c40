"""Why a plan may not begin now, in a sentence: what `sql/refuse.sql` finds of time and money. PLN-1, GEN-7."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.tasks.graph import told
from chimera.core import money

WHOSE = {"trend": "its trend", "campaign": "its campaign", "goal": "its goal"}


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A plan of which nothing was made, and the sentence for whoever asks why."""

    goal_id: int
    sentence: str


def refused(row: Mapping[str, Any]) -> Refused:
    """From what the database said about one plan."""
    said = {"time": _time, "money": _money}.get(row["of"], _step)
    return Refused(goal_id=int(row["goal"]), sentence=said(row))


def _time(row: Mapping[str, Any]) -> str:
    whose, until = WHOSE[row["whose"]], told(datetime.fromisoformat(row["until"]))
    if row["is_over"]:
        return f"The time of goal {row['goal']} is over, with {whose} ({until}); its plan is not begun."
    return f"The plan would take about {row['lasts']} s, and {whose} is over before that ({until}); it is not begun."


def _step(row: Mapping[str, Any]) -> str:
    key, deadline = row["step"], told(datetime.fromisoformat(row["deadline"]))
    if row["of"] == "step_over":
        return f"Step {key} would be too late at once: its deadline {deadline} is over."
    if row["of"] == "step_beyond":
        until = told(datetime.fromisoformat(row["until"]))
        return f"Step {key}: the deadline {deadline} is too late; its goal is over at {until}."
    return (
        f"Step {key} would be done in about {row['lasts']} s at the earliest; its deadline {deadline} is before that."
    )


def _money(row: Mapping[str, Any]) -> str:
    left, cost = money.show(max(0, row["left"])), money.show(row["estimate"])
    until = f"until {told(datetime.fromisoformat(row['until']))}" if row["further"] else "today"
    if row["window"] == "total":
        until = "in all"
    return f"The plan would cost about {cost}; {row['scope']} has {left} left {until}."
