"""The one door behind `pause` and `emergency_stop`. Requirements: OPS-4, PLN-6."""

from typing import Any, ClassVar

from django.core.management.base import CommandError, CommandParser

from agents import stopping
from chimera.core import tenancy
from chimera.core.management.door import DoorCommand
from governance.controls.models import ControlKind


class StoppingCommand(DoorCommand):
    """A control on the record; claims respect it at once, and nothing is sent while it holds."""

    kind: ClassVar[ControlKind]
    done: ClassVar[str]  # "paused"
    usual_reason: ClassVar[str]

    def arguments(self, parser: CommandParser) -> None:
        """An agent or the fleet, and why."""
        parser.add_argument("agent", nargs="?", help="handle or id of an agent")
        parser.add_argument("--fleet", action="store_true", help="every agent of every brand")
        parser.add_argument("--reason", default=self.usual_reason, help="why; kept with the stop")

    def act(self, options: dict[str, Any]) -> None:
        """Impose the control."""
        if bool(options["agent"]) == options["fleet"]:
            raise CommandError("Name one agent (handle or id), or --fleet.")
        with tenancy.all_brands(actor=self.actor):
            scope = stopping.scope_of(agent=options["agent"])
            stop = stopping.impose(scope=scope, kind=self.kind, reason=options["reason"])
        if options["json"]:
            self.say_json(
                {
                    "scope": scope,
                    "kind": stop.control.kind,
                    "since": stop.control.since,
                    "reason": stop.control.reason,
                    "may_still_land": stop.may_still_land,
                }
            )
            return
        self.stdout.write(f"{scope} is {self.done}: {stop.control.reason}. Lift it with: manage.py resume")
        for subject in stop.may_still_land:
            self.stdout.write(f"  {subject} had been sent before and may still land.")
