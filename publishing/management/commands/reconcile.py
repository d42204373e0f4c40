"""`manage.py reconcile`: find out by reading what became of what was sent."""

import re
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from chimera.core import tenancy
from chimera.core.management.door import DoorCommand
from governance.effects import services as effects
from publishing.posts import reconcile

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
SHOWN = (
    ("confirmed", "found live, and now known here"),
    ("reopened", "not there: may be sent again"),
    ("refused", "the platform had refused it"),
    ("in_doubt", "a human has a card"),
    ("asked_again", "the same key will tell"),
    ("waiting", "too early to tell"),
    ("unreadable", "could not be read"),
    ("not_live", "confirmed here, not live there"),
    ("strangers", "live there, unknown here"),
)


class Command(DoorCommand):
    """Sends nothing. Runs as the application."""

    help = "Find out by reading the platforms what became of everything that was sent and is not known."
    example = "  manage.py reconcile\n  manage.py reconcile --since 24h --json\n"

    def arguments(self, parser: CommandParser) -> None:
        """How far back, and whether to end the quarantine."""
        parser.add_argument(
            "--since", metavar="24h", help="also compare what the accounts show from then on (s, m, h or d)"
        )
        parser.add_argument(
            "--open", action="store_true", help="after a clean pass let effects out again (reads 24h unless --since)"
        )

    def act(self, options: dict[str, Any]) -> None:
        """One pass; then, if asked and clean, open."""
        asked = options["since"] or ("24h" if options["open"] else None)
        report = reconcile.run(since=_span(asked) if asked else None, actor=self.actor)
        lifted = reconcile.open_again(report=report, actor=self.actor) if options["open"] and report.is_clean else 0
        with tenancy.acting(self.actor):
            control = effects.quarantined()
        if options["json"]:
            self.say_json({**report.as_json(), "quarantined": control is not None, "opened": lifted > 0})
        else:
            self._print(report, lifted)
            if control is not None:
                self.stdout.write(f"Effects are kept back since {control.since:%Y-%m-%d %H:%M} UTC: {control.reason}")
        if options["open"] and not report.is_clean:
            reconcile.open_again(report=report, actor=self.actor)  # says why not, and fails

    def _print(self, report: reconcile.Report, lifted: int) -> None:
        counts = ", ".join(f"{len(getattr(report, name))} {words}" for name, words in SHOWN if getattr(report, name))
        self.stdout.write(f"Incarnation {report.incarnation}: {counts or 'nothing is open'}.")
        for name, words in SHOWN:
            for entry in getattr(report, name):
                what = entry.get("subject") or entry.get("url") or entry.get("account")
                said = entry.get("said") or entry.get("url") or entry.get("text") or ""
                self.stdout.write(f"  {what} on {entry['platform']}: {words}. {said}".rstrip())
        if lifted:
            self.stdout.write("Effects go out again.")


def _span(text: str) -> timedelta:
    match = re.fullmatch(r"([1-9]\d{0,5})([smhd])", text)
    if match is None:
        raise CommandError(f"--since {text} is not a span of time; write 90m, 24h or 2d.")
    return timedelta(**{UNITS[match[2]]: int(match[1])})
