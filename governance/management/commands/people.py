"""`manage.py people`: who may sign in at the desk, in which role, for which brands. Requirements: REV-8, TEN-1."""

import os
import secrets
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError, CommandParser
from rich.table import Table

from chimera.core import tenancy
from chimera.core.management.door import DoorCommand
from governance.people import selectors
from governance.people import services as people
from governance.people.roles import ROLES

PASSWORD = "PERSON_PASSWORD"  # the variable of the environment that may hold the password of a new person


class Command(DoorCommand):
    """One verb each; shows who is concerned."""

    help = (
        f"People at the desk: list them, add one, set their role ({', '.join(ROLES)}), or the brands they work for. "
        f"A new person's password is made up and shown once, or is that of ${PASSWORD}."
    )
    example = (
        "  manage.py people list\n"
        "  manage.py people add ada --role reviewer --brand demo\n"
        "  manage.py people role ada --role reviewer --role auditor --json\n"
        "  manage.py people brands ada --all\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """The verb, the person, their roles and brands."""
        verbs = {name.removeprefix("_on_") for name in dir(self) if name.startswith("_on_")}
        parser.add_argument("verb", choices=sorted(verbs))
        parser.add_argument("name", nargs="?", default="", help="to sign in with")
        parser.add_argument("--role", action="append", default=[], choices=list(ROLES), help="may come again")
        parser.add_argument(
            "--brand", action="append", default=[], help="slug; works for this one only; may come again"
        )
        parser.add_argument("--all", action="store_true", help="works for every brand")

    def act(self, options: dict[str, Any]) -> None:
        """Do what the verb says, and show who is concerned."""
        verb, name = options["verb"], options["name"]
        if verb != "list" and not name:
            raise CommandError(f"Say whom: manage.py people {verb} NAME")
        with tenancy.all_brands(actor=self.actor):
            do: Callable[[dict[str, Any]], str] = getattr(self, f"_on_{verb}")
            password = do(options)
            found = selectors.everybody()
            listed = [selectors.as_json(one) for one in (found if verb == "list" else found.filter(username=name))]
        if options["json"]:
            self.say_json({"people": listed, **({"password": password} if password else {})})
            return
        table = Table("name", "roles", "brands", "last decision")
        for one in listed:
            roles = ", ".join(one["roles"]) or ("superuser: may do everything" if one["is_superuser"] else "none")
            said = one["name"] if one["is_active"] else f"{one['name']} (may not sign in)"
            table.add_row(said, roles, ", ".join(one["brands"]) or "every brand", (one["decided_at"] or "never")[:16])
        self.show(table)
        if password:
            self.stdout.write(f"The password of {name}, shown this once: {password}")

    def _on_list(self, options: dict[str, Any]) -> str:
        return ""

    def _on_add(self, options: dict[str, Any]) -> str:
        given = os.environ.get(PASSWORD, "")
        made_up = "" if given else secrets.token_urlsafe(12)
        self._require(options, "role")
        password = given or made_up
        people.add(name=options["name"], password=password, roles=options["role"], brands=options["brand"])
        return made_up

    def _on_role(self, options: dict[str, Any]) -> str:
        self._require(options, "role")
        people.give(name=options["name"], roles=options["role"])
        return ""

    def _on_brands(self, options: dict[str, Any]) -> str:
        if bool(options["brand"]) == options["all"]:
            raise CommandError("Say which: --brand SLUG, once for each, or --all.")
        people.bind(name=options["name"], brands=options["brand"])
        return ""

    def _require(self, options: dict[str, Any], what: str) -> None:
        if not options[what]:
            raise CommandError(f"Say which role: --role, with one of {', '.join(ROLES)}.")
