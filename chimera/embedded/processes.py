"""Start, find and watch operating-system processes and ports, for the servers of one machine. OPS-1.

A process counts as ours by three facts together: its id, its program name and the folder it works in; ids alone
are reused. Waits are bounded by the caller.
"""

import os
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import psutil

LOOPBACK = "127.0.0.1"
_LOG_BYTES_MAX = 10_000_000
_POLL_S = 0.02
# The rest of our environment stays behind: it may hold keys, and PG* variables would steer the servers.
_PASSED_ON = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")


def environment(own: Mapping[str, str]) -> dict[str, str]:
    """What a child gets: a few harmless variables of this process, then `own`."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | dict(own)


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections of the last run do not count
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A loopback port nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def recorded_port(record: Path) -> int | None:
    """The port written in `record`, or None."""
    try:
        port = int(record.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return port if 1024 <= port <= 65535 else None


def settle_port(record: Path) -> int:
    """The recorded port while it is free, else a new one, which is recorded."""
    port = recorded_port(record)
    if port is None or not port_is_free(port):
        port = free_port()
        draft = record.with_suffix(f".{os.getpid()}.new")
        draft.write_text(str(port), encoding="ascii")
        draft.replace(record)
    return port


def open_log(path: Path) -> BinaryIO:
    """The log file, appending; a file over 10 MB is set aside as `<name>.1` first (the older one goes)."""
    if path.exists() and path.stat().st_size > _LOG_BYTES_MAX:
        path.replace(path.with_name(f"{path.name}.1"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    return os.fdopen(descriptor, "ab", buffering=0)


def last_lines(log: Path, *, count: int = 15) -> str:
    """The last lines of a log for an error message; a remark when there are none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 20_000))
            lines = file.read().decode("utf-8", "replace").strip().splitlines()[-count:]
    except OSError:
        lines = []
    return "\n".join([f"Last lines of {log}:", *lines]) if lines else f"({log} is empty.)"


def detach(
    argv: Sequence[str], *, log: Path, env: Mapping[str, str], user: int | None = None, group: int | None = None
) -> int:
    """Start a server that outlives this process, in its own session; its output goes to `log`. Returns its id."""
    with open_log(log) as output:
        server = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=dict(env),
            close_fds=True,
            start_new_session=True,
            umask=0o077,
            user=user,
            group=group,
            extra_groups=None if user is None else [],
        )
    # Somebody must collect its exit code, or a killed server stays as a zombie whose id looks alive to its successor.
    threading.Thread(target=server.wait, name=f"reap-{server.pid}", daemon=True).start()
    return server.pid


def exists(pid: int) -> bool:
    """Whether a process with this id runs (a zombie does not)."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def id_taken(pid: int) -> bool:
    """Whether the kernel has this id in use, by a zombie too."""
    return bool(psutil.pid_exists(pid))


def works_in(pid: int, *, name: str, folder: Path) -> bool:
    """Whether `pid` is a running `name` whose working folder is `folder`."""
    try:
        return _works_in(psutil.Process(pid), name, folder.resolve())
    except psutil.NoSuchProcess:
        return False


def find(*, name: str, folder: Path) -> list[int]:
    """Ids of all running processes called `name` that work in `folder`, oldest first."""
    place, found = folder.resolve(), []
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] == name and _works_in(process, name, place, unsure=False):
                found.append((process.create_time(), process.pid))
        except psutil.NoSuchProcess:
            continue
    return [pid for _, pid in sorted(found)]


def _works_in(process: psutil.Process, name: str, folder: Path, *, unsure: bool = True) -> bool:
    if process.status() == psutil.STATUS_ZOMBIE or process.name() != name:
        return False
    try:
        return Path(process.cwd()) == folder
    except psutil.AccessDenied:
        return unsure  # another user's process and no right to look; the name has to do


def wait_gone(pid: int, *, timeout_s: float) -> bool:
    """Wait until the process has ended; False when it still runs after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while exists(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True
