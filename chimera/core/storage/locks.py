"""Locks on one content over all machines, where the store itself has none: in Postgres, as long as a transaction.

Requirements: GEN-6.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_KEY = "hashtextextended(%s, 58)"


@contextmanager
def shared(content_hash: str) -> Iterator[None]:
    """While this is held nobody deletes the content. Waits for somebody who does, which takes one call."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock_shared({_KEY})", [content_hash])
        yield


@contextmanager
def alone(content_hash: str) -> Iterator[bool]:
    """Whether nobody else has it: False, at once, when somebody is storing the same content."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({_KEY})", [content_hash])
        yield bool(cursor.fetchone()[0])
