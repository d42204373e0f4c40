"""Films: where they are made, how large, how long, and what one may cost. Requirements: GEN-3, GEN-7."""

from pathlib import Path

from chimera.settings.base import CHIMERA_HOME, env

FILMS_DIR = Path(env.str("FILMS_DIR", default=str(CHIMERA_HOME / "films")))
# Pixels: 1080, 720, 540 or 270. A video of 720 is rendered in less than half the time.
FILM_WIDTH: int = env.int("FILM_WIDTH", default=1080)
FILM_MAKE_S_MAX: float = env.float("FILM_MAKE_S_MAX", default=600.0)  # at a time; what is finished is kept
FILM_SECONDS_MAX = 15  # of a video, unless an operator asks for a longer one
FILM_PLAN_USD_MICROS_MAX: int = env.int("FILM_PLAN_USD_MICROS_MAX", default=500_000)  # the estimate of a plan with one
