"""Tables of the ground floor."""

from chimera.core.brands.models import Brand
from chimera.core.calls.models import CallRecord
from chimera.core.circuits.models import Circuit
from chimera.core.clock import Clock
from chimera.core.ticks import Tick

__all__ = ["Brand", "CallRecord", "Circuit", "Clock", "Tick"]
