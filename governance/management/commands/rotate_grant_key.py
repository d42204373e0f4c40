"""`manage.py rotate_grant_key`: the next key signs from now on."""

from dataclasses import asdict
from typing import Any

from chimera.core.management.door import DoorCommand
from governance.grants import rotation


class Command(DoorCommand):
    """Rotates once."""

    help = (
        "Let the next key sign publish grants, and make another one that waits. Grants of the former key verify until "
        "they expire; nothing is restarted."
    )
    example = "  manage.py rotate_grant_key\n  manage.py rotate_grant_key --json\n"

    def act(self, options: dict[str, Any]) -> None:
        """Rotate."""
        done = rotation.rotate(actor=self.actor)
        if options["json"]:
            self.say_json(asdict(done))
            return
        former = f" instead of {done.former}" if done.former else ""
        self.stdout.write(f"Grants are signed by {done.current}{former}; {done.next} comes next.")
