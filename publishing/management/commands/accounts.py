"""`manage.py accounts`: every account, whether it can publish, and until when. Requirements: PUB-7."""

from typing import Any

from django.core.management.base import CommandParser

from chimera.core import tenancy
from chimera.core.management.door import DoorCommand
from publishing.accounts.models import Account
from publishing.connectors.base import consents
from publishing.credentials import selectors as credentials
from publishing.credentials.selectors import Readiness


class Command(DoorCommand):
    """Reads; changes nothing."""

    help = "Show the accounts and whether they can publish."
    example = "  manage.py accounts\n  manage.py accounts --platform x --json\n"

    def arguments(self, parser: CommandParser) -> None:
        """One platform, or all."""
        parser.add_argument("--platform", default="", help="only those on this platform")

    def act(self, options: dict[str, Any]) -> None:
        """Read and show."""
        with tenancy.all_brands(actor=self.actor):
            found = Account.objects.select_related("brand").order_by("platform", "handle")
            if options["platform"]:
                found = found.filter(platform=options["platform"])
            standings = credentials.standings(accounts=list(found), consents=consents())
        if options["json"]:
            self.say_json({"accounts": [_as_json(one) for one in standings]})
        elif not standings:
            self.stdout.write("No account is known yet; launch an agent, or register one.")
        else:
            self._table(standings)

    def _table(self, standings: list[Readiness]) -> None:
        from rich.table import Table

        table = Table("account", "brand", "of", "can publish", "token until", "renewals")
        for one in standings:
            until = f"{one.expires_at:%Y-%m-%d %H:%M} UTC" if one.expires_at else ""
            said = "yes" if not one.why_not else f"no: {one.why_not}"
            account = one.account
            table.add_row(str(account), account.brand.slug, account.belongs_to, said, until, str(one.renewals or ""))
        self.show(table)


def _as_json(one: Readiness) -> dict[str, Any]:
    return {
        "platform": one.account.platform,
        "account": one.account.handle,
        "brand": one.account.brand.slug,
        "belongs_to": one.account.belongs_to,
        "can_publish": not one.why_not,
        "why_not": one.why_not,
        "scopes": list(one.scopes),
        "expires_at": one.expires_at,
        "connected_at": one.connected_at,
        "refreshed_at": one.refreshed_at,
        "renewals": one.renewals,
    }
