"""Breaks one promise for the length of a run: `CHIMERA_MUTANT=<name> pytest -p tests.mutants.plugin <tests>`.

Databases are changed right after they were cloned, functions before the tests are collected. With
CHIMERA_MUTANT_REPORT=<file> it also writes down how each test ended, and of what. A mutant that finds nothing to change
ends the run with exit code 4.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests import servers
from tests.mutants.changes import InPython, NothingToBiteOn
from tests.mutants.mutants import MUTANTS, Mutant

NAME = os.environ.get("CHIMERA_MUTANT", "")
REPORT = os.environ.get("CHIMERA_MUTANT_REPORT", "")

_told: dict[str, dict[str, list[str]]] = {}
_bites = 0


def _stop(sentence: str) -> NoReturn:
    pytest.exit(sentence, returncode=pytest.ExitCode.USAGE_ERROR)


def _bite(mutant: Mutant, change: Any, *on: Any) -> None:
    global _bites
    try:
        change.apply(*on)
    except NothingToBiteOn as missing:
        _stop(f"the mutant {mutant.name} has nothing to bite on: {missing}")
    _bites += 1


def pytest_sessionstart(session: pytest.Session) -> None:
    """Django is set up, no test is imported yet."""
    if not NAME:
        return
    mutant = next((one for one in MUTANTS if one.name == NAME), None)
    if mutant is None:
        _stop(f"there is no mutant {NAME}; there are {', '.join(one.name for one in MUTANTS)}")
    in_database = [change for change in mutant.made if not isinstance(change, InPython)]
    clone = servers.clone

    def clone_broken(name: str) -> None:
        clone(name)
        with servers.admin(name) as database:
            for change in in_database:
                _bite(mutant, change, database)

    servers.clone = clone_broken
    for change in mutant.made:
        if isinstance(change, InPython):
            _bite(mutant, change)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """How each phase of a test ended: outcome, kind of error, what it says."""
    report = yield
    said = call.excinfo
    ended = [report.outcome, said.typename if said else "", str(said.value)[:4000] if said else ""]
    _told.setdefault(item.nodeid, {})[report.when] = ended
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave the report."""
    if REPORT:
        Path(REPORT).write_text(json.dumps({"mutant": NAME, "bites": _bites, "tests": _told}), encoding="utf-8")
