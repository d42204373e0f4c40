"""`manage.py seal`: seal the record; a program of its own in a deployment, a thread of the worker on one machine."""

import threading
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from chimera.core.management.door import DoorCommand
from governance.audit.sealer import Sealer


class Command(DoorCommand):
    """As often and as many as one likes: one of them seals."""

    help = "Seal the record: number what is new, sign a checkpoint, write it outside the database; until Ctrl-C."
    example = "  manage.py seal\n  manage.py seal --once\n  manage.py seal --once --json\n"

    def arguments(self, parser: CommandParser) -> None:
        """How long."""
        parser.add_argument("--once", action="store_true", help="seal what there is, then stop")

    def act(self, options: dict[str, Any]) -> None:
        """Seal."""
        if settings.SEALER_ALIAS not in settings.DATABASES:
            raise CommandError(
                "SEALER_DATABASE_URL is not set: it is the address of the database with the login chimera_sealer."
            )
        sealer = Sealer.from_settings()
        if not options["once"]:
            self.stdout.write("Sealing. Ctrl-C ends it.")
            self.stdout.flush()
            sealer.watch(threading.Event(), every_s=settings.SEAL_EVERY_MS / 1000)
            return
        count, last = sealer.all()
        if options["json"]:
            self.say_json({"sealed": count, "size": last.size, "busy": last.busy})
        elif last.busy:
            self.stdout.write("Another sealer is at it; there is nothing to do here.")
        else:
            self.stdout.write(f"{count} entries sealed; the record has {last.size}.")
