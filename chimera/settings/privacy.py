"""How people outside are written down, and for how long what they wrote is kept. Requirements: SAF-2."""

from chimera.settings.base import env

# version:base64 of at least 16 bytes, the one to write with first; empty: made from SECRET_KEY and its fallbacks.
AUTHOR_KEYS: list[str] = env.list("AUTHOR_KEYS", default=[])
RETENTION_OUTSIDE_TEXT_DAYS: int = env.int("RETENTION_OUTSIDE_TEXT_DAYS", default=30)  # 0 keeps for ever
