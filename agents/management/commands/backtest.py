"""`manage.py backtest`: what the past would have been under another policy, threshold or soul."""

from argparse import ArgumentTypeError
from datetime import timedelta
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from agents.backtest import changes, selectors, services
from agents.backtest.changes import Change
from agents.backtest.services import Report
from agents.personas import soul
from chimera.core import clock, money, tenancy
from chimera.core.management.door import DoorCommand
from chimera.core.management.spans import span
from governance.routing import Route

WORDS = {Route.ACCEPT: "act", Route.HUMAN: "wait for a human", Route.RETRY: "try again", Route.REJECT: "reject"}


def _threshold_bp(text: str) -> int:
    try:
        value = Decimal(text)
        if not Decimal(0) <= value <= Decimal(1):
            raise ValueError
    except (InvalidOperation, ValueError) as error:
        raise ArgumentTypeError(f"a threshold is a number from 0 to 1 such as 0.93, not {text!r}") from error
    return int((value * 10_000).to_integral_value(rounding=ROUND_DOWN))


class Command(DoorCommand):
    """Reads only; asks no model and no platform."""

    help = (
        "Judge the past again from its stored snapshots under a change, and compare: where each verdict would have "
        "gone, what humans had decided about those that change, and the cost. What is in the archive is not read."
    )
    example = (
        "  manage.py backtest --since 30d --threshold 0.93\n"
        "  manage.py backtest --policy craft --since 7d --json\n"
        "  manage.py backtest --without duplicates\n"
        "  manage.py backtest --soul demo/souls/bea_unscrews.md --examples 5\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """The change, and how far back."""
        parser.add_argument("--since", type=span, default=timedelta(days=30), help="90m, 24h or 7d; default: 30d")
        parser.add_argument(
            "--policy",
            metavar="NAME",
            help="this rule speaks anew, all others as they did: a name on the switchboard, or the path of a class",
        )
        parser.add_argument("--without", metavar="NAME", help="as if this rule had not been there")
        parser.add_argument(
            "--threshold",
            type=_threshold_bp,
            metavar="T",
            help="acting alone begins above T instead of 0.90; what was set stricter stays",
        )
        parser.add_argument(
            "--soul",
            type=Path,
            metavar="FILE",
            help="the persona with this file's handle as if it had this soul; its texts stay as they were written",
        )
        parser.add_argument("--examples", type=int, default=20, metavar="N", help="posts to list; default: 20")

    def act(self, options: dict[str, Any]) -> None:
        """Run and print."""
        change = self._change(options)
        if options["examples"] < 0:
            raise CommandError("--examples: a number of posts, 0 or more.")
        with tenancy.all_brands(actor=self.actor):
            since = clock.now() - options["since"]
            total = selectors.count(since=since)
            report = services.run(
                since=since,
                change=change,
                examples_max=options["examples"],
                progress=lambda done: self._tell(done, total),
            )
        if options["json"]:
            self.say_json(report.as_json())
        elif not report.verdicts:
            self.stdout.write("Nothing was judged in this time; choose a longer one with --since.")
        else:
            self._print(report)

    def _change(self, options: dict[str, Any]) -> Change:
        if not any(options[name] not in (None, "") for name in ("policy", "without", "threshold", "soul")):
            raise CommandError("Say what to change: --threshold T, --policy NAME, --without NAME or --soul FILE.")
        if options["without"]:
            changes.policy_named(options["without"])  # a misspelt name would change nothing and say nothing
        return Change(
            policy=changes.policy_named(options["policy"]) if options["policy"] else None,
            without=options["without"] or "",
            act_above_bp=options["threshold"],
            soul=soul.read(options["soul"]) if options["soul"] else None,
        )

    def _tell(self, done: int, total: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done} of {total} verdicts", ending="\n" if done >= total else "")

    def _print(self, report: Report) -> None:
        from rich.table import Table

        table = Table("would", "before", "after", "difference")
        for way, word in WORDS.items():
            before, after = report.before[way], report.after[way]
            table.add_row(word, str(before), str(after), f"{after - before:+d}")
        self.show(table)
        if report.examples:
            posts = Table("task", "agent", "before", "after", "composite", "a human said", "why")
            for one in report.examples:
                score = f"{_score(one.composite_bp)} to {_score(one.would_be_bp)}"
                posts.add_row(one.link, f"@{one.agent}", one.before, one.after, score, one.human or "-", one.why or "-")
            self.show(posts)
        then, now = (money.show(cost) for cost in (report.cost_then_usd_micros, report.cost_now_usd_micros))
        minutes_then, minutes_now = report.human_minutes
        self.stdout.write(
            f"{report.changed} of {report.verdicts} verdicts change. {report.rejected_would_go_out} that a human "
            f"rejected would have gone out; {report.approved_would_be_held} that a human approved would wait and "
            f"{report.approved_would_be_lost} would be lost.\n"
            f"Cost {then} then, {now} now; human time {minutes_then:.0f} min then, {minutes_now:.0f} min now."
        )


def _score(bp: int | None) -> str:
    return "none" if bp is None else f"{bp / 10_000:.4f}"
