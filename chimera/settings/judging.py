"""The judge's time, what is looked at blindly, the rules of the ladder of trust. JDG-3, JDG-5, PER-5, PLN-11."""

from chimera.settings.base import env

JUDGE_TIMEOUT_S: float = env.float("JUDGE_TIMEOUT_S", default=120.0)  # of one task; then a human decides

# Of what the judge let out by itself, this share is shown to a human afterwards, without the score.
SAMPLE_SHARE_BP: int = env.int("SAMPLE_SHARE_BP", default=500)
SAMPLE_SEED: str = env.str("SAMPLE_SEED", default="")  # which posts those are; empty: drawn from the secret key
SAMPLE_EVERY_S = 60
SAMPLE_LOOKBACK_S = 2 * 3600  # posts that went out while nobody swept for longer are not sampled
SAMPLE_DEADLINE_S: int = env.int("SAMPLE_DEADLINE_S", default=72 * 3600)

# The ladder of trust: numbers of decisions on the present rung, the newest first.
TRUST_WINDOW: int = env.int("TRUST_WINDOW", default=12)  # up to supervised: of the last so many
TRUST_APPROVED_MIN: int = env.int("TRUST_APPROVED_MIN", default=10)  # at least so many left as they were
TRUST_REJECTS_MAX: int = env.int("TRUST_REJECTS_MAX", default=2)  # and at most so many rejected
TRUST_MORE: int = env.int("TRUST_MORE", default=20)  # up to autonomous: so many in a row, none changed
TRUST_CLEAR_MIN: int = env.int("TRUST_CLEAR_MIN", default=5)  # on so many of them the judge had a clear opinion
TRUST_AGREEMENT_MIN_BP: int = env.int("TRUST_AGREEMENT_MIN_BP", default=8_000)  # which was the human's this often
TRUST_AUTONOMOUS_ALONE: bool = env.bool("TRUST_AUTONOMOUS_ALONE", default=False)  # else a human takes the advice
TRUST_DROP_WINDOW: int = env.int("TRUST_DROP_WINDOW", default=10)  # down: of the last so many
TRUST_DROP_REJECTS: int = env.int("TRUST_DROP_REJECTS", default=3)  # so many rejected
# Down: the voice of the last so many posts is so much below that of three times as many before them.
TRUST_DRIFT_POSTS: int = env.int("TRUST_DRIFT_POSTS", default=20)
TRUST_DRIFT_BP: int = env.int("TRUST_DRIFT_BP", default=1_500)

# Calibration: without so many decisions there is no curve and no advice.
CALIBRATION_DECISIONS_MIN: int = env.int("CALIBRATION_DECISIONS_MIN", default=50)
CALIBRATION_ROWS_MAX = 5_000  # decisions and verdicts that are looked at, the newest
CALIBRATION_LOOKBACK = 50_000  # verdicts of the fleet among which those are looked for
# What a human would have changed among posts that went out by themselves, at most; beyond it tightening is advised.
CALIBRATION_CHANGED_MAX_BP: int = env.int("CALIBRATION_CHANGED_MAX_BP", default=500)
REVIEW_USUALLY_TAKES_S: int = env.int("REVIEW_USUALLY_TAKES_S", default=30)  # what a held post costs a human
