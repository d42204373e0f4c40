"""`manage.py evaluate`: how well a rule does on its set of examples."""

from typing import Any

from django.core.management.base import CommandParser

from chimera.core.management.door import DoorCommand
from governance.policies import evaluating

SUBJECTS = ("grounding",)


class Command(DoorCommand):
    """Runs a rule over its set and says what it caught and what it let through."""

    help = "Run a rule over the posts that were written to try it: what it catches, what it passes, with 95% intervals."
    example = "  manage.py evaluate grounding\n  manage.py evaluate grounding --half held_out --json\n"

    def arguments(self, parser: CommandParser) -> None:
        """Which rule, which half."""
        parser.add_argument("subject", choices=SUBJECTS, help="the rule")
        parser.add_argument("--half", choices=evaluating.HALVES, help="one half of the set (default: both)")

    def act(self, options: dict[str, Any]) -> None:
        """Evaluate and show."""
        halves = [options["half"]] if options["half"] else list(evaluating.HALVES)
        found = evaluating.grounding(halves=halves)
        if options["json"]:
            self.say_json(found)
            return
        for half, told in found.items():
            self.stdout.write(f"{half}: caught {_words(told['caught'])}, passed {_words(told['passed'])}")
            for kind, share in told["caught_by_kind"].items():
                self.stdout.write(f"  planted {kind}s caught: {_words(share)}")


def _words(share: dict[str, Any]) -> str:
    low, high = share["wilson"]
    return f"{share['hits']} of {share['of']} ({low:.1%} to {high:.1%})"
