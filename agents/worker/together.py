"""Rows that were taken together: what has to be read for one of them is read for all of them at once.

Whoever asks first pays the round trip, the others find the answer. Requirements: PLN-2, JDG-1.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from agents.tasks.models import Task
from agents.tasks.taking import Taken

Read = TypeVar("Read")


@dataclass(kw_only=True)
class Together:
    """The rows by id, their claims with what they made and hang on, and what was read for all of them."""

    rows: Mapping[int, Task]
    taken: Mapping[int, Taken]
    _read: dict[str, Any] = field(default_factory=dict)

    def read(self, name: str, read: Callable[["Together"], Read]) -> Read:
        """What `read` returns for the whole set; the first call reads."""
        if name not in self._read:
            self._read[name] = read(self)
        found: Read = self._read[name]
        return found
