"""`manage.py pause`: work waits, nothing is lost."""

from agents.management.stopping_door import StoppingCommand
from governance.controls.models import ControlKind


class Command(StoppingCommand):
    """The routine stop."""

    kind = ControlKind.PAUSE
    done = "paused"
    usual_reason = "a pause asked for by the operator"
    help = "Pause an agent, a brand, a platform, spending or the fleet: work waits, nothing is lost."
    example = (
        '  manage.py pause bea_unscrews --reason "a pause asked for by the operator"\n'
        "  manage.py pause --fleet --json\n"
        "  manage.py pause --platform plaza\n"
    )
