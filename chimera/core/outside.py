"""Waiting for the outside: never with an open transaction, never with a held connection.

Three hundred model calls may wait in one process; they must not hold three hundred connections.
Requirements: PLN-9, GOV-1.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


class TransactionOpen(Exception):
    """A call to the outside was tried inside a transaction: a mistake in the code."""


@contextmanager
def waiting() -> Iterator[None]:
    """Give the database connection back (to its pool, or closed) before a wait."""
    if connection.in_atomic_block:
        raise TransactionOpen("Outside calls are made between transactions, never inside one.")
    connection.close()
    yield
