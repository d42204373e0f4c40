"""`manage.py record_keys`: the public keys that sign the record, for whoever checks it."""

from typing import Any

from chimera.core.management.door import DoorCommand
from governance.audit.models import CheckpointKey


class Command(DoorCommand):
    """One verification key a line, the oldest first: give the first one to your auditors, once and in person."""

    help = "Print the public keys that sign checkpoints, oldest first, one a line (C2SP verification keys)."
    example = "  manage.py record_keys\n  manage.py record_keys --json\n"

    def act(self, options: dict[str, Any]) -> None:
        """Print them."""
        keys = list(CheckpointKey.objects.order_by("since", "kid"))
        if options["json"]:
            self.say_json({"keys": [{"kid": key.kid, "vkey": key.vkey, "since": key.since} for key in keys]})
            return
        for key in keys:
            self.stdout.write(key.vkey)
        if not keys:
            self.stderr.write("No checkpoint was signed yet, so there are no keys. Is the sealer running?")
