"""How people review: the undo window, claims, what is put off, what is urgent. REV-2, REV-3, REV-5, REV-6."""

from chimera.settings.base import env

REVIEW_UNDO_S: float = env.float("REVIEW_UNDO_S", default=10.0)  # an answer can be taken back, and nothing leaves
REVIEW_LEASE_S: float = env.float("REVIEW_LEASE_S", default=60.0)  # a claim lasts so long without a heartbeat
REVIEW_HEARTBEAT_S: float = env.float("REVIEW_HEARTBEAT_S", default=15.0)  # how often an open card says it is open
REVIEW_SKIP_S = 4 * 3600  # a skipped card stays out of that reviewer's way
# A card that weighs e times as much comes so much earlier; see governance.reviews.urgency.
REVIEW_TAU_S = 2 * 3600
REVIEW_QUEUE_COUNT_MAX = 1_000  # counts beyond it are shown as "more than"
