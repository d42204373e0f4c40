"""The door of manage.py: gives every command its database role, and servers where none are configured. OPS-1.

With DATABASE_URL set (in the environment or .env) nothing embedded is touched. Without it the servers of the data
folder are borrowed for the command: started when they are not running, the schema brought up to date, left as found.
"""

import gc
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from chimera.core.errors import ChimeraError
from chimera.embedded import gate, lifecycle, locks, schema
from chimera.embedded.bootstrap import bootstrap
from chimera.embedded.errors import StartFailed
from chimera.embedded.home import Home
from chimera.embedded.lifecycle import Endpoints

CHECKOUT = Path(__file__).resolve().parent.parent.parent
ROLE_BY_COMMAND = {
    "migrate": "chimera_migrator",
    "makemigrations": "chimera_migrator",
    "sqlmigrate": "chimera_migrator",
    "showmigrations": "chimera_migrator",
    "connector": "chimera_connector",
    "connect": "chimera_connector",
    "reconcile": "chimera_app",  # moves posts and effects, as workers do
    "metrics": "chimera_app",  # reads posts and pays for it, as workers do
    "seal": "chimera_sealer",
    "rotate_grant_key": "chimera_app",  # makes keys, as workers do
}
WITH_GRANT_KEY = frozenset(("rotate_grant_key",))
AS_IT_IS = frozenset(("chimera_migrator", "chimera_connector"))  # commands of these do not bring the schema up to date
# Commands that never ask the database; starting servers for them would only cost time.
WITHOUT_SERVERS = frozenset(
    [
        "",
        *[
            "help",
            "check",
            "version",
            "simulator",
            "studio_server",
            "traceability",
            "diagrams",
            "promises",
            "new",
            "collectstatic",
            "startapp",
        ],
    ]
)
# Commands that borrow the servers themselves: because those may not come up, or must stay as they are until all was
# checked (a backup before an upgrade has the schema of before); or because they have servers of their own.
BORROW_THEMSELVES = frozenset(("doctor", "backup", "restore", "bench", "schema"))
# Commands that start servers of their own elsewhere.
ON_THEIR_OWN = frozenset(("chaos",))
# Commands that run the whole machine: one at a time on a data folder.
ALONE = frozenset(("demo", "up"))
SCHEMA_WAIT_S = 300.0
INTERRUPTED = 130  # what shells say for Ctrl-C

current: Endpoints | None = None
claim: gate.Claim | None = None


def main(argv: list[str]) -> int:
    """Run a management command; returns the exit code. What goes wrong with the servers is told in a sentence."""
    import environ

    environ.Env.read_env(CHECKOUT / ".env")
    command = next((word for word in argv[1:] if not word.startswith("-")), "")
    helping = bool({"-h", "--help"} & set(argv[1:]))
    try:
        if "DATABASE_URL" in os.environ:
            _check_address(os.environ["DATABASE_URL"])
            os.environ.setdefault("CHIMERA_ROLE", ROLE_BY_COMMAND.get(command, "chimera_operator"))
            _execute(argv)
        elif command in BORROW_THEMSELVES:
            _execute(argv)
        elif helping or command in WITHOUT_SERVERS | ON_THEIR_OWN:
            home = Home.default()
            home.prepare()
            os.environ.setdefault("SECRET_KEY", home.secrets().django_secret_key)
            _execute(argv)
        elif command in ALONE:
            _alone(argv, command)
        else:
            _on_embedded(argv, command)
    except KeyboardInterrupt:
        print(f"{command}: stopped.", file=sys.stderr)  # noqa: T201 - the terminal is where this is read
        return INTERRUPTED
    except ChimeraError as error:
        print(f"{command}: {error}", file=sys.stderr)  # noqa: T201 - the terminal is where this is read
        return 1
    return 0


def _check_address(url: str) -> None:
    """A sentence instead of a traceback from the settings, and without the value: what breaks may be the password."""
    try:
        _ = urlsplit(url).port
    except ValueError:
        raise StartFailed(
            "DATABASE_URL cannot be read as postgres://role:password@host:port/database. Write signs such as / : @ # "
            "in the password in percent form (%2F for /), in the environment or in .env."
        ) from None


def _execute(argv: list[str]) -> None:
    from django.core.management import execute_from_command_line

    if argv[1:2] == ["migrate"]:
        _collect_less()
    execute_from_command_line(argv)


def _collect_less() -> None:
    """Migrations make thousands of model classes: a fifth of their time went into looking through what stays anyway."""
    import django

    django.setup()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _alone(argv: list[str], command: str) -> None:
    """Everything that may forbid a start is asked first; from here on a signal stops what was started."""
    global claim
    home = Home.default()
    gate.heed_signals()
    with gate.claimed(home) as claim:
        gate.check_space(home)
        gate.check_port(gate.asked_port(argv[2:]))
        _on_embedded(argv, command)


def _on_embedded(argv: list[str], command: str) -> None:
    global current
    with lifecycle.borrowed(Home.default()) as endpoints:
        current = endpoints
        role = ROLE_BY_COMMAND.get(command, "chimera_operator")
        if role in AS_IT_IS:
            bootstrap(endpoints.postgres)
        else:
            ensure_schema(endpoints)
        seals, mints = role == "chimera_sealer", command in WITH_GRANT_KEY
        os.environ.update(environment(endpoints, role, with_grant_key=mints, with_sealing=seals))
        _execute(argv)


def environment(
    endpoints: Endpoints, role: str, *, with_grant_key: bool = False, with_sealing: bool = False
) -> dict[str, str]:
    """Variables of a program on the embedded servers: plain HTTP, because everything is on loopback.

    One machine is one person's unless its owner says otherwise: who stopped the fleet may resume it.
    """
    second = os.environ.get("RESUME_NEEDS_SECOND_PERSON", "0")
    return {
        "PLAIN_HTTP": "1",
        "RESUME_NEEDS_SECOND_PERSON": second,
        **endpoints.environment(role, with_grant_key=with_grant_key, with_sealing=with_sealing),
    }


def _schema_digest() -> str:
    """Changes whenever a migration, the SQL that it installs or a lock file that it enters does."""
    hasher = hashlib.sha256(schema.digest().encode())
    locked = [path for app in ("publishing", "agents") for path in (CHECKOUT / app).rglob("tools.lock.json")]
    for path in sorted(locked):
        hasher.update(path.relative_to(CHECKOUT).as_posix().encode() + path.read_bytes())
    return hasher.hexdigest()


def ensure_schema(endpoints: Endpoints) -> None:
    """Roles, database, extension and migrations, when they are not those of this code. Two at once do it once."""
    marker = endpoints.home.root / "data" / "schema"
    digest = _schema_digest()
    if marker.exists() and marker.read_text() == digest:
        return
    with locks.held(endpoints.home.run / "schema.lock", timeout_s=SCHEMA_WAIT_S):
        if marker.exists() and marker.read_text() == digest:
            return
        made = "brought up to this code" if marker.exists() else "made, once"
        print(f"The database is {made}; a few seconds …", file=sys.stderr, flush=True)  # noqa: T201 - nothing else tells
        bootstrap(endpoints.postgres)
        variables = {**os.environ, **environment(endpoints, "chimera_migrator")}
        done = subprocess.run(
            [sys.executable, str(CHECKOUT / "manage.py"), "migrate", "--no-input", "--verbosity", "0"],
            env=variables,
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StartFailed(f"The database could not be migrated. Last words: {done.stderr.strip()[-600:]}")
        marker.write_text(digest)
