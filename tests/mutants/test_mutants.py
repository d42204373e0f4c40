"""Every promise that the tests are believed to keep is broken once, and its test must fail of exactly that.

One process per mutant, beside each other when pytest is given workers (`-n 2 --dist load`).
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import servers
from tests.conftest import World
from tests.mutants.changes import InDatabase, InPython, InSchema, NothingToBiteOn
from tests.mutants.mutants import MUTANTS, Mutant

# A process of its own takes some seconds, all named tests in one some more; the machine may be busy.
pytestmark = [pytest.mark.timeout(600), pytest.mark.spec("PLN-5", "GOV-2", "TEN-1", "AUD-1", "PUB-4")]


@dataclass(frozen=True, kw_only=True)
class Told:
    """How a run ended."""

    code: int
    bites: int
    tests: Mapping[str, Mapping[str, tuple[str, str, str]]]  # test -> phase -> outcome, kind of error, what it says
    output: str


def run(*, tests: Sequence[str], folder: Path, mutant: str = "") -> Told:
    """The tests in a process of its own, on the servers of this run and on databases of its own."""
    ours = ("PYTEST_", "COV_", "COVERAGE_", "CHIMERA_MUTANT")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    report = folder / "report.json"
    number = next((n for n, one in enumerate(MUTANTS, 1) if one.name == mutant), 0)
    variables |= {
        "CHIMERA_MUTANT": mutant,
        "CHIMERA_MUTANT_REPORT": str(report),
        "PYTEST_XDIST_WORKER": f"{servers._worker()}_mutant{number}",  # the name of its databases
    }
    # Quick to start: bytecode is kept between the processes of this run, and no named test needs hypothesis.
    variables |= {"PYTHONDONTWRITEBYTECODE": ""}
    plugins = ["-p", "tests.mutants.plugin"]
    plugins += [word for name in ("xdist", "cacheprovider", "hypothesispytest") for word in ("-p", f"no:{name}")]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "--tb=short", "--durations=0", *tests],
        env=variables,
        cwd=servers.CHECKOUT,
        capture_output=True,
        text=True,
        timeout=500,
    )
    told = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {"bites": 0, "tests": {}}
    return Told(code=done.returncode, bites=told["bites"], tests=told["tests"], output=done.stdout + done.stderr)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_promise_makes_its_test_fail_of_exactly_that(mutant: Mutant, tmp_path: Path) -> None:
    told = run(tests=[mutant.test], folder=tmp_path, mutant=mutant.name)
    assert told.code == pytest.ExitCode.TESTS_FAILED, f"{mutant.breaks}\n{told.output}"
    assert told.bites >= len(mutant.made), told.output
    assert list(told.tests) == [mutant.test], told.output
    phases = told.tests[mutant.test]
    assert phases["setup"][0] == "passed", told.output
    outcome, kind, said = phases["call"]
    assert outcome == "failed", f"{mutant.breaks}\n{told.output}"
    assert re.search(mutant.says, f"{kind}: {said}", re.DOTALL), f"it failed of something else: {kind}: {said}"


def test_with_nothing_broken_every_named_test_passes(tmp_path: Path) -> None:
    named = sorted({mutant.test for mutant in MUTANTS})
    told = run(tests=named, folder=tmp_path)
    assert told.code == pytest.ExitCode.OK, told.output
    assert sorted(told.tests) == named
    assert {phases["call"][0] for phases in told.tests.values()} == {"passed"}
    assert told.bites == 0


def test_a_mutant_that_is_not_in_the_table_ends_the_run(tmp_path: Path) -> None:
    told = run(tests=[MUTANTS[0].test], folder=tmp_path, mutant="no_such_mutant")
    assert told.code == pytest.ExitCode.USAGE_ERROR
    assert "there is no mutant no_such_mutant; there are no_fence_in_proposed" in told.output
    assert told.tests == {}


@pytest.mark.parametrize(
    "change",
    [
        InDatabase("no_such_function", {"a": "b"}),
        InDatabase("chimera_guard", {"RETURN NEW;": "RETURN NULL;", "what no function says": ""}),
        InSchema("DROP TRIGGER no_such_trigger ON governance_effect"),
        InSchema("ALTER TABLE core_tick DROP CONSTRAINT no_such_constraint"),
    ],
    ids=["function", "place", "trigger", "constraint"],
)
def test_a_promise_that_has_moved_is_an_error_and_never_a_pass(world: World, change: InDatabase | InSchema) -> None:
    owner = world.superuser()
    before = owner.execute("SELECT pg_get_functiondef('chimera_guard'::regproc)").fetchone()
    with pytest.raises(NothingToBiteOn):
        change.apply(owner)
    assert owner.execute("SELECT pg_get_functiondef('chimera_guard'::regproc)").fetchone() == before


@pytest.mark.parametrize(
    ("function", "places"),
    [
        ("governance.transitions:move", {"what no function says": ""}),
        ("governance.transitions:no_such_function", {"a": "b"}),
    ],
)
def test_a_function_that_has_moved_is_an_error_and_never_a_pass(function: str, places: dict[str, str]) -> None:
    with pytest.raises(NothingToBiteOn):
        InPython(function, places).apply()


def test_every_mutant_has_a_name_and_a_sentence_of_its_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len({mutant.breaks for mutant in MUTANTS}) == len(MUTANTS)
    assert all(mutant.breaks.endswith(".") for mutant in MUTANTS)
