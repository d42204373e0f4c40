"""`manage.py resume`: lift the pauses and stops of an agent, a brand, a platform, spending or the fleet."""

from typing import Any, ClassVar

from django.core.management.base import CommandParser

from agents import stopping
from agents.management.stopping_door import ScopeCommand


class Command(ScopeCommand):
    """A separate act, on the record with who did it and why. What waited goes on by itself."""

    help = (
        "Lift every pause and stop on exactly what is named. An incident takes another person than imposed it; "
        "for one's own the wish is recorded, and somebody else confirms it with the same command."
    )
    example = (
        '  manage.py resume bea_unscrews --reason "looked at it, all is well"\n'
        '  manage.py resume --fleet --reason "the drill is over" --json\n'
    )
    others: ClassVar[dict[str, str]] = {
        **ScopeCommand.others,
        "fleet": "the stops on the fleet (not those on single agents)",
        "effects": "the quarantine after a restore: posts go out again",
    }

    def arguments(self, parser: CommandParser) -> None:
        """What, and why."""
        super().arguments(parser)
        parser.add_argument("--reason", required=True, help="why; kept with the stop")

    def act(self, options: dict[str, Any]) -> None:
        """Lift what this person may lift."""
        scope = self.scope(options)
        done = stopping.resume(scope=scope, reason=options["reason"], actor=self.actor)
        if options["json"]:
            self.say_json(
                {
                    "scope": scope,
                    "lifted": [{"kind": c.kind, "reason": c.reason} for c in done.lifted],
                    "waiting_for_second_person": [
                        {"kind": c.kind, "reason": c.reason, "imposed_by": c.imposed_by} for c in done.waiting
                    ],
                }
            )
            return
        if done.lifted or not done.waiting:
            nothing = f"Nothing was in force on {scope}; nothing changed."
            self.stdout.write(f"{scope}: {len(done.lifted)} lifted." if done.lifted else nothing)
        for control in done.waiting:
            self.stdout.write(
                f"The {control.kind} on {scope} stays: it was imposed by {control.imposed_by}, so somebody else must "
                "resume it. Your wish is on the record; let them run the same command, or confirm it at the desk."
            )
