"""Where a test run keeps its files: in memory where there is enough, because a disk makes each fresh database ten times
as dear. Nothing that is tested needs a disk: processes are killed, machines are not switched off.
"""

import hashlib
import os
import shutil
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
MEMORY = Path("/dev/shm")
ENOUGH = 4 * 2**30  # bytes; a whole run takes about one and a half
# Nobody switches this machine off in the middle of a test; the log is short because it is in memory too. To prove a
# password 4,096 times over is most of a connection's 10 ms, and those of tests guard nothing.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "max_wal_size": "256MB",
    "scram_iterations": "1",
}


def home(*, memory: Path = MEMORY) -> Path:
    """The data folder of the servers: CHIMERA_TEST_HOME, else one of this checkout and user."""
    said = os.environ.get("CHIMERA_TEST_HOME")
    if said:
        return Path(said)
    mark = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]
    root = memory / f"chimera-{os.getuid()}-{mark}"
    return root / "home" if _has_room(memory, root) else CHECKOUT / ".chimera" / "test"


def temporary(home: Path, *, memory: Path = MEMORY) -> Path | None:
    """Where folders of single tests go; None where pytest decides."""
    if not home.is_relative_to(memory):
        return None
    found = home.parent / "tmp"
    found.mkdir(parents=True, exist_ok=True)
    return found


def _has_room(memory: Path, root: Path) -> bool:
    try:
        root.mkdir(mode=0o700, exist_ok=True)
        return root.stat().st_uid == os.getuid() and (
            (root / "home").exists() or shutil.disk_usage(memory).free >= ENOUGH
        )
    except OSError:  # there is none, or it is not ours
        return False
