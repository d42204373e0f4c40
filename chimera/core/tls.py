"""Whom our own clients trust: the usual certificates, without a word from the environment."""

from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def context() -> Any:
    """One for the process: reading the certificates costs more than a whole call, also of one without TLS."""
    import httpx2

    return httpx2.create_ssl_context(trust_env=False)
