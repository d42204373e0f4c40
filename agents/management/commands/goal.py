"""`manage.py goal AGENT "..."`: set a goal for an agent, in the operator's words."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from agents.goals.models import Goal
from agents.personas import selectors as personas
from agents.planner import services as planner
from chimera.core import tenancy
from chimera.core.management.door import DoorCommand


class Command(DoorCommand):
    """The same words on the same day, or the same key, set one goal, however often they are said."""

    help = "Set a goal for an agent in your own words, about the live trend that is nearest to them."
    example = (
        '  manage.py goal bea_unscrews "what the repair café mends" --json\n'
        '  manage.py goal bea_unscrews "the anniversary" --trend 5 --hours 6 --key spring-1\n'
        '  manage.py goal bea_unscrews "the phone that opens" --video --seconds 25\n'
    )

    def arguments(self, parser: CommandParser) -> None:
        """Who, what, and until when."""
        parser.add_argument("agent", help="handle or id")
        parser.add_argument("text", help="what to post about; the writer reads it as a note")
        parser.add_argument("--trend", type=int, metavar="ID", help="the trend to cite (default: the nearest live one)")
        parser.add_argument("--hours", type=int, default=12, metavar="N", help="until when at most (default: 12)")
        parser.add_argument("--video", action="store_true", help="make the post a video")
        parser.add_argument(
            "--seconds",
            type=int,
            metavar="N",
            help=f"how long the video may be, 5 to 60 (default: {settings.FILM_SECONDS_MAX})",
        )
        parser.add_argument("--key", default="", help="what makes it one goal (default: the words and the day)")

    def act(self, options: dict[str, Any]) -> None:
        """Set it, and say which it is."""
        if options["seconds"] is not None and not options["video"]:
            raise CommandError("--seconds says how long a video may be; say --video too.")
        seconds = settings.FILM_SECONDS_MAX if options["seconds"] is None else options["seconds"]
        with tenancy.all_brands(actor=self.actor):
            agent = personas.by_name(options["agent"])
            with tenancy.brand(agent.brand_id):
                goal, is_new = planner.ask(
                    agent=agent,
                    text=options["text"],
                    key=options["key"],
                    trend_id=options["trend"],
                    hours=options["hours"],
                    video_s=seconds if options["video"] else 0,
                )
                shown = _shown(goal, agent.handle, is_new=is_new)
        if options["json"]:
            self.say_json(shown)
            return
        was = "is set" if is_new else f"was set before and is {goal.status.lower()}"
        self.stdout.write(
            f"Goal {goal.pk} of @{agent.handle} {was}: {goal.wish} (until {goal.deadline:%Y-%m-%d %H:%M} UTC). "
            f"See: manage.py run {goal.pk}"
        )


def _shown(goal: Goal, handle: str, *, is_new: bool) -> dict[str, Any]:
    return {
        "goal": goal.pk,
        "agent": handle,
        "wish": goal.wish,
        "cause": goal.cause,
        "trend": goal.trend_id,
        "status": goal.status,
        "deadline": goal.deadline,
        "is_new": is_new,
    }
