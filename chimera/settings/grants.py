"""The keys that sign publish grants: the root, the ring, and how long one of them signs. PUB-3."""

from chimera.settings.base import env

# The root (PEM). Its public half is what connectors and workers trust, several halves one after another; its private
# half is for workers that publish. With a ring it signs keys only, without one it signs grants itself.
GRANT_PRIVATE_KEY: str = env.str("GRANT_PRIVATE_KEY", default="", multiline=True)
GRANT_PUBLIC_KEY: str = env.str("GRANT_PUBLIC_KEY", default="", multiline=True)
# The folder of the private keys that take turns; told to workers of publish and pay only, who share it.
GRANT_KEY_RING: str = env.str("GRANT_KEY_RING", default="")
GRANT_KEY_ROTATE_S: int = env.int("GRANT_KEY_ROTATE_S", default=24 * 3600)  # how long a key signs
