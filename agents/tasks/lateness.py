"""What is too late although nobody claims it: its agent is paused, it hangs on something, it waits for money.

A claim finds out by itself that a row is late; for the others the sweeper asks. Requirements: PLN-6, TRD-2.
"""

import logging

from django.conf import settings
from django.db import OperationalError, connection

from agents.tasks import services as tasks
from chimera.core import tenancy
from chimera.core.errors import Conflict

log = logging.getLogger("chimera.tasks")

LATE = "Its time is over: the trend has expired."
LATE_MAX = 20  # goals in one go: each is a transaction of its own


def cancel_late(*, count_max: int = LATE_MAX) -> int:
    """Cancel the open goals whose deadline is over, over all brands, the longest overdue first. Returns how many.

    What a worker is doing for one of them is dropped when it finishes, and its spend is settled.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, brand_id FROM agents_goal_late(%s, %s)", [f"{settings.SWEEP_LATE_S} s", count_max])
        late = cursor.fetchall()
    cancelled = 0
    for goal_id, brand_id in late:
        try:
            with tenancy.brand(brand_id, actor=settings.SWEEPER):
                tasks.cancel(goal_id=goal_id, note=LATE)
            cancelled += 1
        except (Conflict, OperationalError) as lost:  # somebody else moved it, or a deadlock: the next round sees
            log.info("agents.goal:%s was not cancelled: %s", goal_id, lost)
    return cancelled
