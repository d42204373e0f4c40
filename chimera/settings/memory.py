"""Where memories stand, how they are reached, and how long they last. Requirements: PER-4, MCP-1."""

from chimera.settings.base import env

MEMORY_STORE: str = env.str("MEMORY_STORE", default="postgres")  # or "weaviate"
# The memory MCP server (`manage.py memory_server`). Empty: the store is used in this process, as on one machine.
MEMORY_URL: str = env.str("MEMORY_URL", default="")
MEMORY_TOKEN: str = env.str("MEMORY_TOKEN", default=env.str("SERVICE_TOKEN", default=""))
MEMORY_TIMEOUT_S: float = env.float("MEMORY_TIMEOUT_S", default=5.0)
MEMORY_COUNT: int = env.int("MEMORY_COUNT", default=5)  # of the most alike, in a prompt
MEMORY_RECENT_S: float = env.float("MEMORY_RECENT_S", default=3600.0)  # all of this time is in a prompt
REMEMBER_EVERY_S = 10
REMEMBER_FOR_S = 2.0  # of each time, at most: the same thread sweeps the queues
RETENTION_MEMORY_DAYS: int = env.int("RETENTION_MEMORY_DAYS", default=730)  # 0 keeps for ever

WEAVIATE_HOST: str = env.str("WEAVIATE_HOST", default="127.0.0.1")
WEAVIATE_PORT: int = env.int("WEAVIATE_PORT", default=8080)
WEAVIATE_GRPC_PORT: int = env.int("WEAVIATE_GRPC_PORT", default=50051)
WEAVIATE_TLS: bool = env.bool("WEAVIATE_TLS", default=False)
WEAVIATE_KEY: str = env.str("WEAVIATE_KEY", default="")

# Servers of ours that are no platform's connector: the module that declares their tools, beside its lock file.
OWN_SERVERS: tuple[str, ...] = ("agents.memory.server", "publishing.media.making.server")
