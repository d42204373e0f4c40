"""Waiting for the outside: never with an open transaction, never with a held connection.

Three hundred model calls may wait in one process; they must not hold three hundred connections.
Requirements: PLN-9, GOV-1.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_here = threading.local()


class TransactionOpen(Exception):
    """A call to the outside was tried inside a transaction: a mistake in the code."""


@contextmanager
def waiting() -> Iterator[None]:
    """Give the database connection back (to its pool, or closed) before a wait."""
    if connection.in_atomic_block:
        raise TransactionOpen("Outside calls are made between transactions, never inside one.")
    connection.close()
    yield


@contextmanager
def on_one_connection() -> Iterator[None]:
    """Several questions in a row over one connection, which goes back at the end: nothing outside is waited for.

    Each getting of a connection is a lock and a look at its socket.
    """
    _here.depth = getattr(_here, "depth", 0) + 1
    try:
        yield
    finally:
        _here.depth -= 1
        give_back()


def give_back() -> None:
    """Give this thread's connection back, unless it is inside `on_one_connection`."""
    if not getattr(_here, "depth", 0):
        connection.close()
