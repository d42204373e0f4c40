"""`manage.py cancel`: give up a goal, or everything that an agent has open."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from agents import cancelling
from chimera.core import tenancy
from chimera.core.management.door import DoorCommand


class Command(DoorCommand):
    """Open tasks, pending cards and unsent posts end; what is out stays out and is listed."""

    help = (
        "Cancel a goal: its open tasks, pending cards and unsent posts. A task stands for the goal that it belongs to, "
        "an agent for everything that it has open. What is out already stays out."
    )
    example = (
        '  manage.py cancel goal:12 --reason "the festival was called off"\n'
        '  manage.py cancel @bea_unscrews --reason "a new soul comes tomorrow" --json\n'
    )

    def arguments(self, parser: CommandParser) -> None:
        """What, and why."""
        parser.add_argument("what", help="goal:12, task:40 or @handle")
        parser.add_argument("--reason", required=True, help="why; kept with every task and post that is cancelled")

    def act(self, options: dict[str, Any]) -> None:
        """Cancel, and say what could not be."""
        reason = options["reason"].strip()
        if not reason:
            raise CommandError("Give a reason in words; it is kept with what is cancelled.")
        with tenancy.all_brands(actor=self.actor):
            done = cancelling.cancel(goals=cancelling.goals_of(name=options["what"]), reason=reason)
        if options["json"]:
            self.say_json({"what": options["what"], "reason": reason, **done.as_json()})
            return
        if done.tasks or done.posts:
            self.stdout.write(
                f"{options['what']} is cancelled ({', '.join(done.goals)}): open tasks {done.tasks}, cards withdrawn "
                f"{done.cards}, posts taken back {done.posts}. Reason: {reason}"
            )
        else:
            self.stdout.write(f"Nothing of {options['what']} was open; nothing changed.")
        for post in done.out:
            self.stdout.write(f"  {post} is out already; cancelling does not take it down: manage.py revert.")
        for post in done.may_still_land:
            self.stdout.write(f"  {post} had been sent before and may still land.")
