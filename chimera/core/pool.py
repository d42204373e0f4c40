"""Connections of the pool: whether one still stands is seen on its socket, without a question to the server.

Whoever ends a connection says so, and that can be read at once. A peer that fell silent without a word is noticed by
neither: the first statement waits for it, as a question would have.
"""

import select
from typing import Any

import psycopg
from psycopg import Cursor
from psycopg.abc import Params

CHECK = ""  # what the pool asks before it hands one out (`psycopg_pool.ConnectionPool.check_connection`)


class Standing(psycopg.Connection[Any]):
    """Answers the pool's question itself while nothing has come in since the last statement."""

    def execute(
        self, query: Any, params: Params | None = None, *, prepare: bool | None = None, binary: bool = False
    ) -> Cursor[Any]:
        """See `psycopg.Connection.execute`."""
        if query == CHECK and not self.closed and not _has_word(self.pgconn.socket):
            return self.cursor()
        return super().execute(query, params, prepare=prepare, binary=binary)


def _has_word(descriptor: int) -> bool:
    """Whether there is something to read, or its end."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
