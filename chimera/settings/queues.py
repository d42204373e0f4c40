"""Celery carries wake-ups: hints that may be lost, doubled or reordered without harm."""

from chimera.settings.base import env

REDIS_URL: str = env.str("REDIS_URL", default="redis://127.0.0.1:1/0")
WAKE_PREFIX: str = env.str("WAKE_PREFIX", default="chimera")

CELERY_APP = "chimera.celery.app"  # what hints are sent with
QUEUES = ("reply", "think", "publish", "pay", "sweep", "render")

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND = None
CELERY_TASK_DEFAULT_QUEUE = "sweep"
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "max_retries": 0,  # of a sender's connection; a hint is not worth a second try (workers reconnect by themselves)
    "global_keyprefix": f"{WAKE_PREFIX}:",
}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TIMEZONE = "UTC"

LEASE_S: int = env.int("LEASE_S", default=8)
LEASE_RENEW_S = 2
CLAIM_COUNT_MAX: int = env.int("CLAIM_COUNT_MAX", default=16)  # rows of one brand that are done as a set
BODIES_MAX: int = env.int("BODIES_MAX", default=300)  # model calls that wait side by side in one process
DRAINS_MAX: int = env.int("DRAINS_MAX", default=2)  # threads of one process that drain the same queue
PUBLISHERS_MAX: int = env.int("PUBLISHERS_MAX", default=6)  # of those that wait for platforms; of eight threads
STAGE_HOLD_S = 300  # money of an attempt that is not settled by then counts as spent
DRAIN_S = 5.0
CALL_TIMEOUT_S = 10  # of one publish call
HOLD_LASTS_S = 24 * 3600
EFFECT_KEY_WINDOW_S = 23 * 3600  # platforms keep idempotency keys for 24 h
EFFECT_MARGIN_S: float = env.float(
    "EFFECT_MARGIN_S", default=5.0
)  # after a call's time-out, before its doubt is looked at
# Class B: look-ups that must not find a post before it is sent again, and their spacing; 3 x 60 s cover two minutes.
EFFECT_ABSENT_COUNT: int = env.int("EFFECT_ABSENT_COUNT", default=3)
EFFECT_LOOKUP_EVERY_S: float = env.float("EFFECT_LOOKUP_EVERY_S", default=60.0)
EFFECT_KEEP_CHECKING_S: float = env.float("EFFECT_KEEP_CHECKING_S", default=1800.0)
# After which a post that is out is looked at: whether it shows, and its labels; 0: never.
VERIFY_AFTER_S: int = env.int("VERIFY_AFTER_S", default=120)
SWEEP_EVERY_S = 1.0
SWEEP_LATE_S = 1.0
SWEEPER = "worker:sweeper"
