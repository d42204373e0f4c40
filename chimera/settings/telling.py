"""How people are told: mail, signed webhooks, when a notice is due, how a storm is folded. Requirements: OPS-8."""

from chimera.settings.base import CHIMERA_HOME, env

# Where the desk is reached from outside: what links in mails begin with; empty: paths alone.
DESK_URL: str = env.str("DESK_URL", default="").rstrip("/")

# Mail. Without a host every mail becomes a file in the data folder, which is said wherever mails are listed.
EMAIL_HOST: str = env.str("EMAIL_HOST", default="")
EMAIL_PORT: int = env.int("EMAIL_PORT", default=587)
EMAIL_HOST_USER: str = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD: str = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_SSL: bool = env.bool("EMAIL_USE_SSL", default=False)
EMAIL_USE_TLS: bool = env.bool("EMAIL_USE_TLS", default=not EMAIL_USE_SSL)
EMAIL_TIMEOUT = 20  # seconds
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = str(CHIMERA_HOME / "mail")
DEFAULT_FROM_EMAIL: str = env.str("MAIL_FROM", default="Chimera <chimera@localhost>")

# Webhooks: addresses inside the own network are refused unless this is set; clear text too.
WEBHOOK_PRIVATE_ALLOWED: bool = env.bool("WEBHOOK_PRIVATE_ALLOWED", default=False)
WEBHOOK_TIMEOUT_S = 15.0
WEBHOOK_OVERLAP_S: int = env.int("WEBHOOK_OVERLAP_S", default=24 * 3600)  # a former secret signs beside the new one

# Pauses after failed tries; after the last one the message is given up, and can be tried again by hand.
LETTER_RETRY_S = (5, 60, 300, 1_800, 7_200, 18_000, 36_000)
LETTER_LEASE_S = 60  # longer than any call
LETTERS_MAX = 50  # of one round
# After a message about one kind further ones of that kind wait so long and become one: a storm is two messages.
NOTICE_FOLD_S: int = env.int("NOTICE_FOLD_S", default=300)
NOTICE_EVERY_S: int = env.int("NOTICE_EVERY_S", default=15)  # how often it is looked for what there is to tell
NOTICE_DEADLINE_S: int = env.int("NOTICE_DEADLINE_S", default=1_800)  # a review that is due within
NOTICE_DOUBT_S: int = env.int("NOTICE_DOUBT_S", default=600)  # a doubt that has waited for
NOTICE_CIRCUIT_S: int = env.int("NOTICE_CIRCUIT_S", default=600)  # a provider that has been down for
NOTICE_RECORD_S: int = env.int("NOTICE_RECORD_S", default=900)  # events that have waited for their seal for
NOTICE_CAP_BP: int = env.int("NOTICE_CAP_BP", default=8_000)  # of a limit, spent and set aside
NOTICE_LOOKBACK_S = 24 * 3600  # what happened longer ago while nobody looked is not told any more
DIGEST_LOOKBACK_DAYS = 7  # what a digest after a long silence covers at most

# Numbers about reviewing: below so many second readings no agreement is told.
SECOND_READINGS_MIN: int = env.int("SECOND_READINGS_MIN", default=20)
