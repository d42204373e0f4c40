"""A film of two scenes without a database; as a program it is made in a process that a test may kill."""

import sys
from collections.abc import Callable
from pathlib import Path

import django
from django.conf import settings

if __name__ == "__main__":
    django.setup()

from publishing.media.figures.base import traits_of
from publishing.media.films import services
from publishing.media.films.base import Film, Order, Shot
from publishing.media.studio.base import Look
from publishing.media.studio.renditions import RENDITIONS, sized

VISUAL = {"background": "#0D2730", "ink": "#EDF5F1", "accent": "#F0B64C", "motif": "waves"}


def order() -> Order:
    """Two scenes, the second of them long."""
    return Order(
        shots=(
            Shot(template="title", lines=("The reef came back",), ms=2_500, pose="point", place="shore"),
            Shot(template="story", lines=("Then one warm night.",), ms=8_000, pose="talk", place="shore"),
        ),
        look=Look(**VISUAL, seed=3),
        traits=traits_of(handle="iven_at_lowtide", visual=VISUAL),
        handle="iven_at_lowtide",
        references=(),
        renditions={"x": sized(of=RENDITIONS["x"], width=270)},
    )


def make(*, folder: Path, tell: Callable[[str], None] = lambda words: None) -> Film:
    """It."""
    return services.make(order=order(), folder=folder, tell=tell, seconds_max=120)


if __name__ == "__main__":
    settings.MEDIA_ROOT = Path(sys.argv[2])
    settings.PROVENANCE_TEST_AUTHORITY_FILE = Path(sys.argv[2]) / "authority.pem"
    Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
    make(folder=Path(sys.argv[1]))
