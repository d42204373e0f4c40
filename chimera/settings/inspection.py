"""How long the record is kept. Days; 0 keeps for ever."""

from chimera.settings.base import env

# Older events are put away, their leaves stay. The database refuses less than 184: the law asks for six months of logs.
RETENTION_AUDIT_DAYS: int = env.int("RETENTION_AUDIT_DAYS", default=0)
RETENTION_AUDIT_RUN_S = 300.0  # of one scheduled run; what is left waits for the next
