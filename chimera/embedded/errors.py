"""What can go wrong with the servers of one machine, each as a sentence for the person at that machine. OPS-1."""

from chimera.core.errors import Denied, Unavailable


class StartFailed(Unavailable):
    """A server or program did not come up; the message says why, where, and ends with its last log lines."""


class StopFailed(Unavailable):
    """A server did not end in time; it may still be running."""


class NotRunning(Unavailable):
    """An address was asked for while the server is down."""


class UnknownRole(Denied):
    """No such database role is handed out."""


class BackupFailed(Unavailable):
    """No backup was made, or the server cannot be worked on; nothing was left behind."""


class Damaged(Denied):
    """The file is no backup, or not the one that was written."""


class RestoreRefused(Denied):
    """A restore would do harm as things are; the database is as it was."""
