"""What a mutant is."""

from dataclasses import dataclass

from tests.mutants.changes import InDatabase, InPython, InSchema


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One promise that is broken for the length of a run."""

    name: str
    breaks: str
    made: tuple[InDatabase | InSchema | InPython, ...]
    test: str  # the one that must fail
    says: str  # regular expression, found in "<kind of error>: <what it says>"
