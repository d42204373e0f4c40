"""`manage.py rotate_checkpoint_key`: another key signs the checkpoints of the record."""

from typing import Any

from chimera.core import tenancy
from chimera.core.management.door import DoorCommand
from governance.audit import services as record


class Command(DoorCommand):
    """The sealer makes the key; this asks for it."""

    help = "Ask for a new checkpoint key: the next checkpoint makes it known, the one after is signed by it."
    example = "  manage.py rotate_checkpoint_key\n  manage.py rotate_checkpoint_key --json\n"

    def act(self, options: dict[str, Any]) -> None:
        """Ask."""
        with tenancy.acting(self.actor):
            asked = record.rotate()
        if options["json"]:
            self.say_json({"rotation": asked.pk, "at": asked.at})
        else:
            self.stdout.write(
                "Asked. The next checkpoint makes a new key known under the present signature; "
                "`manage.py record_keys` then shows both."
            )
