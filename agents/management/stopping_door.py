"""The one door behind `pause`, `emergency_stop` and `resume`. Requirements: OPS-4, PLN-6."""

from typing import Any, ClassVar

from django.core.management.base import CommandError, CommandParser

from agents import stopping
from agents.under_way import LISTED_MAX
from chimera.core import tenancy
from chimera.core.management.door import DoorCommand
from governance.controls.models import ControlKind

SHOWN_MAX = 20


class ScopeCommand(DoorCommand):
    """Names what is stopped or resumed: exactly one of an agent, a brand, a platform, spending, the fleet."""

    others: ClassVar[dict[str, str]] = {
        "spending": "whatever costs money; what is free goes on",
        "fleet": "every agent of every brand",
    }

    def arguments(self, parser: CommandParser) -> None:
        """What."""
        parser.add_argument("agent", nargs="?", help="handle or id of an agent")
        parser.add_argument("--brand", metavar="B", help="slug or id of a brand")
        parser.add_argument("--platform", metavar="P", help="nothing is published there; thinking goes on")
        for name, text in self.others.items():
            parser.add_argument(f"--{name}", action="store_true", help=text)

    def scope(self, options: dict[str, Any]) -> str:
        """The scope that was named. CommandError unless it is exactly one."""
        named = [options[key] for key in ("agent", "brand", "platform", *self.others) if options[key]]
        if len(named) != 1:
            flags = ", ".join(f"--{name}" for name in ("brand", "platform", *self.others))
            raise CommandError(
                f"Name exactly one: an agent (handle or id), {flags.replace(', --fleet', ' or --fleet')}."
            )
        other = next((name for name in self.others if options[name]), None)
        with tenancy.all_brands(actor=self.actor):
            return stopping.scope_of(
                agent=options["agent"], brand=options["brand"], platform=options["platform"], other=other
            )


class StoppingCommand(ScopeCommand):
    """A control on the record; when the command returns, nothing leaves any more."""

    kind: ClassVar[ControlKind]
    done: ClassVar[str]  # "paused"
    usual_reason: ClassVar[str]

    def arguments(self, parser: CommandParser) -> None:
        """What, and why."""
        super().arguments(parser)
        parser.add_argument("--reason", default=self.usual_reason, help="why; kept with the stop")

    def act(self, options: dict[str, Any]) -> None:
        """Stop, and list what had left."""
        scope = self.scope(options)
        stop = stopping.stop(scope=scope, kind=self.kind, reason=options["reason"], actor=self.actor)
        if options["json"]:
            self.say_json(stop.as_json())
            return
        found = stop.under_way
        self.stdout.write(f"{scope} is {self.done}: {stop.control.reason}. Lift it with: manage.py resume")
        if stop.control.needs_second:
            self.stdout.write(f"  Lifting it takes another person than {stop.control.imposed_by}.")
        if stop.revoked:
            self.stdout.write(f"  {stop.revoked} posts had a grant that was not used; it is revoked, they wait.")
        for call in found.in_flight[:SHOWN_MAX]:
            where = f" to {call.platform}" if call.platform else ""
            what = "is in flight" if call.kind == "publish" else "is in a worker's hands"
            self.stdout.write(
                f"  {call.subject} {what}{where} since {call.since:%H:%M:%S}, until {call.until:%H:%M:%S} UTC."
            )
        if len(found.in_flight) > SHOWN_MAX:
            self.stdout.write(
                f"  … and {len(found.in_flight) - SHOWN_MAX} more; --json lists up to {LISTED_MAX} of a sort."
            )
        for subject in found.may_still_land[:SHOWN_MAX]:
            self.stdout.write(f"  {subject} had been sent before and may still land.")
        if len(found.may_still_land) > SHOWN_MAX:
            self.stdout.write(f"  … and {len(found.may_still_land) - SHOWN_MAX} more that may still land.")
