"""Scheduled ticks happen once, however many schedulers run: the tick is a row with a unique key.

Requirements: PLN-3, TRD-1.
"""

from django.db import connection, models

from chimera.core.clock import Now


class Tick(models.Model):
    """One period of one schedule (fleet table)."""

    name = models.CharField(max_length=60)
    period = models.BigIntegerField()  # number of whole periods since 1970
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "period"], name="tick_happens_once")]

    def __str__(self) -> str:
        return f"{self.name} #{self.period}"


def first(*, name: str, every_s: int) -> bool:
    """True for the first caller in this period of `every_s` seconds, False for everybody after it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_tick (name, period) "
            "VALUES (%s, floor(extract(epoch FROM chimera_now()) / %s)::bigint) ON CONFLICT DO NOTHING",
            [name, every_s],
        )
        return bool(cursor.rowcount == 1)
