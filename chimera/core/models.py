"""Tables of the ground floor."""

from chimera.core.brands.models import Binding, Brand
from chimera.core.calls.models import CallRecord
from chimera.core.circuits.models import Circuit
from chimera.core.clock import Clock
from chimera.core.honesty.models import Disclosure
from chimera.core.ticks import Tick

__all__ = ["Binding", "Brand", "CallRecord", "Circuit", "Clock", "Disclosure", "Tick"]
