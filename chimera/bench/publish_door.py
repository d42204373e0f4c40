"""The words of `manage.py bench publish`, and what it does. Nothing heavy is loaded before it is asked for."""

import argparse
import sys
from typing import Any

from django.core.management.base import CommandError


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201


def words(parser: argparse.ArgumentParser) -> None:
    """Which platforms, how many posts, how large a video, how long."""
    from chimera.bench import publish

    parser.add_argument("--posts", type=int, default=publish.POSTS, help=f"twice so many (default: {publish.POSTS})")
    parser.add_argument(
        "--platform", default="all", help=f"of {', '.join(publish.PLATFORMS)}, with commas (default: all)"
    )
    parser.add_argument(
        "--video-mb", type=int, default=publish.VIDEO_MB,
        help=f"cut to what a platform takes; 0: none (default: {publish.VIDEO_MB})",
    )  # fmt: skip
    parser.add_argument(
        "--seconds", type=float, default=publish.SECONDS,
        help=f"of each run of posts at most (default: {publish.SECONDS:g})",
    )  # fmt: skip


def act(command: Any, options: dict[str, Any]) -> None:
    """Measure and tell; a post without a label, or one that is there twice, is an error."""
    from chimera.bench import publish, publish_figures

    asked = tuple(name.strip() for name in options["platform"].split(",") if name.strip())
    chosen = publish.PLATFORMS if asked == ("all",) else asked
    order = publish.Order(
        platforms=chosen, posts=options["posts"], video_mb=options["video_mb"], seconds=options["seconds"]
    )
    found = publish.run(order, tell=_tell)
    if options["json"]:
        command.say_json(found)
    else:
        for line in publish_figures.lines(found):
            command.stdout.write(line)
    if found["unlabeled"] or found["published_twice"]:
        raise CommandError(f"{found['unlabeled']} posts without a label, {found['published_twice']} published twice.")
