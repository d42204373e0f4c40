"""The newcomer's test: in a copy of the checkout every part that `manage.py new` makes passes as it stands.

The copy's tests run on the servers of this run, so that nothing else has to be started.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chimera.core import scaffold
from tests import servers

HOUSE = ("test_rooms", "test_sizes", "test_specs", "test_words")
# Nothing to complain about, and no migration; one program, because starting Django takes most of the time.
LOOK = (
    "import django; django.setup(); from django.core.management import call_command as call;"
    "call('check', fail_level='WARNING'); call('makemigrations', check_changes=True, dry_run=True)"
)
# Five commands, mypy from nothing, and a second pytest: about 30 s on two busy cores.
pytestmark = pytest.mark.timeout(600)


def copy_of_the_checkout(to: Path) -> Path:
    """Everything that belongs to the tree, new files included; what is installed or made by running stays behind."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=servers.CHECKOUT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        source = servers.CHECKOUT / name
        if source.is_file():  # one that was deleted is still listed
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, to / name)
    return to


class Copy:
    """A copy in which commands run as a newcomer's would: without any of this run's variables."""

    def __init__(self, root: Path) -> None:
        self.root = copy_of_the_checkout(root / "copy")
        self.home = root / "home"

    def run(self, *words: str, **more: str) -> str:
        """Standard output of a Python program in the copy, which must end well."""
        kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "USER", "TMPDIR")}
        ours = {
            "PYTHONPATH": str(self.root),
            "DJANGO_SETTINGS_MODULE": "chimera.settings",
            "CHIMERA_HOME": str(self.home),
            "SECRET_KEY": "of-the-copy",
            "PLAIN_HTTP": "1",
        }
        command = [sys.executable, *words]
        done = subprocess.run(
            command, cwd=self.root, env={**kept, **ours, **more}, capture_output=True, text=True, timeout=500
        )
        assert done.returncode == 0, f"{words}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def new(self, *words: str) -> dict[str, object]:
        """What `manage.py new ... --json` says."""
        said: dict[str, object] = json.loads(self.run("manage.py", "new", *words, "--json").splitlines()[-1])
        return said

    def files(self) -> dict[str, bytes]:
        found = [path for path in self.root.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in found}


@pytest.mark.spec("JDG-1", "GEN-1", "TRD-1", "PUB-1")
def test_each_part_is_made_by_one_command_and_passes_as_it_stands(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    before = copy.files()
    made: list[str] = []
    for part in scaffold.SHAPES:
        said = copy.new(part, "newcomer")
        assert said["written"] is True
        assert isinstance(said["files"], list)
        made += said["files"]
    assert not (copy.home / "data" / "postgres").exists(), "no server was started for it"
    after = copy.files()
    assert {name for name in after if after[name] != before.get(name)} == {*made, scaffold.SWITCHBOARD.as_posix()}
    assert not before.keys() - after.keys()

    tests = [name for name in made if name.startswith("tests/")]
    sources = [name for name in made if name not in tests]
    assert (len(tests), len(sources)) == (5, 6)
    touched = [*made, scaffold.SWITCHBOARD.as_posix()]
    copy.run("-m", "ruff", "check", "--no-cache", *touched)
    copy.run("-m", "ruff", "format", "--check", "--no-cache", *touched)
    copy.run("-m", "mypy", "--cache-dir", str(tmp_path / "mypy"), *sources, "chimera/switchboard.py")
    assert "No changes detected" in copy.run("-W", "ignore", "-c", LOOK)

    house = [f"tests/house/{name}.py" for name in HOUSE]
    said_by_pytest = copy.run(
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        *tests,
        *house,
        CHIMERA_TEST_HOME=str(servers.HOME),
    )
    assert " passed" in said_by_pytest
    assert "skipped" not in said_by_pytest


def test_a_dry_run_shows_everything_and_writes_nothing(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    before = copy.files()
    shown = copy.run("manage.py", "new", "policy", "newcomer", "--dry-run")
    assert "would write governance/policies/rules/newcomer.py" in shown
    assert "class NewcomerPolicy(Policy):" in shown
    assert 'would add to chimera/switchboard.py: "newcomer": "governance.policies.rules.newcomer' in shown
    assert copy.files() == before


def test_a_new_soul_is_written_where_one_stands_and_only_once(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    board = (copy.root / scaffold.SWITCHBOARD).read_bytes()
    said = copy.new("soul", "nova_lamp")
    assert said == {"files": ["nova_lamp.SOUL.md"], "line": "", "next": said["next"], "written": True}
    with pytest.raises(AssertionError, match=r"nova_lamp\.SOUL\.md exists and is not overwritten"):
        copy.new("soul", "nova_lamp")
    assert (copy.root / scaffold.SWITCHBOARD).read_bytes() == board
