"""The auditor's walk-through in docs/auditing.md, run line by line as it stands: export, copy, verify."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import house_tree
import pytest
from django.core.management import call_command

from chimera.core import tenancy
from chimera.core.brands.models import Brand
from tests.conftest import World
from tests.governance import sealers
from tests.governance.desks import past

PAGE = house_tree.ROOT / "docs" / "auditing.md"
BLOCK = re.compile(r"^```\n(.*?)^```", re.MULTILINE | re.DOTALL)


def lines() -> list[str]:
    """Every line of every block, in the order of the page."""
    text = PAGE.read_text(encoding="utf-8")
    return [line for block in BLOCK.findall(text) for line in block.splitlines() if line.strip()]


@pytest.fixture
def machine(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[World]:
    """A fleet with a sealed record in its data folder, and the one file that an auditor brings."""
    folder = tmp_path / ".chimera" / "record"
    folder.mkdir(parents=True)
    settings.RECORD_DIR = folder
    past(world)
    with sealers.sealing(world, folder, count_max=2) as sealer:  # checkpoints of 2, 4 and 5 entries
        sealer.all()
    with world.role("operator"):
        with tenancy.all_brands(actor="test:walk"):
            Brand.objects.create(slug="lantern", name="Lantern")
        with sealers.sealing(world, folder) as sealer:
            sealer.round()
        (tmp_path / "verify_record.py").write_bytes((house_tree.ROOT / "tools" / "verify_record.py").read_bytes())
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "python").symlink_to(sys.executable)
        monkeypatch.chdir(tmp_path)
        yield world


def run(line: str) -> tuple[int, str]:
    """A line as a shell would run it; `manage.py` in this process, whose database it is about."""
    if line.startswith("manage.py "):
        command, _, target = line.removeprefix("manage.py ").partition(" > ")
        out = StringIO()
        with redirect_stdout(out):
            call_command(*shlex.split(command), stdout=out)
        if target:
            Path(target).write_text(out.getvalue(), encoding="utf-8")
        return 0, out.getvalue()
    # Python alone: isolated from this environment, so that nothing of it can help.
    line = re.sub(r"^python ", "python -I -S ", line)
    path = f"{Path('bin').resolve()}:/usr/bin:/bin"
    done = subprocess.run(line, shell=True, env={"PATH": path, "HOME": str(Path.cwd())}, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.spec("AUD-3")
def test_the_auditors_walk_through_can_be_followed_with_nothing_but_python(machine: World) -> None:
    told = {}
    for line in lines():
        code, told[line] = run(line)
        assert code == 0, f"{line}\n{told[line]}"
        assert told[line] or line.startswith("cp "), f"{line} printed nothing"
    spoken = "".join(told.values())
    assert 'signatures_by": "this file"' in spoken
    assert "2 entries are the beginning of 5" in spoken
    assert "id 1 is entry " in spoken
    assert spoken.count("Nothing is wrong.") >= 5


def test_the_walk_through_shows_the_tool_at_work() -> None:
    assert sum(line.startswith("python verify_record.py") for line in lines()) >= 4
    assert {line.split()[0] for line in lines()} == {"manage.py", "python", "cp"}
