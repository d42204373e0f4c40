"""The circuit (fleet table). Only the functions in `sql/circuits.sql` write it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from chimera.core.circuits.states import CircuitStatus
from chimera.core.clock import Now


class Circuit(models.Model):
    """One provider or platform that has failed at least once.

    `wait_until` is one column for two questions: open -> no probe before; half open -> end of the probe's lease.
    """

    provider = models.CharField(max_length=40, unique=True)
    status = models.CharField(max_length=16, choices=CircuitStatus.choices)
    state_version = models.IntegerField(default=1, editable=False)
    since = models.DateTimeField(db_default=Now())
    failed_at = ArrayField(models.DateTimeField(), default=list)  # of the last few failures, oldest first
    opens = models.IntegerField(default=0)  # times in a row; each one doubles the wait
    wait_until = models.DateTimeField(null=True)
    probe_by = models.CharField(max_length=120, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")  # the last failure, for people

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=CircuitStatus.values), name="circuit_status_is_known"),
            models.CheckConstraint(
                condition=models.Q(status=CircuitStatus.CLOSED, wait_until__isnull=True, opens=0)
                | models.Q(
                    status__in=[CircuitStatus.OPEN, CircuitStatus.HALF_OPEN], wait_until__isnull=False, opens__gte=1
                ),
                name="circuit_waits_unless_closed",
            ),
            models.CheckConstraint(
                condition=(models.Q(status=CircuitStatus.HALF_OPEN) & ~models.Q(probe_by=""))
                | (~models.Q(status=CircuitStatus.HALF_OPEN) & models.Q(probe_by="")),
                name="circuit_half_open_has_one_prober",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} ({self.status})"
