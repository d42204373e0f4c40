"""A worker process without a broker: drains every queue until nothing is due, then ends. Started by the fault tests."""

import sys
import time

import django

django.setup()

from agents import pipeline, sweeper  # noqa: E402
from publishing.posts import services as posts  # noqa: E402


def main(seconds: float) -> None:
    """Work until two rounds in a row found nothing, or the time is up."""
    ends, idle = time.monotonic() + seconds, 0
    while idle < 2 and time.monotonic() < ends:
        moved = sum(pipeline.drain(queue=queue) for queue in ("think", "render")) + posts.drain()
        moved += sweeper.sweep()
        idle = 0 if moved else idle + 1
        if idle:
            time.sleep(0.05)


if __name__ == "__main__":
    main(float(sys.argv[1]))
