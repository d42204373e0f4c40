"""`manage.py emergency_stop`: stop at once; resuming is an act of its own, by another person where there is one."""

from agents.management.stopping_door import StoppingCommand
from governance.controls.models import ControlKind


class Command(StoppingCommand):
    """The urgent stop: an incident."""

    kind = ControlKind.STOP
    done = "stopped"
    usual_reason = "an emergency stop by the operator"
    help = (
        "Stop an agent, a brand, a platform, spending or the fleet at once: an incident, until somebody else resumes."
    )
    example = (
        '  manage.py emergency_stop bea_unscrews --reason "an emergency stop by the operator"\n'
        "  manage.py emergency_stop --fleet --json\n"
        "  manage.py emergency_stop --spending\n"
    )
