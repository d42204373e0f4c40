"""Become another program that ends when the starter ends: `python tether.py STARTER_PID PROGRAM ARGUMENT...`. OPS-1.

Run as a script by the supervisor. The wish "tell me when my starter dies" must be made by the child itself; doing it
in a small program of its own keeps Python code out of the fork of a process with threads.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def _main(arguments: list[str]) -> None:
    starter, argv = int(arguments[0]), arguments[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != starter:
        sys.exit("The supervisor ended while this program was being started; nothing is run.")
    try:
        os.execvp(argv[0], argv)
    except OSError as error:
        sys.exit(f"The program {argv[0]} cannot be run ({error.strerror}).")


if __name__ == "__main__":
    _main(sys.argv[1:])
