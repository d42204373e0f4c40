"""A worker process that only publishes, and goes on looking when nothing is due. Started by the tests of stops."""

import sys
import time

import django

django.setup()

from publishing.posts import services as posts  # noqa: E402


def main(seconds: float) -> None:
    """Publish until the time is up."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if not posts.drain():
            time.sleep(0.02)


if __name__ == "__main__":
    main(float(sys.argv[1]))
