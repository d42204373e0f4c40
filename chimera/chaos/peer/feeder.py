"""Hands chains over while everything around is failing: `python -m chimera.chaos.peer.feeder`.

What could not be handed over is tried again until it could; then its key is written into the file.
"""

import argparse
import time
from pathlib import Path

import psycopg
import redis
from kombu.exceptions import OperationalError

from chimera.chaos.peer import app


def main() -> None:
    """`--count` chains over `--seconds`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--noted", type=Path, required=True)
    options = parser.parse_args()
    begun = time.monotonic()
    with options.noted.open("a", encoding="utf-8", buffering=1) as file:
        for number in range(options.count):
            time.sleep(max(0.0, begun + number * options.seconds / options.count - time.monotonic()))
            key = f"chaos:{number}"
            while True:
                try:
                    app.hand_over(key)
                    break
                except (psycopg.Error, redis.RedisError, OperationalError, OSError):
                    time.sleep(0.2)
            file.write(f"{key}\n")


if __name__ == "__main__":
    main()
