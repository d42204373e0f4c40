"""`manage.py run GOAL`: a plan with what became of each step, as the run page draws it."""

from typing import Any

from django.core.management.base import CommandParser

from agents.runs import selectors
from agents.runs.values import Node, Run
from chimera.core import money, tenancy
from chimera.core.management.door import DoorCommand


class Command(DoorCommand):
    """Reads only."""

    help = "Show the run of a goal: its plan as a graph, the state of each step, tries, times, and what it cost so far."
    example = "  manage.py run 12\n  manage.py run task:40 --json\n"

    def arguments(self, parser: CommandParser) -> None:
        """The goal."""
        parser.add_argument("goal", metavar="GOAL", help="the number of a goal, or task:40 for the goal of a task")

    def act(self, options: dict[str, Any]) -> None:
        """Read, print."""
        with tenancy.all_brands(actor=self.actor):
            run = selectors.run(goal_id=selectors.goal_of(name=options["goal"]))
        if options["json"]:
            self.say_json(run.as_json())
            return
        self._head(run)
        for node in run.nodes:
            self._node(node)

    def _head(self, run: Run) -> None:
        plan = f", plan {run.plan.lower()}" if run.plan else ", not planned yet"
        self.stdout.write(f"goal {run.goal} of @{run.agent}: {run.status.lower()}{plan}, until {_at(run.deadline)}")
        self.stdout.write(f"  {_line(run.wish)}")
        if run.note:
            self.stdout.write(f"  {_line(run.note)}")
        spent, held = money.show(run.spent_usd_micros), money.show(run.held_usd_micros)
        self.stdout.write(f"  {spent} spent, {held} set aside; estimated {money.show(run.estimate_usd_micros)}")

    def _node(self, node: Node) -> None:
        after = f" after {', '.join(node.needs)}" if node.needs else ""
        named = f"{node.key} ({node.subject})" if node.subject else node.key
        self.stdout.write(f"{named}, {node.kind}{after}: {node.seen.word}")
        said = [
            f"{node.attempts} tries" if node.attempts else "",
            f"begun {_at(node.begun_at)}" if node.begun_at else "",
            f"ended {_at(node.ended_at)}" if node.ended_at else "",
            f"{money.show(node.spent_usd_micros)} spent" if node.spent_usd_micros else "",
            f"held by {node.holder}" if node.holder else "",
            f"review {node.review} waits" if node.review else "",
            _line(node.note),
        ]
        if any(said):
            self.stdout.write(f"    {'; '.join(text for text in said if text)}")


def _at(moment: Any) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _line(text: str) -> str:
    """Words from outside on one line, without control characters: a terminal would obey them."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:400]
