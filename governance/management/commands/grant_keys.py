"""`manage.py grant_keys`: the keys that sign publish grants, as people or as programs read them."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from chimera.core.management.door import DoorCommand
from governance.grants import selectors


class Command(DoorCommand):
    """Reads, changes nothing."""

    help = "Show the keys that sign publish grants: roots, the current and the next one, retired and revoked ones."
    example = "  manage.py grant_keys\n  manage.py grant_keys --jwks\n"

    def arguments(self, parser: CommandParser) -> None:
        """As a key set, or for people."""
        parser.add_argument("--jwks", action="store_true", help="print the public halves of live keys as a JWK set")
        parser.add_argument("--count-max", type=int, default=50, help="keys to show, the newest (default: 50)")

    def act(self, options: dict[str, Any]) -> None:
        """Show."""
        if options["jwks"]:
            self.say_json(selectors.jwks())
            return
        keys = selectors.shown(count_max=max(1, options["count_max"]))
        if options["json"]:
            self.say_json({"keys": [asdict(key) for key in keys]})
            return
        from rich.table import Table

        table = Table("kid", "state", "since (UTC)", "verifies until (UTC)", "why")
        for key in keys:
            times = [f"{at:%Y-%m-%d %H:%M:%S}" if at else "" for at in (key.since, key.verifies_until)]
            table.add_row(key.kid, key.state, *times, key.why)
        self.show(table)
        if all(key.state == selectors.ROOT for key in keys):
            self.stdout.write("No key has been made yet: the first worker that publishes makes two.")
