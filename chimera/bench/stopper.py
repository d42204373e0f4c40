"""Who stops and resumes the fleet for `bench stop`, through the service that desk and commands use.

A program of its own, as the operator. Prints one JSON line: for every stop when it was asked for, when it had returned,
when resuming began (seconds since 1970), and what it listed.
"""

import argparse
import json
import os
import sys
import time
from typing import Any

ACTOR = "bench:stopper"


def once(*, holds_s: float) -> dict[str, Any]:
    """Stop the fleet, wait under the stop, resume."""
    from agents import stopping
    from governance.controls.models import ControlKind

    asked = time.time()
    stop = stopping.stop(scope="fleet", kind=ControlKind.STOP, reason="a measurement", actor=ACTOR)
    returned = time.time()
    time.sleep(holds_s)
    resuming = time.time()
    done = stopping.resume(scope="fleet", reason="measured", actor=ACTOR)
    if not done.lifted:
        sys.exit("The stop could not be lifted; the rest would measure nothing.")
    return {
        "asked": asked,
        "returned": returned,
        "resuming": resuming,
        "revoked": stop.revoked,
        "in_flight": [call.subject for call in stop.under_way.in_flight],
        "may_still_land": stop.under_way.may_still_land,
    }


def main() -> None:
    """Stop as often as asked, with work in between."""
    parser = argparse.ArgumentParser(description="Stops and resumes the fleet for manage.py bench stop.")
    parser.add_argument("--stops", type=int, required=True)
    parser.add_argument("--holds-s", type=float, default=0.4)
    parser.add_argument("--works-s", type=float, default=1.0)
    asked = parser.parse_args()
    stops = []
    for _ in range(asked.stops):
        time.sleep(asked.works_s)
        stops.append(once(holds_s=asked.holds_s))
    sys.stdout.write(json.dumps({"stops": stops}) + "\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimera.settings")
    import django

    django.setup()
    main()
