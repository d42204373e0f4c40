"""`manage.py spend`: where every cent went, down to the calls and fees."""

import json
import re
from argparse import ArgumentTypeError
from datetime import date, timedelta
from typing import Any

from django.core.management.base import CommandParser

from agents import spending
from agents.personas import selectors as personas
from agents.spending import Account, Asked
from chimera.core import clock, money, tenancy
from chimera.core.brands.models import Brand
from chimera.core.errors import Denied
from chimera.core.management.door import DoorCommand

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_SPAN = re.compile(r"([1-9]\d{0,4})([mhd])")


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text)
    if not found:
        raise ArgumentTypeError(f"a time is a number with m, h or d, such as 90m, 24h or 7d, not {text!r}")
    return timedelta(**{_UNITS[found.group(2)]: int(found.group(1))})


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"a day is written as 2026-11-28, not {text!r}") from error


class Command(DoorCommand):
    """Reads only."""

    help = "Explain what was spent: brands, agents, goals, tasks, calls and fees. Default: today (UTC)."
    example = (
        "  manage.py spend\n"
        "  manage.py spend --agent bea_unscrews --since 7d\n"
        "  manage.py spend --brand demo --day 2026-11-28 --json\n"
        "  manage.py spend --campaign 3        all of it, from its first day on\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """Whose, and when."""
        parser.add_argument("--brand", metavar="SLUG", help="of this brand only")
        whose = parser.add_mutually_exclusive_group()
        whose.add_argument("--agent", metavar="HANDLE", help="of this agent only (handle or id)")
        whose.add_argument(
            "--campaign", type=int, metavar="ID", help="of this campaign only, in total unless a time is given"
        )
        when = parser.add_mutually_exclusive_group()
        when.add_argument("--day", type=_day, help="what the budgets of this day paid: 2026-11-28 (UTC)")
        when.add_argument("--since", type=_span, help="what was settled since then: 90m, 24h or 7d")

    def act(self, options: dict[str, Any]) -> None:
        """Walk and print as it comes."""
        account = Account()
        with tenancy.all_brands(actor=self.actor):
            lines = spending.walk(asked=self._asked(options), account=account)
            if options["json"]:
                self._stream_json(lines, account)
                return
            for line in lines:
                amount = money.show(line.usd_micros) if line.usd_micros >= 0 else f"-{money.show(-line.usd_micros)}"
                name = " ".join(line.name.split())[:100]
                self.stdout.write(f"{'  ' * line.level}{amount}  {line.what} {name}")
        self.stdout.write(
            f"{money.show(account.spent_usd_micros)} in all, "
            f"{money.show(account.unexplained_usd_micros)} of it unexplained."
        )

    def _asked(self, options: dict[str, Any]) -> Asked:
        brand = Brand.objects.filter(slug=options["brand"]).first() if options["brand"] else None
        if options["brand"] and brand is None:
            known = ", ".join(Brand.objects.order_by("slug").values_list("slug", flat=True)[:10]) or "none yet"
            raise Denied(f"There is no brand {options['brand']!r}; there is: {known}.")
        scope = None
        if options["agent"]:
            scope = personas.by_name(options["agent"]).scope
        elif options["campaign"]:
            scope = f"campaign:{options['campaign']}"
        now = clock.now()
        since = now - options["since"] if options["since"] else None
        whole = since is not None or (options["campaign"] and not options["day"])
        return Asked(
            scope=scope,
            brand_id=brand.pk if brand else None,
            day=options["day"] or (None if whole else now.date()),
            since=since,
        )

    def _stream_json(self, lines: Any, account: Account) -> None:
        """One object on one line, written while it is walked: its size is that of the tree, the memory is not."""
        between = ""
        self.stdout.write('{"lines": [', ending="")
        for line in lines:
            self.stdout.write(between + json.dumps(line.as_json(), ensure_ascii=False), ending="")
            between = ", "
        self.stdout.write(
            f'], "spent_usd_micros": {account.spent_usd_micros}, '
            f'"unexplained_usd_micros": {account.unexplained_usd_micros}}}'
        )
