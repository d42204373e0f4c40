"""Named fault points: nothing when off, exactly one failure when armed."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chimera.core import faults

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "from chimera.core import faults; faults.point('before_sent'); faults.point('after_sent'); print('alive')"


@pytest.fixture
def arm(monkeypatch: pytest.MonkeyPatch) -> object:
    """Arm one point."""
    return lambda text: monkeypatch.setattr(faults, "_ARMED", text)


def run(**variables: str) -> subprocess.CompletedProcess[str]:
    """A process that passes two points."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CHIMERA_FAULT")}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**clean, **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_points_are_named_once_and_all_of_them_are_in_the_code() -> None:
    used = [
        name
        for app in ("agents", "governance", "publishing", "chimera")
        for path in (ROOT / app).rglob("*.py")
        for name in re.findall(r"faults\.point\(\"(\w+)\"\)", path.read_text())
    ]
    assert sorted(set(used)) == sorted(faults.POINTS)
    assert len(set(faults.POINTS)) == len(faults.POINTS)


def test_nothing_happens_when_no_point_is_armed(arm: object) -> None:
    arm("")
    for name in faults.POINTS:
        faults.point(name)


def test_only_the_armed_point_fails(arm: object) -> None:
    arm("after_sent:raise")
    for name in faults.POINTS:
        if name != "after_sent":
            faults.point(name)
    for _ in range(2):
        with pytest.raises(faults.Injected, match="fault point after_sent"):
            faults.point("after_sent")


def test_with_a_marker_file_it_fails_once_for_all_processes(
    arm: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHIMERA_FAULT_ONCE", str(tmp_path / "done"))
    arm("after_sent:raise")
    faults.point("before_sent")
    assert not (tmp_path / "done").exists(), "another point must not use it up"
    with pytest.raises(faults.Injected):
        faults.point("after_sent")
    faults.point("after_sent")
    assert (tmp_path / "done").exists()


def test_a_point_can_sleep_and_go_on(arm: object) -> None:
    arm("after_sent:sleep:0.05")
    begun = time.monotonic()
    faults.point("after_sent")
    assert 0.05 <= time.monotonic() - begun < 10


def test_a_point_can_kill_the_process_without_a_farewell(tmp_path: Path) -> None:
    killed = {"CHIMERA_FAULT": "after_sent:kill", "CHIMERA_FAULT_ONCE": str(tmp_path / "done")}
    first, second = run(**killed), run(**killed)
    assert (first.returncode, first.stdout) == (-9, "")
    assert (second.returncode, second.stdout) == (0, "alive\n")
