"""A short chaos run on servers of its own keeps every promise. The long ones are `manage.py chaos`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import CHECKOUT

pytestmark = [pytest.mark.timeout(400), pytest.mark.spec("PLN-2", "PLN-3", "PLN-5", "PUB-4", "GOV-1", "AUD-1")]


def test_fifteen_seconds_of_chaos_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    words = ["chaos", "--seconds", "15", "--seed", "11", "--faults", "18", "--tasks", "20", "--json"]
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=CHECKOUT,
        env={**kept, "CHIMERA_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=380,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["faults"] >= 18
    assert said["tasks"] == 20
    assert (said["lost"], said["published_twice"], said["published_unasked"], said["overspent"]) == (0, 0, 0, 0)
    assert said["published"] + said["with_human"] + said["lied_to"] == 20
    assert said["audit_ok"] is True
    assert said["evidence"] is None, "what was kept is only kept when something went wrong"
    assert json.loads((tmp_path / "runs" / "chaos.json").read_text()) == said
