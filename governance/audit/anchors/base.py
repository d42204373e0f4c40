"""The socket of an anchor."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from chimera.core.errors import Unavailable


class AnchorFailed(Unavailable):
    """The place cannot be read or written now. What was sealed is published when it can."""


class Anchor(ABC):
    """A place outside of the database. Its switchboard name is `name`."""

    name: ClassVar[str]

    @abstractmethod
    def latest(self) -> str | None:
        """The newest whole signed note that stands there, None when there is none. AnchorFailed when nobody can say."""

    @abstractmethod
    def publish(self, notes: Sequence[str]) -> None:
        """Write signed notes, oldest first, and return when they are safe. Those that stand there already are left out.

        May be called by several programs at once and may run again. AnchorFailed when that is not possible.
        """
