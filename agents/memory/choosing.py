"""Which store this process asks: the memory server where the settings name one, else the store itself."""

from django.conf import settings

from agents.memory.base import Store
from chimera.core.errors import Denied


class NoStore(Denied):
    """The settings name a store that there is not."""


def own() -> Store:
    """The store that MEMORY_STORE names, in this process: what the memory server serves. Raises NoStore."""
    if settings.MEMORY_STORE == "postgres":
        from agents.memory.postgres import PostgresStore

        return PostgresStore()
    if settings.MEMORY_STORE == "weaviate":
        from agents.memory.weaviate import WeaviateStore

        return WeaviateStore()
    raise NoStore(f"MEMORY_STORE is {settings.MEMORY_STORE!r}; set postgres or weaviate.")


def store() -> Store:
    """Whom to ask from here."""
    if not settings.MEMORY_URL:
        return own()
    from agents.memory.remote import RemoteStore

    return RemoteStore.from_settings()
