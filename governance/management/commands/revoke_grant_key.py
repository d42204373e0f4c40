"""`manage.py revoke_grant_key`: a key counts no more, from the next use of a grant on."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from chimera.core import tenancy
from chimera.core.management.door import DoorCommand
from governance.grants import rotation


class Command(DoorCommand):
    """Revokes one key, for ever."""

    help = "Revoke a key that signs publish grants: what it signed and nobody used yet is refused. It cannot be undone."
    example = (
        '  manage.py revoke_grant_key 0123456789abcdef --reason "its file was copied"\n'
        '  manage.py revoke_grant_key 0123456789abcdef --root --reason "secrets.json was copied"\n'
    )

    def arguments(self, parser: CommandParser) -> None:
        """Which key, and why."""
        parser.add_argument("kid", help="the key's name, as grant_keys shows it")
        parser.add_argument("--reason", required=True, help="kept with the key, and on the record")
        parser.add_argument("--root", action="store_true", help="even when it is a root: that ends all publishing")

    def act(self, options: dict[str, Any]) -> None:
        """Revoke."""
        with tenancy.acting(self.actor):
            done = rotation.revoke_key(
                kid=options["kid"], reason=options["reason"], even_the_root=bool(options["root"])
            )
        if options["json"]:
            self.say_json(asdict(done))
            return
        said = "was revoked before" if done.again else "is revoked"
        then = f"{done.current} signs now." if done.current else "No key signs until a worker that publishes makes one."
        self.stdout.write(f"{options['kid']} {said}. {then}")
