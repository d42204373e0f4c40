"""What `demo` and `up` share: every program of one machine under one supervisor, and the servers watched too. OPS-1.

A program that ends is started again by the supervisor; a server that dies is started again here, on its old port, so
that the programs find it where they left it. When the old port is gone they are started anew with the new address.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import psutil
from django.core.management.base import CommandError
from django.db import connection

from chimera.core import tenancy
from chimera.core.management.door import DoorCommand
from chimera.embedded import entry, fleet_programs, footprint, lifecycle, platforms
from chimera.embedded.errors import StartFailed
from chimera.embedded.fleet_programs import Ports
from chimera.embedded.footprint import Footprint
from chimera.embedded.lifecycle import Endpoints
from chimera.embedded.supervisor import Program, Supervisor

READY_TIMEOUT_S = 60.0
_FULL_TIMEOUT_S = 15.0
_LOOK_EVERY_S = 0.5
_TRY_AGAIN_S = 5.0
ACTOR = "cli:operator"


@dataclass(frozen=True, kw_only=True)
class Look:
    """One of the things worth looking at: a name and an address or a command."""

    name: str
    where: str


class Machine:
    """The programs of one machine. Leaving the block stops every process that it started."""

    def __init__(self, endpoints: Endpoints, *, web_port: int, with_desk: bool, tell: Callable[[str], None]) -> None:
        self.endpoints = endpoints
        self.ports = Ports.settle(run=endpoints.home.run, web=web_port)
        self.supervisor = Supervisor(endpoints.home.logs)
        self._with_desk = with_desk
        self._tell = tell
        self._servers: dict[str, psutil.Process] = {}
        self._addresses = ""
        self._next_try = 0.0

    def __enter__(self) -> "Machine":
        if self._with_desk and entry.claim is not None:
            entry.claim.note(self.desk)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self.supervisor.stop()
        finally:
            connection.close()

    @property
    def desk(self) -> str:
        """Address of the desk."""
        return f"http://127.0.0.1:{self.ports.web}/admin/"

    @property
    def timeline(self) -> str:
        """Address of the simulated platform."""
        return f"http://127.0.0.1:{self.ports.simulator}/"

    def played(self) -> list[Look]:
        """Where people see the platforms that are simulated beside Plaza."""
        shown = {name: one for name, one in self.ports.beside.items() if name in platforms.simulated()}
        return [
            Look(name=f"Simulated {name.capitalize()}", where=f"http://127.0.0.1:{one.simulator}/")
            for name, one in shown.items()
        ]

    def start(self) -> None:
        """Start every program, without waiting."""
        programs = self._programs()
        self._tell("starting " + ", ".join(program.name for program in programs))
        self.supervisor.start(programs)
        self._note_servers()

    def wait_ready(self) -> None:
        """Wait until everything that listens answers. StartFailed names the one that does not."""
        self.supervisor.wait_ready(READY_TIMEOUT_S)

    def wait_full(self) -> None:
        """Wait until the drawing worker has its second process too, so that a count counts it; not for long."""
        ends = time.monotonic() + _FULL_TIMEOUT_S
        while time.monotonic() < ends and not _has_child(self.supervisor.pids().get("render")):
            time.sleep(_LOOK_EVERY_S / 2)

    def look(self) -> None:
        """Look once at programs and servers, mend what is mendable, and tell what happened."""
        for sentence in self.supervisor.tick():
            self._tell(sentence)
        gone = [name for name, process in self._servers.items() if not _lives(process)]
        if gone and time.monotonic() >= self._next_try:
            self._mend(gone)

    def stay(self) -> None:
        """Keep watching until somebody interrupts."""
        while True:
            self.look()
            time.sleep(_LOOK_EVERY_S)

    def footprint(self) -> Footprint:
        """Processes and memory of all of it, this process included."""
        return footprint.measure(servers=[self.endpoints.postgres.pid(), self.endpoints.valkey.pid()])

    def _programs(self) -> list[Program]:
        return [
            *fleet_programs.outside_world(self.endpoints, self.ports),
            *fleet_programs.workers(self.endpoints, self.ports),
            *(fleet_programs.desk(self.endpoints, self.ports) if self._with_desk else []),
        ]

    def _note_servers(self) -> None:
        found = {"Postgres": self.endpoints.postgres.pid(), "Valkey": self.endpoints.valkey.pid()}
        self._servers.update({name: psutil.Process(pid) for name, pid in found.items() if pid is not None})
        self._addresses = self.endpoints.postgres.url("chimera_app", "chimera") + self.endpoints.valkey.url()

    def _mend(self, gone: Sequence[str]) -> None:
        self._tell(f"{' and '.join(gone)} ended; starting again.")
        former = self._addresses
        try:
            lifecycle.revive(self.endpoints)
            self._note_servers()
        except (StartFailed, psutil.NoSuchProcess) as error:
            self._next_try = time.monotonic() + _TRY_AGAIN_S
            self._tell(f"{error} The next try is in {_TRY_AGAIN_S:.0f} s.")
            return
        connection.close()
        self._tell(f"{' and '.join(gone)} came back; the workers go on where they were.")
        if self._addresses != former:
            self._tell("an address is new; every program is started again with it.")
            self.supervisor.stop()
            params = self.endpoints.postgres.params("chimera_operator", "chimera")
            connection.settings_dict["PORT"] = str(params["port"])
            self.supervisor.start(self._programs())


class MachineCommand(DoorCommand):
    """A command that runs the whole machine; `run` does its work inside."""

    def operate(self, *, web_port: int, with_desk: bool, run: Callable[[Machine], None]) -> None:
        """Start everything, call `run`, and stop whatever happens. Ctrl-C and SIGTERM are an ordinary end."""
        endpoints = entry.current
        if endpoints is None:
            raise CommandError("This runs on the embedded servers; unset DATABASE_URL (see .env too) to use it.")
        self._begun = time.monotonic()
        try:
            with Machine(endpoints, web_port=web_port, with_desk=with_desk, tell=self.tell) as machine:
                try:
                    run(machine)
                except KeyboardInterrupt:
                    self.tell("stopping")
        except KeyboardInterrupt:
            self.tell("stopped")

    @property
    def seconds(self) -> float:
        """Since the programs were asked to start."""
        return time.monotonic() - self._begun

    def tell(self, sentence: str) -> None:
        """Progress, on standard error."""
        self.stderr.write(f"[{self.seconds:6.1f} s] {sentence}")
        self.stderr.flush()

    def say_where(self, machine: Machine, looks: Sequence[Look]) -> None:
        """Address, one-time password, what to look at; on standard output, at once."""
        name, password = operator_password()
        width = max(len(look.name) for look in looks) + 2
        lines = [
            "",
            f"{'Desk:':<{width}} {machine.desk}   user {name}, one-time password {password}",
            "Things to look at:",
            *(f"  {look.name + ':':<{width}} {look.where}" for look in looks),
            f"Logs are in {machine.endpoints.home.logs}. Ctrl-C stops everything.",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


def operator_password() -> tuple[str, str]:
    """The operator's sign-in: name and a fresh one-time password (changed at every start)."""
    from django.contrib.auth.models import User

    password = secrets.token_urlsafe(9)
    with tenancy.acting(ACTOR):
        user, _ = User.objects.get_or_create(
            username="operator", defaults={"is_staff": True, "is_superuser": True, "email": ""}
        )
        user.set_password(password)
        user.save()
    return user.username, password


def as_numbers(weight: Footprint) -> dict[str, Any]:
    """The footprint for machines."""
    return {"python_processes": weight.python_processes, "pss_mib": round(weight.pss_mib)}


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _has_child(pid: int | None) -> bool:
    try:
        return pid is not None and bool(psutil.Process(pid).children())
    except psutil.NoSuchProcess:
        return False
