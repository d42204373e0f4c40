"""Sealing the record: how often, with which keys, and where checkpoints stand outside. Requirements: AUD-2, AUD-3.

Only the program that seals gets SEALER_DATABASE_URL (the login chimera_sealer) and CHECKPOINT_KEYS_FILE. The connection
must be a direct one: a pooler between transactions is fine for the rest, but one sealer at a time is a lock.
"""

from pathlib import Path

from chimera.settings.base import CHIMERA_HOME, CHIMERA_ROLE, DATABASES, env

SEALER_DATABASE_URL: str = env.str(
    "SEALER_DATABASE_URL", default=env.str("DATABASE_URL", default="") if CHIMERA_ROLE == "sealer" else ""
)
SEALER_ALIAS = "sealer"
if SEALER_DATABASE_URL:
    DATABASES[SEALER_ALIAS] = {
        **env.db_url_config(SEALER_DATABASE_URL),
        "ENGINE": "django.db.backends.postgresql",
    }
# Whoever seals reads the events of all brands; its login can do nothing else.
DATABASES_OVER_ALL_BRANDS = (SEALER_ALIAS,)

SEAL_EVERY_MS: int = env.int("SEAL_EVERY_MS", default=250)
SEAL_COUNT_MAX: int = env.int("SEAL_COUNT_MAX", default=20_000)  # entries of one checkpoint
CHECKPOINT_KEYS_FILE = Path(env.str("CHECKPOINT_KEYS_FILE", default=str(CHIMERA_HOME / "checkpoint-keys.pem")))
CHECKPOINT_KEY_DAYS: int = env.int("CHECKPOINT_KEY_DAYS", default=90)  # then the schedule asks for a new one; 0: never
RECORD_DIR = Path(env.str("RECORD_DIR", default=str(CHIMERA_HOME / "record")))
