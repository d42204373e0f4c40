"""One clock. SQL asks `chimera_now()`, Python asks `clock.now()`, which asks the same function.

The database's clock plus an offset that only the owner can write and that must be zero unless the database is marked
as a simulation: so midnight, expiry and undo can be tested, and hosts with wrong clocks do no harm.
Requirements: PLN-3, GOV-4, REV-6.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models
from django.db.models.expressions import Func


class Now(Func):
    """`chimera_now()` in the ORM, as a default or in a filter."""

    function = "chimera_now"
    template = "%(function)s()"
    output_field: Any = models.DateTimeField()


class Clock(models.Model):
    """The one row that shifts the clock (fleet table)."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    shift = models.DurationField()
    simulated = models.BooleanField(default=False)

    class Meta:
        db_table = "core_clock"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="clock_has_one_row"),
            models.CheckConstraint(
                condition=models.Q(simulated=True) | models.Q(shift=timedelta(0)),
                name="clock_shifts_only_in_simulation",
            ),
        ]


def now() -> datetime:
    """The time, from the database. Timezone-aware UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT chimera_now()")
        row: tuple[datetime] = cursor.fetchone()
    return row[0]
