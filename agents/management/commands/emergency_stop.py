"""`manage.py emergency_stop`: stop at once; resuming is an act of its own."""

from agents.management.stopping_door import StoppingCommand
from governance.controls.models import ControlKind


class Command(StoppingCommand):
    """The urgent stop."""

    kind = ControlKind.STOP
    done = "stopped"
    usual_reason = "an emergency stop by the operator"
    help = "Stop an agent or the fleet at once; resuming is an act of its own."
    example = (
        '  manage.py emergency_stop bea_unscrews --reason "an emergency stop by the operator"\n'
        "  manage.py emergency_stop --fleet --json\n"
    )
