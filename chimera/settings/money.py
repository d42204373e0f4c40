"""Money: what limits begin with, and when the governor stops by itself. Dollars as text; GOV-2, GOV-4."""

from chimera.settings.base import env

# All brands together a day. Written once, by the migration; from then on the desk and the commands change it.
DEFAULT_FLEET_BUDGET_USD: str = env.str("DEFAULT_FLEET_BUDGET_USD", default="500.00")
# Less than this is no money: a scope that has less left pauses itself. The database takes at most a cent.
CHEAPEST_ACT_USD = "0.001"
# A refused row is due again after so long: soon where what is set aside may come back, else when the day ends or when
# a human may have raised the limit meanwhile, whichever is first.
BUDGET_RETRY_S = 30.0
BUDGET_RETRY_MAX_S = 900.0

# Anomalies: an hour against the same hour of 14 days, one hold against what an act usually costs. Up to the floor
# nothing is one.
ANOMALY_EVERY_S = 60
ANOMALY_HOUR_TIMES: float = env.float("ANOMALY_HOUR_TIMES", default=3.0)
ANOMALY_HOLD_TIMES: float = env.float("ANOMALY_HOLD_TIMES", default=20.0)
ANOMALY_FLOOR_USD: str = env.str("ANOMALY_FLOOR_USD", default="1.00")
