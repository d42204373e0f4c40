"""Films: where they are made, how large, how long, and what one may cost. Requirements: GEN-3, GEN-7."""

from pathlib import Path

from chimera.settings.base import CHIMERA_HOME, env

FILMS_DIR = Path(env.str("FILMS_DIR", default=str(CHIMERA_HOME / "films")))
# Pixels: 1080, 720, 540 or 270. A video of 720 is rendered in less than half the time.
FILM_WIDTH: int = env.int("FILM_WIDTH", default=1080)
FILM_MAKE_S_MAX: float = env.float("FILM_MAKE_S_MAX", default=600.0)  # at a time; what is finished is kept
FILM_SECONDS_MAX = 15  # of a video, unless an operator asks for a longer one
FILM_PLAN_USD_MICROS_MAX: int = env.int("FILM_PLAN_USD_MICROS_MAX", default=500_000)  # the estimate of a plan with one

# Who makes the scenes of films (docs/studio-providers.md): a maker's name, "none" for this machine, empty for whichever
# studio server can be reached.
FILM_IMAGES_BY: str = env.str("FILM_IMAGES_BY", default="")
FILM_CLIPS_BY: str = env.str("FILM_CLIPS_BY", default="")
FILM_BESIDES_USD: str = env.str("FILM_BESIDES_USD", default="0.08")  # of a post: words, judge, the platform's fee
FILM_SHOOT_S_MAX: float = env.float("FILM_SHOOT_S_MAX", default=1800.0)  # then what has not come is done without
