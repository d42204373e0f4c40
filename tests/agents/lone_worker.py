"""A worker process for the tests of nodes: joins, claims what is due, says what it has, then is busy or asleep."""

import json
import sys
import time

import django

django.setup()

from agents.nodes import services as nodes  # noqa: E402
from agents.tasks.models import Task  # noqa: E402
from governance.leases import services as leases  # noqa: E402


def main(how: str, seconds: float) -> None:
    """`claim` holds a lease and sleeps; `busy` counts in its main thread."""
    heart = nodes.join(queues=["think"], pool="threads", concurrency=1)
    claims = leases.claim(model=Task, queues=["think"], stages=["plan"], count_max=4) if how == "claim" else []
    sys.stdout.write(json.dumps({"node": heart.description.name, "claims": len(claims)}) + "\n")
    sys.stdout.flush()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if how == "busy":
            sum(number * number for number in range(200_000))
        else:
            time.sleep(0.05)
    heart.stop()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
