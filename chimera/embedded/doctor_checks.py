"""What doctor finds on the machine itself: Python, packages, data folder, secrets, .env, ports, fonts, model. OPS-1.

A check looks and never mends, and it runs before any server is started: reading secrets.json closes its mode again, and
doctor wants to see the mode as it was. A check that cannot run is amber with the reason.
"""

import json
import os
import re
import shutil
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import psutil

from chimera.embedded import processes
from chimera.embedded.home import Home

Status = Literal["green", "amber", "red"]
STATUSES: tuple[Status, ...] = ("green", "amber", "red")  # from best to worst
PYTHON_MIN, PYTHON_MAX = (3, 11), (3, 13)
GIB = 1 << 30
FREE_RED_BYTES, FREE_AMBER_BYTES = GIB, 5 * GIB
ASK_TIMEOUT_S = 3.0
LISTENERS = ("web", "connector", "simulator", "connector-x", "connector-instagram")
_NAMED_MAX = 6
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;#]+)", re.MULTILINE)
_SET = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=", re.MULTILINE)
_LISTED = re.compile(r"^#?([A-Z][A-Z0-9_]*)=", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at: what, how it is, where it lies, a sentence, and how to mend it."""

    name: str
    status: Status
    where: str
    says: str
    mend: str = ""

    def as_json(self) -> dict[str, str]:
        """For machines."""
        return asdict(self)


def green(name: str, where: str, says: str) -> Finding:
    """All is well."""
    return Finding(name=name, status="green", where=where, says=says)


def amber(name: str, where: str, says: str, mend: str) -> Finding:
    """It runs, and somebody should look."""
    return Finding(name=name, status="amber", where=where, says=says, mend=mend)


def red(name: str, where: str, says: str, mend: str) -> Finding:
    """It does not run, or it is not safe."""
    return Finding(name=name, status="red", where=where, says=says, mend=mend)


def looked(name: str, where: str, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """The findings of one check; whatever breaks it becomes an amber finding behind those that it made before."""
    found: list[Finding] = []
    try:
        found.extend(look())
    except Exception as error:  # noqa: BLE001 - a doctor who faints helps nobody; the reason is shown
        found.append(amber(name, where, f"This could not be looked at: {reason(error)}", "Mend that, then ask again."))
    return found


def reason(error: BaseException) -> str:
    """The first line of an error as part of a sentence, at most 300 characters."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}"[:300] if lines else type(error).__name__


def few(names: Iterable[str]) -> str:
    """Some names, and how many more there are."""
    every = list(names)
    more = f" and {len(every) - _NAMED_MAX} more" if len(every) > _NAMED_MAX else ""
    return ", ".join(every[:_NAMED_MAX]) + more


def python() -> Iterator[Finding]:
    """The interpreter is one that this runs on."""
    version = sys.version_info[:2]
    shown, place = sys.version.split()[0], sys.executable
    span = f"{'.'.join(map(str, PYTHON_MIN))} to {'.'.join(map(str, PYTHON_MAX))}"
    if version < PYTHON_MIN:
        yield red("python", place, f"Python {shown} is too old; {span} is needed.", "make setup PYTHON=python3.11")
    elif version > PYTHON_MAX:
        says = f"Python {shown} is newer than what is tested ({span})."
        yield amber("python", place, says, "make setup PYTHON=python3.13")
    else:
        yield green("python", place, f"Python {shown}.")


def packages(*, checkout: Path) -> Iterator[Finding]:
    """What requirements.txt names is installed, and everything installed has the pinned version."""
    wanted = dict(_PIN.findall((checkout / "requirements.txt").read_text(encoding="utf-8")))
    pins = dict(_PIN.findall((checkout / "constraints.txt").read_text(encoding="utf-8")))
    missing, other, right = [], [], 0
    for name, version in sorted({**pins, **wanted}.items()):
        try:
            there = metadata.version(name)
        except metadata.PackageNotFoundError:
            if name in wanted:  # the rest of constraints.txt may belong to the tests
                missing.append(f"{name} {version}")
            continue
        right += there == version
        if there != version:
            other.append(f"{name} {there} (pinned: {version})")
    place, mend = sys.prefix, "python -m pip install -r requirements.txt -c constraints.txt"
    if missing:
        yield red("packages", place, f"Not installed: {few(missing)}.", mend)
    if other:
        yield amber("packages", place, f"Other versions than pinned: {few(other)}.", mend)
    if not missing and not other:
        yield green("packages", place, f"{right} packages, all as pinned.")


def folder(*, home: Home) -> Iterator[Finding]:
    """The data folder is ours, closed to others, writable, with space left."""
    root, mend = home.root, "Set CHIMERA_HOME to a folder that belongs to you."
    there = next(path for path in (root, *root.parents) if path.exists())
    if there != root:
        if not os.access(there, os.W_OK | os.X_OK):
            yield red("data folder", str(root), f"It cannot be made: {there} is not writable.", mend)
        else:
            yield green("data folder", str(root), "Not made yet; the first command makes it.")
    elif not root.is_dir():
        yield red("data folder", str(root), "This is not a folder.", mend)
    else:
        yield from _rights(home)
    free = shutil.disk_usage(there).free
    says = f"{free / GIB:.1f} GiB are free."
    space = "Remove what is not needed there, or set CHIMERA_HOME to a larger disk."
    if free < FREE_RED_BYTES:
        yield red("free space", str(there), f"{says} Postgres stops when nothing is left.", space)
    elif free < FREE_AMBER_BYTES:
        yield amber("free space", str(there), says, space)
    else:
        yield green("free space", str(there), says)


def _rights(home: Home) -> Iterator[Finding]:
    root, found = home.root, home.root.stat()
    if found.st_uid != os.geteuid():
        says = f"It belongs to user id {found.st_uid}, and this is user id {os.geteuid()}."
        yield red("data folder", str(root), says, "Run chimera as its owner, or set CHIMERA_HOME to a folder of yours.")
        return
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        yield red("data folder", str(root), "Its owner may not write into it.", f"chmod 700 {root}")
        return
    ours = (root, root / "data", home.valkey, home.run, home.logs, home.media, root / "static")
    # Behind a closed root nobody reaches the rest; all are asked because a wider root may come back from a backup.
    wide = [path for path in ours if path.is_dir() and path.stat().st_mode & 0o077]
    if wide:
        shown = few(f"{path.relative_to(root.parent)} ({stat.S_IMODE(path.stat().st_mode):04o})" for path in wide)
        mend = "chmod 700 " + " ".join(map(str, wide))
        yield red("data folder", str(root), f"Others on this machine may look inside: {shown}.", mend)
    else:
        yield green("data folder", str(root), "It is yours and closed to others (0700).")


def secrets(*, home: Home) -> Iterator[Finding]:
    """secrets.json is readable by its owner only."""
    path = home.root / "secrets.json"
    if not path.exists():
        yield green("secrets", str(path), "Not made yet; the first command makes them.")
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        says = f"Its mode was {mode:04o}: others here could read passwords and keys. It is closed when next read."
        yield red(
            "secrets", str(path), says, f"chmod 600 {path}; if somebody else works here, begin with a new folder."
        )
    else:
        yield green("secrets", str(path), f"Only you may read it ({mode:04o}).")


def dotenv(*, checkout: Path, embedded: bool) -> Iterator[Finding]:
    """Which keys .env sets, by name and never by value; names that nothing reads; who may read it."""
    path = checkout / ".env"
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    keys = sorted(set(_SET.findall(text)))
    unknown = sorted(set(keys) - set(_LISTED.findall((checkout / ".env.example").read_text(encoding="utf-8"))))
    if unknown:
        says = f"It sets names that .env.example does not know: {few(unknown)}."
        yield amber(".env", str(path), says, "Look for a slip of the pen, or remove them.")
    if path.exists() and path.stat().st_mode & 0o077:
        yield amber(".env", str(path), "Others on this machine may read it.", f"chmod 600 {path}")
    if embedded and "REDIS_URL" in os.environ:
        says = "REDIS_URL is set and not used, because DATABASE_URL is not set: the embedded servers are used together."
        yield amber("settings", "REDIS_URL", says, "Set DATABASE_URL too, or remove REDIS_URL.")
    for name in () if embedded else ("SECRET_KEY", "REDIS_URL", "SERVICE_TOKEN"):
        if not os.environ.get(name):
            says = f"{name} is not set; with DATABASE_URL nothing is made up for it."
            yield amber("settings", name, says, "Set it as .env.example explains.")
    known = [key for key in keys if key not in unknown]
    yield green(".env", str(path), f"It sets {', '.join(known)}." if known else "It sets nothing that is read.")


def fonts() -> Iterator[Finding]:
    """The posters' type opens."""
    from publishing.media.images import lettering

    for family in ("bricolage", "inter"):
        lettering.font(family=family, weight="bold", size_px=24)
    yield green("fonts", sys.prefix, "The posters' two fonts open.")


def model() -> Iterator[Finding]:
    """The embeddings load without a network."""
    from chimera.core import embeddings

    vectors = embeddings.embed(["a lantern on the pier"])
    if vectors.shape != (1, embeddings.DIMENSIONS) or not vectors.any():
        says = f"wordllama gives vectors of shape {vectors.shape}, not (1, {embeddings.DIMENSIONS})."
        yield red("model", sys.prefix, says, "python -m pip install -r requirements.txt -c constraints.txt")
    else:
        yield green("model", sys.prefix, "wordllama loads offline.")


def listeners(*, home: Home) -> Iterator[Finding]:
    """Web, connector and platform of a running demo answer; their ports are free otherwise."""
    pid, expected = _demo(home)
    for name in LISTENERS:
        port = processes.recorded_port(home.run / f"{name}.port")
        if (port is None or processes.port_is_free(port)) and name in expected:
            says = f"The demo runs (process {pid}), and this part of it does not."
            mend = f"It is started again by itself; when not, read {home.logs / name}.log."
            yield amber(name, f"{processes.LOOPBACK}:{port}", says, mend)
            continue
        if port is None or processes.port_is_free(port):
            says = "Not running." if port is None else f"Not running; its port {port} is free."
            yield green(name, f"{processes.LOOPBACK}:{port}" if port else processes.LOOPBACK, says)
            continue
        yield answers(name=name, url=f"http://{processes.LOOPBACK}:{port}/health", mend=(
            f"When no demo runs, another program took port {port}: the next demo chooses another one by itself. "
            f"When one runs, read {home.logs / name}.log."
        ))  # fmt: skip


def _demo(home: Home) -> tuple[int, tuple[str, ...]]:
    """The process that claims the folder and the programs that should listen for it; 0 and none when it is gone."""
    try:
        # Read, not tried: a lock taken for a moment could refuse a demo that starts in that moment.
        claim = json.loads((home.run / "up.lock").read_text(encoding="utf-8"))
        pid = int(claim["pid"])
        alive = any("manage.py" in word for word in psutil.Process(pid).cmdline())
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return 0, ()
    # Without an address it is still starting, or has no desk.
    return (pid, LISTENERS) if alive and claim.get("address") else (0, ())


def answers(*, name: str, url: str, mend: str) -> Finding:
    """Whether a program says that it is well; `url` is its /health."""
    try:
        # No proxy: what is asked stands beside us.
        with build_opener(ProxyHandler({})).open(url, timeout=ASK_TIMEOUT_S):
            return green(name, url, "It runs and answers.")
    except HTTPError as error:
        error.close()
        return amber(name, url, f"Something is there, and answered {error.code}.", mend)
    except (OSError, ValueError) as error:
        return amber(name, url, f"It does not answer ({reason(error)}).", mend)
