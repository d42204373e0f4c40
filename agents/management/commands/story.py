"""`manage.py story TASK`: everything that happened to a task, in order, with why and what it cost."""

from typing import Any

from django.core.management.base import CommandParser

from agents.story import selectors, telling
from agents.story.telling import Step, Story
from chimera.core import tenancy
from chimera.core.management.door import DoorCommand


class Command(DoorCommand):
    """Reads only."""

    help = "Tell the story of a task, at work or archived: who did what, when, why, and what it cost."
    example = "  manage.py story 42\n  manage.py story agents.task:42 --json\n"

    def arguments(self, parser: CommandParser) -> None:
        """The task."""
        parser.add_argument("task", metavar="TASK", help="id of a task, or its name in the record")

    def act(self, options: dict[str, Any]) -> None:
        """Gather, tell, print."""
        with tenancy.all_brands(actor=self.actor):
            found = selectors.gather(task_id=selectors.number(options["task"]))
        story = telling.tell(found=found)
        if options["json"]:
            self.say_json(story.as_json())
            return
        self._head(story)
        for number, step in enumerate(story.steps, start=1):
            self._step(number, step)
        self.stdout.write(
            f"{len(story.steps)} events, {story.spent} spent; {story.unsealed_count} not sealed yet."
            + ("" if story.is_whole else " There are more: export the record.")
        )

    def _head(self, story: Story) -> None:
        archived = ", archived" if story.is_archived else ""
        self.stdout.write(f"{story.subject}, {story.kind} by @{story.handle}: {story.status.lower()}{archived}")
        self.stdout.write(f"  {_line(story.wish)}")

    def _step(self, number: int, step: Step) -> None:
        arrow = f" ({step.before or 'new'} -> {step.after}, version {step.version})" if step.after else ""
        self.stdout.write(f"{number:>3}  {step.at:%Y-%m-%d %H:%M:%S.%f}  {step.what}{arrow}")
        said = [f"{step.subject} by {step.who}", step.why, step.cost and f"{step.cost}; {step.spent} spent in all"]
        said.append("not sealed yet" if step.seq is None else f"sealed as {step.seq}")
        for text in said:
            if text:
                self.stdout.write(f"       {_line(text)}")


def _line(text: str) -> str:
    """Words from outside on one line, without control characters: a terminal would obey them."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:400]
