"""Three families of errors, and no more.

Whoever raises picks the family by what the caller can do next; the message is a sentence for a person:
what could not be done, where, and what to do. Requirements: PLN-4, GOV-3.
"""


class ChimeraError(Exception):
    """Root of the three families; never raised itself."""


class Conflict(ChimeraError):
    """Lost a race: somebody else moved the row first. Nothing was changed; look again."""


class Denied(ChimeraError):
    """A rule said no. Asking again without changing anything gives the same answer."""


class Stopped(Denied):
    """A control is in force on what should be done: it waits, which is no failure of it. `scope` says which one."""

    def __init__(self, sentence: str, *, scope: str = "") -> None:
        super().__init__(sentence)
        self.scope = scope


class Unavailable(ChimeraError):
    """Not now: ask again later. Nothing was decided. `provider` is whose outage it is, where somebody knows."""

    provider: str = ""
