"""Text from outside that tries to give orders: cleaned, marked, looked through and, where it trips, set aside (SAF-1).

The detector is a tripwire and a statistic, never the lock: what may act is decided by taint, roles and grants, whatever
it says. Nothing here calls a model or the network.
"""
