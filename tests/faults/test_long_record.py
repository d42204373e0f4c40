"""A record of many events is verified, exported and audited in constant memory: 200,000, or EVENTS_OF_THE_RECORD.

EVENTS_OF_THE_RECORD=1000000 make test ARGS="tests/faults/test_long_record.py" takes five minutes on two cores.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import World
from tests.governance import sealers
from tests.governance.desks import Desk, many, past
from tools import verify_record

COUNT = int(os.environ.get("EVENTS_OF_THE_RECORD", "200000"))
GROWTH_MAX_KIB = 16 * 1024


def peak_kib() -> int:
    """The most memory that this process has held since the peak was last forgotten."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


@pytest.mark.timeout(1800)
@pytest.mark.spec("AUD-3")
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells the peak of a process")
def test_a_long_record_is_verified_exported_and_audited_in_constant_memory(world: World, tmp_path: Path) -> None:
    desk = Desk(world, tmp_path)
    root = desk.past_every_rule()
    many(root, COUNT)
    past(world)
    with sealers.sealing(world, tmp_path, count_max=1_000) as sealer:
        sealer.all()
    root.execute("VACUUM ANALYZE governance_auditevent")
    root.execute("VACUUM ANALYZE governance_sealedevent")
    desk.trusts()
    forget_peak()
    before = peak_kib()
    code, told = desk.verify("--keys", str(desk.keys))
    assert (code, told["ok"], told["sealed"] >= COUNT) == (0, True, True)
    path = desk.export()
    grown = peak_kib() - before
    done = subprocess.run(
        [sys.executable, "-c", AUDIT, verify_record.__file__, str(path), str(desk.keys), str(desk.copy)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[0])
    held_kib = int(done.stdout.splitlines()[1])
    figures = {
        "grown_kib": grown,
        "held_kib": held_kib,
        "verify": told["entries_per_s"],
        "audit": seen["entries_per_s"],
    }
    (tmp_path / "figures.json").write_text(json.dumps(figures))
    assert (seen["sealed"], seen["root"]) == (told["sealed"], told["root"])
    assert grown < GROWTH_MAX_KIB
    assert held_kib < 64 * 1024  # Python itself, and a thousand checkpoints


AUDIT = """
import pathlib, runpy, sys
tool, export, keys, copy = sys.argv[1:]
sys.argv = [tool, export, "--keys", keys, "--checkpoints", copy, "--json"]
try:
    runpy.run_path(tool, run_name="__main__")
except SystemExit as ended:
    status = pathlib.Path("/proc/self/status").read_text()
    print(status.split("VmHWM:")[1].split()[0])
    sys.exit(ended.code)
"""
