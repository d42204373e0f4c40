"""The words of `manage.py bench render`, and what it says of what it found. Requirements: GEN-3."""

import argparse
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError

from chimera.bench import render
from chimera.core.management.door import DoorCommand


def words(parser: argparse.ArgumentParser) -> None:
    """What may be asked."""
    parser.add_argument("--rounds", type=int, default=render.ROUNDS, help=f"of the timing (default: {render.ROUNDS})")
    parser.add_argument("--fuzz", type=int, default=0, metavar="N", help="random scripts, some killed (default: none)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the first random script (default: 1)")
    parser.add_argument("--alone", action="store_true", help="without the naive graph and MoviePy beside it")


def act(command: DoorCommand, options: dict[str, Any], *, tell: Callable[[str], None]) -> None:
    """Measure and say it. Raises CommandError when a random script broke a promise."""
    order = render.Order(
        rounds=options["rounds"], fuzz=options["fuzz"], seed=options["seed"], peers=not options["alone"]
    )
    found = render.run(order, tell=tell)
    if options["json"]:
        command.say_json(found)
    else:
        command.stdout.write(
            f"8 s in three scenes: {found['wall_s']} s with cuts, {found['wall_rich_s']} s with fades and a picture, "
            f"{found['peak_mb']} MB of children at most, {found['videos_per_hour']} videos an hour. Times the naive "
            f"graph: {found['ratio_naive'] or 'not measured'}; MoviePy: {found['ratio_moviepy'] or 'not measured'}. "
            f"The aim is {'met' if found['is_met'] else 'missed'}."
        )
    fuzz = found.get("fuzz")
    if fuzz and (fuzz["broken"] or fuzz["processes_left"]):
        raise CommandError(
            f"{len(fuzz['broken'])} of {fuzz['cases']} random scripts broke a promise: {fuzz['broken'][:3]}"
        )
