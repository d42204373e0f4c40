"""How often it is read how posts do. Requirements: MET-1."""

from chimera.settings.base import env

METRICS_EVERY_S: int = env.int("METRICS_EVERY_S", default=300)  # 0: figures are not read
# Ages of a post, in seconds, at which it is read; a step that was missed is left out for the next.
_STEPS = ["900", "3600", "14400", "86400", "259200", "604800", "2419200"]
METRICS_STEPS_S: list[int] = sorted({max(1, int(step)) for step in env.list("METRICS_STEPS_S", default=_STEPS)})
METRICS_READS_DAY_MAX: int = env.int("METRICS_READS_DAY_MAX", default=2_000)  # posts a platform and UTC day
METRICS_SET_MAX = 500  # posts of a brand that one round reads
X_APP_OWNER: str = env.str("X_APP_OWNER", default="")  # the account that owns the developer app reads its own for less
