"""Waits a moment for one of some processes to have work in hand: an idle process is no interesting victim."""

import time
from collections.abc import Sequence

import psycopg

from chimera.chaos import timing
from chimera.chaos.stage import Stage

PATIENCE_S = 0.5
_EVERY_S = 0.01


class Aim:
    """Looks into one database with `query`, which lists the owners of what is in hand."""

    def __init__(self, *, stage: Stage, query: str, database: str = "chimera") -> None:
        self._stage, self._query, self._database = stage, query.encode(), database
        self._connection: psycopg.Connection | None = None

    def __call__(self, pids: Sequence[int]) -> int | None:
        """The first of `pids` that is seen with work in hand; None after half a second."""
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            for owner in self._owners():
                pid = timing.pid_of(owner)
                if pid in pids:
                    return pid
            time.sleep(_EVERY_S)
        return None

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _owners(self) -> list[str]:
        if self._stage.postgres_is_away:
            self.close()
            return []
        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._stage.look(self._database)
            return [str(row[0]) for row in self._connection.execute(self._query)]
        except psycopg.OperationalError:  # it was ended a moment ago
            self.close()
            return []
