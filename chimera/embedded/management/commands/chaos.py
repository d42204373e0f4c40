"""`manage.py chaos`: kill, freeze, flush, restart and lie for a while, then count what was kept."""

import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from chimera.chaos import report
from chimera.chaos.conductor import FAULT_LOG, Run, Wish
from chimera.chaos.plan import SORTS
from chimera.chaos.stage import remove
from chimera.core.errors import ChimeraError
from chimera.core.management.door import DoorCommand
from chimera.embedded import gate
from chimera.embedded.home import Home

SECONDS_MIN, SECONDS_MAX = 5, 6 * 3600
FAULTS_PER_S_MAX = 5
TASKS_PER_S = 2
PEER = "peer"  # the folder of the bare chain, within
TASKS_MAX = 100_000


class Command(DoorCommand):
    """Door to `chimera.chaos`. Uses servers of its own in a temporary folder; nothing in the data folder is touched."""

    help = (
        "Break everything on purpose for a while, on servers of its own, and count what was lost or done twice. "
        "Exit code 1 when a promise was broken; the logs are kept then."
    )
    example = (
        "  manage.py chaos --seconds 100 --seed 7 --faults 100 --json\n"
        "  manage.py chaos --seconds 600 --peer celery        beside a bare Celery chain\n"
        "  manage.py chaos --seconds 120 --only valkey_down,flushall\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """How long, which faults, how much work."""
        parser.add_argument("--seconds", type=float, default=60.0, help="how long faults are injected (default: 60)")
        parser.add_argument("--seed", type=int, default=1, help="the same seed plans the same faults (default: 1)")
        parser.add_argument("--faults", type=int, default=0, help="at least so many faults (default: one a second)")
        parser.add_argument("--tasks", type=int, default=0, help="goals to put in (default: two a second)")
        parser.add_argument("--only", metavar="FAULT,...", default="", help=f"of these only: {', '.join(SORTS)}")
        parser.add_argument("--peer", choices=["celery"], help="run a hardened bare Celery chain as well")
        parser.add_argument("--keep", action="store_true", help="keep the folder with logs and databases")

    def act(self, options: dict[str, Any]) -> None:
        """Run, count, tell."""
        wish = _wish(options)
        gate.heed_signals()
        self._begun = time.monotonic()
        home = Home(Path(tempfile.mkdtemp(prefix="chimera-chaos-")))
        is_kept = True
        try:
            gate.check_space(home)
            result = report.about(seed=wish.seed, seconds=wish.seconds)
            result |= Run(wish=wish, folder=home.root, tell=self._tell).go()
            if options["peer"]:
                result["rows"] = self._rows(wish, home, result)
            result["broken"] = report.broken(result)
            is_kept = bool(result["broken"]) or options["keep"]
            result["evidence"] = str(home.root) if is_kept else None
            written = report.keep(result=result, faults=home.root / FAULT_LOG, folder=settings.CHIMERA_HOME / "runs")
            self._tell(f"written to {written}")
        except ChimeraError as error:
            raise CommandError(f"{error} The logs are in {home.logs}.") from error
        except KeyboardInterrupt:
            is_kept = False
            raise
        finally:
            if not is_kept:
                remove(Home(home.root / PEER))
                remove(home)
        self._say(result, as_json=options["json"])
        if result["broken"]:
            raise CommandError(f"Broken: {'; '.join(result['broken'])}. Logs and faults are in {home.root}.")

    def _rows(self, wish: Wish, home: Home, ours: dict[str, Any]) -> dict[str, Any]:
        from chimera.chaos.peer.run import PeerRun

        peer = PeerRun(wish=wish, folder=home.root / PEER, tell=self._tell).go()
        return {"chimera": {name: ours[name] for name in peer if name in ours}, "celery": peer}

    def _tell(self, sentence: str) -> None:
        self.stderr.write(f"[{time.monotonic() - self._begun:6.1f} s] {sentence}")
        self.stderr.flush()

    def _say(self, result: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.say_json(result)
            return
        from rich.table import Table

        table = Table(title=f"Chaos, seed {result['seed']}, {result['seconds']:g} s", show_header=False)
        table.add_column(no_wrap=True)
        table.add_column()
        for name, value in report.lines(result):
            table.add_row(name, value)
        self.show(table)


def _wish(options: dict[str, Any]) -> Wish:
    """What was asked for, checked."""
    seconds, faults, tasks = options["seconds"], options["faults"], options["tasks"]
    if not SECONDS_MIN <= seconds <= SECONDS_MAX:
        raise CommandError(f"--seconds {seconds:g} is not possible; give {SECONDS_MIN} to {SECONDS_MAX}.")
    if not 0 <= faults <= seconds * FAULTS_PER_S_MAX:
        raise CommandError(
            f"--faults {faults} do not fit into {seconds:g} s; give 0 to {int(seconds * FAULTS_PER_S_MAX)}, "
            "or more --seconds."
        )
    if not 0 <= tasks <= TASKS_MAX:
        raise CommandError(f"--tasks {tasks} is not possible; give 1 to {TASKS_MAX}, or leave it out.")
    only = tuple(filter(None, options["only"].split(",")))
    if unknown := [name for name in only if name not in SORTS]:
        raise CommandError(f"--only names {', '.join(unknown)}, which is no fault; choose from {', '.join(SORTS)}.")
    return Wish(
        only=only,
        seconds=seconds,
        seed=options["seed"],
        faults=faults or int(seconds),
        tasks=tasks or int(seconds * TASKS_PER_S),
    )
