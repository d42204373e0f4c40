"""How a mutant is made: a promise of the database or of a function is taken back, and nothing else is touched.

A change that no longer finds its place is an error, never a pass: the promise has moved, and the mutant must follow.
"""

import ast
import importlib
import inspect
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg


class NothingToBiteOn(Exception):
    """What a mutant would break is not there (any more)."""


@dataclass(frozen=True)
class InDatabase:
    """A database function whose text is changed in these places (each at least once)."""

    function: str
    places: Mapping[str, str]

    def apply(self, database: psycopg.Connection) -> None:
        """Re-create the function with the places changed; owner and privileges stay."""
        found = database.execute(
            "SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace "
            "AND p.proname = %s",
            [self.function],
        ).fetchall()
        if len(found) != 1:
            raise NothingToBiteOn(f"the database has {len(found)} functions named {self.function}, not one")
        database.execute(replaced(found[0][0], self.places, where=self.function).encode())


@dataclass(frozen=True)
class InSchema:
    """A statement that takes a promise away. It must fail when the promise is not there: DROP, not DISABLE."""

    statement: str

    def apply(self, database: psycopg.Connection) -> None:
        """Run it as the superuser."""
        try:
            database.execute(self.statement.encode())
        except psycopg.Error as error:
            raise NothingToBiteOn(f"{self.statement}: {error}") from error


@dataclass(frozen=True)
class InPython:
    """A function (`module:function` or `module:Class.method`) whose source is changed in these places."""

    function: str
    places: Mapping[str, str]

    def apply(self) -> None:
        """Change it in place, so that whoever imported it by name runs the changed one too."""
        module, _, path = self.function.partition(":")
        found = importlib.import_module(module)
        for part in path.split("."):
            if not hasattr(found, part):
                raise NothingToBiteOn(f"there is no {self.function}")
            found = getattr(found, part)
        function = inspect.unwrap(found)
        source = textwrap.dedent(inspect.getsource(function))
        tree = ast.parse(replaced(source, self.places, where=self.function))
        (definition,) = tree.body
        assert isinstance(definition, ast.FunctionDef)
        definition.decorator_list = []  # what decorates it stays around it
        scope = dict(function.__globals__)
        exec(compile(tree, f"<mutant of {self.function}>", "exec", dont_inherit=True), scope)
        function.__code__ = scope[definition.name].__code__


def replaced(text: str, places: Mapping[str, str], *, where: str) -> str:
    """The text with every place changed. NothingToBiteOn when one of them is not in it."""
    for old, new in places.items():
        if old not in text or old == new:
            raise NothingToBiteOn(f"{where} does not say {old!r} any more")
        text = text.replace(old, new)
    return text
