"""Ends processes that a broken CI run left behind, by id: only those of .chimera/ci and of the folders that are named.

A demo or a test run that somebody has going in the same checkout keeps its folder elsewhere and is left alone.
"""

import sys
from pathlib import Path

import psutil

FOLDERS = (str(Path(__file__).resolve().parent.parent / ".chimera" / "ci"), *filter(None, sys.argv[1:]))


def main() -> int:
    """Terminate, wait, kill; prints what it ended."""
    mine: list[psutil.Process] = []
    for process in psutil.process_iter(["pid", "cmdline", "environ"]):
        words = " ".join(process.info["cmdline"] or [])
        home = (process.info["environ"] or {}).get("CHIMERA_HOME", "")
        ours = any(folder in words or (home.startswith(folder) and "celery" in words) for folder in FOLDERS)
        if ours and process.pid != psutil.Process().pid:
            mine.append(process)
    for process in mine:
        print(f"ending {process.pid}: {' '.join(process.info['cmdline'])[:100]}", file=sys.stderr)  # noqa: T201
        process.terminate()
    _, alive = psutil.wait_procs(mine, timeout=10)
    for process in alive:
        process.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
