"""When a provider counts as broken, and when a node counts as lost. Requirements: PLN-8, PLN-10."""

from chimera.settings.base import env

CIRCUIT_FAILURES: int = env.int("CIRCUIT_FAILURES", default=5)
CIRCUIT_WINDOW_S: float = env.float("CIRCUIT_WINDOW_S", default=30.0)
CIRCUIT_OPEN_S: float = env.float("CIRCUIT_OPEN_S", default=10.0)
CIRCUIT_OPEN_MAX_S: float = env.float("CIRCUIT_OPEN_MAX_S", default=300.0)
CIRCUIT_PROBE_S = 60.0  # longer than any call: then the prober is taken for dead
CIRCUIT_SEEN_S = 0.5  # how long a process believes what it has read
CIRCUIT_BUSY_S = 2.0  # when to come back while somebody else probes

NODE_HEARTBEAT_S = 2.0
NODE_LOST_S: float = env.float("NODE_LOST_S", default=10.0)
