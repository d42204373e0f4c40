"""After the faults: let the fleet finish, and let the clock jump over back-offs instead of sitting them out.

The jump is honest only while nobody works: no living process holds a row, and nothing that was sent may still land,
for no platform has had a request in hand for a while (one whose caller has gone counts until it is over).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg

from chimera.chaos import timing
from chimera.chaos.crew import Crew
from chimera.chaos.platforms import Place
from chimera.chaos.stage import Stage

MAY_LAND_S = 3.0  # after the last request that a platform had in hand: what a connector still passes on
STALLED_S = 30.0  # nothing moved for so long, although the clock was shifted to what was due next
_QUIET_S = 1.5  # nothing moved for so long
_LEAST_JUMP_S = 1.0
_LOOK_S = 0.5
# Open goals nobody waits for, posts that are to go out, and when the next of either is due.
_OPEN = """
SELECT (SELECT count(*) FROM agents_goal g WHERE g.status IN ('PROPOSED', 'ACTIVE') AND NOT EXISTS
          (SELECT 1 FROM agents_task t JOIN governance_reviewitem r ON r.subject = 'agents.task:' || t.id
            WHERE t.goal_id = g.id AND r.status = 'PENDING'))
     + (SELECT count(*) FROM publishing_post WHERE status = 'SCHEDULED')
"""
_ROWS = "(SELECT due_at, lease_until, lease_owner FROM agents_task UNION ALL " \
        "SELECT due_at, lease_until, lease_owner FROM publishing_post) AS row"  # fmt: skip
_NEXT = f"SELECT extract(epoch FROM min(due_at) - chimera_now()) FROM {_ROWS} WHERE due_at IS NOT NULL"
_HOLDERS = f"SELECT lease_owner FROM {_ROWS} WHERE lease_until > chimera_now()"
_MOVED = """
SELECT (SELECT coalesce(max(id), 0) FROM governance_auditevent) + (SELECT coalesce(max(id), 0) FROM governance_attempt)
"""


@dataclass
class Settling:
    """Waits for the end of one run. `shifted_s` is what the clock was moved in all."""

    stage: Stage
    crew: Crew
    look: Callable[[], None]  # what has to be done every moment: the crew's tick
    places: Sequence[Place]
    shifted_s: float = 0.0
    took_s: float = 0.0

    def wait(self, *, at_most_s: float) -> int:
        """Until nothing is open, nothing moves any more, or the time is up; returns how many are still open."""
        begun = time.monotonic()
        left = self._wait(begun + at_most_s)
        self.took_s = time.monotonic() - begun
        return left

    def _wait(self, ends: float) -> int:
        moved: object = None
        moved_at = time.monotonic()
        left = -1
        while time.monotonic() < ends:
            self.look()
            with self.stage.look() as owner:
                left = _number(owner, _OPEN)
                if left == 0:
                    return 0
                now = time.monotonic()
                if (found := _number(owner, _MOVED)) != moved:
                    moved, moved_at = found, now
                if now - moved_at > STALLED_S:
                    return left
                if now - moved_at > _QUIET_S and not self._somebody_works(owner) and self._nothing_flies():
                    self._jump(owner)
            time.sleep(_LOOK_S)
        return left

    def _nothing_flies(self) -> bool:
        return not self.crew.anyone_frozen() and all(place.idle_s() > MAY_LAND_S for place in self.places)

    def _somebody_works(self, owner: psycopg.Connection) -> bool:
        alive = self.crew.alive_pids()
        return any(timing.pid_of(row[0]) in alive for row in owner.execute(_HOLDERS.encode()))

    def _jump(self, owner: psycopg.Connection) -> None:
        row = owner.execute(_NEXT.encode()).fetchone()
        if row is None or row[0] is None or row[0] < _LEAST_JUMP_S:
            return
        self.stage.shift_clock(float(row[0]))
        self.shifted_s += float(row[0])


def _number(owner: psycopg.Connection, query: str) -> int:
    row = owner.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0
