"""`manage.py accounts`: every account, whether it can publish, and what to do if not. Requirements: PUB-6, PUB-7."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from chimera.core import tenancy
from chimera.core.management.door import DoorCommand
from publishing.accounts import checking
from publishing.accounts.models import Account
from publishing.connectors.base import consents
from publishing.readiness import selectors as readiness
from publishing.readiness import usage
from publishing.readiness.selectors import Standing
from publishing.readiness.usage import AppUsage


class Command(DoorCommand):
    """Without --confirm it reads and changes nothing."""

    help = "Show the accounts and whether they can publish, or confirm what no API shows of one."
    example = "  manage.py accounts\n  manage.py accounts --platform x --json\n"

    def arguments(self, parser: CommandParser) -> None:
        """One platform, or all; or what holds of an account."""
        parser.add_argument("--platform", default="", help="only those on this platform")
        parser.add_argument(
            "--confirm",
            nargs="+",
            metavar="WORD",
            help=f"as x @nova {checking.LABEL}: platform, account, what you have seen to ({', '.join(checking.NAMES)})",
        )

    def act(self, options: dict[str, Any]) -> None:
        """Read and show, or confirm."""
        if options["confirm"]:
            self._confirm(options["confirm"], as_json=options["json"])
            return
        with tenancy.all_brands(actor=self.actor):
            found = Account.objects.select_related("brand").order_by("platform", "handle")
            if options["platform"]:
                found = found.filter(platform=options["platform"])
            standings = readiness.standings(accounts=list(found), consents=consents())
        apps = usage.of_apps(platforms={one.account.platform for one in standings})
        if options["json"]:
            self.say_json(
                {"accounts": [_as_json(one) for one in standings], "apps": [_app_as_json(one) for one in apps]}
            )
        elif not standings:
            self.stdout.write("No account is known yet; launch an agent, or register one.")
        else:
            self._table(standings)
            for one in apps:
                self.stdout.write(one.words)

    def _confirm(self, words: list[str], *, as_json: bool) -> None:
        if len(words) < 3:
            what = ", ".join(checking.NAMES)
            raise CommandError(f"--confirm takes a platform, an account and what holds of it ({what}).")
        platform, handle, *names = words
        with tenancy.all_brands(actor=self.actor):
            account = checking.confirm(platform=platform, handle=handle, names=names)
            (standing,) = readiness.standings(accounts=[account], consents=consents())
        if as_json:
            self.say_json({"confirmed": names, "by": self.actor, **_as_json(standing)})
        else:
            said = "It can publish." if not standing.why_not else f"It cannot publish yet: {standing.why_not}."
            self.stdout.write(f"{account}: {', '.join(names)} confirmed by {self.actor}. {said}")

    def _table(self, standings: list[Standing]) -> None:
        from rich.table import Table

        table = Table("account", "brand", "of", "can publish", "token until", "posts", "strikes")
        for one in standings:
            until = f"{one.token.expires_at:%Y-%m-%d %H:%M} UTC" if one.token.expires_at else ""
            said = f"no: {one.why_not}. {one.do}" if one.why_not else f"yes; {one.next}" if one.next else "yes"
            account = one.account
            strikes = str(one.strikes or "")
            table.add_row(str(account), account.brand.slug, account.belongs_to, said, until, one.quota, strikes)
        self.show(table)


def _as_json(one: Standing) -> dict[str, Any]:
    return {
        "platform": one.account.platform,
        "account": one.account.handle,
        "brand": one.account.brand.slug,
        "belongs_to": one.account.belongs_to,
        "can_publish": not one.why_not,
        "word": one.word,
        "why_not": one.why_not,
        "next": one.next,
        "scopes": list(one.token.scopes),
        "expires_at": one.token.expires_at,
        "connected_at": one.token.connected_at,
        "refreshed_at": one.token.refreshed_at,
        "renewals": one.token.renewals,
        "lacks": list(one.lacks),
        "strikes": one.strikes,
        "app": one.app,
        "quotas": [
            {
                "scope": left.scope,
                "span_s": left.span_s,
                "used": left.used,
                "count_max": left.count_max,
                "free_at": left.free_at,
            }
            for left in one.left
        ],
    }


def _app_as_json(one: AppUsage) -> dict[str, Any]:
    return {"platform": one.platform, "used": one.used, "cap": one.cap, "said": one.said}
