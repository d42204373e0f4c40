"""Where this code runs, as text: the node (one worker process with what it forked) and the thread.

The parent of a worker writes `CHIMERA_NODE` before its pool forks, so that all of its processes are one node.
Requirements: PLN-5, PLN-10.
"""

import os
import socket
import threading

VARIABLE = "CHIMERA_NODE"


def own_name() -> str:
    """The name that this process would have as a node: host and process, without dots, which end it below.

    Of a long host's name the end is kept: there the names of one kind differ.
    """
    return f"{socket.gethostname()[-50:]}-{os.getpid()}".replace(".", "-")


def name() -> str:
    """The node that this process belongs to."""
    return os.environ.get(VARIABLE) or own_name()


def thread() -> str:
    """This thread among all threads of the fleet: node, process, thread."""
    return f"{name()}.{os.getpid()}.{threading.get_native_id()}"
