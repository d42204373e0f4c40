"""Bodies that wait for the outside, many at a time in one process, without a database connection each.

A drain launches them and goes on. Whoever comes back puts its result down and, if nobody else is at it, keeps all
results that lie there, brand by brand, as sets, and goes on with what is due by them: a hint would come back to this
process by way of the broker. Their leases are renewed until then. Requirements: PLN-9.
"""

import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection

from agents.tasks.models import Task
from agents.tasks.taking import Taken
from agents.worker import services as worker
from agents.worker.services import Job
from chimera.core import outside, wake
from governance.leases import services as leases

log = logging.getLogger("chimera.worker")

Again = Callable[[str], None]


def _hinted(queue: str, _: Again) -> None:
    wake.hint(queue=queue)


_go_on: Callable[[str, Again], None] = _hinted  # until the pipeline says how


def goes_on(by: Callable[[str, Again], None]) -> None:
    """How this process goes on with a queue on which rows have become due; it may ask to be called for one again."""
    global _go_on
    _go_on = by


@dataclass
class Flight:
    """The waiting bodies of one process."""

    pid: int = field(default_factory=os.getpid)
    count: int = 0  # launched and not kept yet
    out: int = 0  # of these, on their way or waiting for the outside
    lock: threading.Lock = field(default_factory=threading.Lock)
    back: deque[Job] = field(default_factory=deque)  # what has come back and is not kept yet
    landing: threading.Lock = field(default_factory=threading.Lock)
    due: set[str] = field(default_factory=set)  # queues on which rows have become due by what was kept
    left: set[str] = field(default_factory=set)  # queues that were left because there was no room
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=settings.BODIES_MAX + 1, thread_name_prefix="body")
    )
    looker: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=1, thread_name_prefix="landed")
    )

    def room(self, queue: str) -> int:
        """How many more may go out. What has come back takes no room, unless as much of it lies there as may be out.

        A queue that is left because there is none is gone on with as soon as there is.
        """
        with self.lock:
            free = settings.BODIES_MAX - max(self.out, len(self.back))
            if free < 1:
                self.left.add(queue)
        return free

    def _came_back(self, job: Job) -> None:
        with self.lock:
            self.out -= 1
            self.back.append(job)
        self._go_on_with_left()

    def _go_on_with_left(self) -> None:
        with self.lock:
            self.due |= self.left
            self.left.clear()

    def launch(self, job: Job) -> None:
        """Begin one body in a thread of its own."""
        with self.lock:
            self.count += 1
            self.out += 1
        leases.keeper.keep(table=Task.CLAIM, claim=job.taken.claim)
        self.threads.submit(self._fly, job)

    def _fly(self, job: Job) -> None:
        try:
            with outside.waiting():
                worker.propose(job=job)
        finally:
            self._came_back(job)
            self._land()
            if self.due:
                self._tell()

    def _land(self) -> None:
        # Looked at again after letting go: who came back meanwhile found the lock taken and has left it to us.
        while self.back and self.landing.acquire(blocking=False):
            try:
                jobs = [self.back.popleft() for _ in range(len(self.back))]
                for brand_id in sorted({job.taken.brand_id for job in jobs}):
                    self._keep([job for job in jobs if job.taken.brand_id == brand_id])
                self._go_on_with_left()
            finally:
                self.landing.release()
                connection.close()

    def _tell(self) -> None:
        try:
            self.looker.submit(self._look)
        except RuntimeError:  # the process ends and begins nothing any more
            while self.due:
                wake.hint(queue=self.due.pop())

    def _look(self) -> None:
        try:
            while self.due:
                queue = next((name for name in wake.CHAINS if name in self.due), "") or min(self.due)  # replies first
                self.due.discard(queue)
                _go_on(queue, self.due.add)
        except Exception:
            log.exception("what had landed was not gone on with here; the sweeper finds it")
        finally:
            connection.close()

    def _keep(self, jobs: Sequence[Job]) -> None:
        try:
            worker.keep(jobs=jobs, tell=self.due.add)
        except Exception:
            # Their leases end, and they are due again; nothing half-done is there.
            log.exception("what %s came back with could not be kept", ", ".join(job.taken.subject for job in jobs))
        finally:
            for job in jobs:
                leases.keeper.let_go(table=Task.CLAIM, claim=job.taken.claim)
            with self.lock:
                self.count -= len(jobs)


_flight: Flight | None = None
_making = threading.Lock()


def _here() -> Flight:
    """This process's flight: a forked child begins with an empty one."""
    global _flight
    with _making:
        if _flight is None or _flight.pid != os.getpid():
            _flight = Flight()
        return _flight


def room(*, queue: str) -> int:
    """How many more bodies may go out from this process, for who drains this queue."""
    return _here().room(queue)


def in_flight() -> int:
    """How many bodies of this process have not been kept yet."""
    found = _flight
    return found.count if found is not None and found.pid == os.getpid() else 0


def work(*, taken: Sequence[Taken], carry: bool = False) -> list[Taken]:
    """Propose for claimed READY tasks: bodies that wait are launched, the others are done here and now."""
    jobs = worker.prepare(taken=taken)
    for job in jobs:
        if job.kind.waits:
            _here().launch(job)
    return worker.run(jobs=[job for job in jobs if not job.kind.waits], carry=carry)
