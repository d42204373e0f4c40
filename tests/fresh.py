"""Data folders as a first start leaves them: files of both servers, roles, a migrated database with nobody's row in it.

Copied, because to begin with nothing takes each test some ten seconds of two cores. That a start with nothing works is
shown by the first test of the demo, by that of a stop in the middle of it, and by `tests/embedded`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from chimera.embedded import locks
from tests import servers


def begun(at: Path) -> Path:
    """Put one there. Where the servers keep their files outside of the data folder (as `nobody`) it stays empty."""
    kept = _kept()
    if (kept / "data" / "postgres").exists():
        shutil.copytree(kept, at, symlinks=True)
    return at


def _kept() -> Path:
    found = servers.HOME.with_name(f"begun-{servers.template()}")
    with locks.held(servers.HOME / "run" / "begun.lock", timeout_s=300):
        if not found.exists():
            for old in servers.HOME.parent.glob("begun-*"):
                shutil.rmtree(old)
            _begin(found.with_suffix(".new"))
            found.with_suffix(".new").rename(found)
    return found


def _begin(home: Path) -> None:
    variables = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "USER")}
    done = subprocess.run(
        [sys.executable, "manage.py", "nodes", "--json"],
        cwd=servers.CHECKOUT,
        env={**variables, "CHIMERA_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
