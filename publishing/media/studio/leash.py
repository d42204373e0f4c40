"""Become another program that dies with its starter: `python leash.py STARTER_PID MEMORY_BYTES SECONDS PROGRAM
ARGUMENT...`.

Run as a script by `running`. The child itself wishes to be killed when its starter dies, even by SIGKILL; memory and
seconds of CPU are bounded by the kernel. A small program of its own keeps Python code out of the fork of a process
with threads. Requirements: GEN-3, OPS-1.
"""

import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1


def _main(arguments: list[str]) -> None:
    starter, memory_bytes, seconds, argv = int(arguments[0]), int(arguments[1]), int(arguments[2]), arguments[3:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if os.getppid() != starter:
        sys.exit("The studio ended while this program was being started; nothing is run.")
    try:
        os.execv(argv[0], argv)
    except OSError as error:
        sys.exit(f"The program cannot be run ({error.strerror}).")


if __name__ == "__main__":
    _main(sys.argv[1:])
