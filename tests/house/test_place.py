"""The servers of the tests are in memory where there is enough of it, and in the checkout elsewhere."""

import shutil
from pathlib import Path

import pytest

from tests import place


@pytest.fixture(autouse=True)
def unsaid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHIMERA_TEST_HOME", raising=False)  # the run that this test belongs to may have one


def test_memory_is_taken_where_there_is_enough_and_is_nobody_elses(tmp_path: Path) -> None:
    found = place.home(memory=tmp_path)
    assert found.is_relative_to(tmp_path)
    assert found.parent.stat().st_mode & 0o777 == 0o700
    assert place.temporary(found, memory=tmp_path) == found.parent / "tmp"


@pytest.mark.parametrize("why", ["little", "none"])
def test_the_checkout_is_taken_where_memory_is_short_or_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "little":
        usage = shutil.disk_usage(tmp_path)._replace(free=place.ENOUGH - 1)
        monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    found = place.home(memory=tmp_path if why == "little" else tmp_path / "missing")
    assert found == place.CHECKOUT / ".chimera" / "test"
    assert place.temporary(found, memory=tmp_path) is None


def test_what_the_environment_says_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHIMERA_TEST_HOME", str(tmp_path / "mine"))
    assert place.home() == tmp_path / "mine"
