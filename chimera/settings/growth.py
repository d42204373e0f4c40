"""How long things are kept, and how fast a batch has to be. Days; a retention of 0 keeps for ever."""

from chimera.settings.base import env

# Goals that ended longer ago move into the archive with all their work. The database refuses less than a day.
ARCHIVE_AFTER_DAYS: int = env.int("ARCHIVE_AFTER_DAYS", default=30)
ARCHIVE_BATCH = 200  # goals of one transaction
ARCHIVE_RUN_S = 300.0  # of one scheduled run; what is left waits for the next
RETENTION_ARCHIVE_DAYS: int = env.int("RETENTION_ARCHIVE_DAYS", default=365)  # the database refuses less than 30
RETENTION_TREND_DAYS: int = env.int("RETENTION_TREND_DAYS", default=30)  # after a trend has expired
RETENTION_FEED_ITEM_DAYS: int = env.int("RETENTION_FEED_ITEM_DAYS", default=30)
RETENTION_TICK_DAYS: int = env.int("RETENTION_TICK_DAYS", default=7)

# Seconds that a persona's batch may take from its goals to its last post, without the time that a human has it.
BATCH_SERVICE_LEVEL_S: int = env.int("BATCH_SERVICE_LEVEL_S", default=3600)
