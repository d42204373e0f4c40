"""The desk's pages of the ground floor."""

from typing import ClassVar

from django.contrib import admin
from unfold.decorators import display

from chimera.core.circuits.models import Circuit
from chimera.core.desk import ReadingAdmin


@admin.register(Circuit)
class CircuitAdmin(ReadingAdmin):
    """Which providers and platforms are called, and which are left alone until when."""

    list_display: ClassVar[list[str]] = ["provider", "state", "since", "opens", "wait_until", "note"]
    list_filter: ClassVar[list[str]] = ["status"]
    ordering: ClassVar[list[str]] = ["provider"]

    @display(description="state", label={"CLOSED": "success", "HALF_OPEN": "warning", "OPEN": "danger"})
    def state(self, circuit: Circuit) -> str:
        """Closed lets calls through."""
        return circuit.status
