"""Claiming, holding, renewing and giving back."""

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F

from chimera.core import node
from chimera.core.clock import Now
from chimera.core.errors import Conflict
from governance.leases.models import Attempt, Leased
from governance.transitions import Fenced

log = logging.getLogger("chimera.leases")

STOPPED_LOOK_S = 30.0


class LeaseTooShort(Conflict):
    """The lease ends before the call could; nothing was sent."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A row that this worker holds: its id, brand, the stage that is due, and the number that proves it."""

    id: int
    brand_id: int
    stage: str
    fence: int


def owner() -> str:
    """This worker, as it stands in the record: node, process and thread."""
    return f"worker:{node.thread()}"


def claim(
    *, model: type[Leased], queues: Sequence[str], stages: Sequence[str], count_max: int, after_brand: int = 0
) -> list[Claim]:
    """Lease up to `count_max` due rows of one brand and one stage. An empty list when nothing is due.

    The most urgent priority first, within it the brand after `after_brand`, round and round.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, brand_id, stage, fence FROM {model.CLAIM}_claim(%s, %s, %s, %s, %s, %s)",
            [list(queues), list(stages), count_max, owner(), f"{settings.LEASE_S} seconds", after_brand],
        )
        return [Claim(id=r[0], brand_id=r[1], stage=r[2], fence=r[3]) for r in cursor.fetchall()]


def require_held(*, row: Leased, longer_than_s: float) -> None:
    """Lock the row and make sure that it is still ours for `longer_than_s`. Raises Fenced or LeaseTooShort."""
    held = type(row)._default_manager.select_for_update().filter(pk=row.pk, fence=row.fence, lease_until__isnull=False)
    until = held.annotate(left=F("lease_until") - Now()).values_list("left", flat=True).first()
    if until is None:
        raise Fenced(f"{row.subject} was taken over; fencing number {row.fence} counts no longer.")
    if until.total_seconds() <= longer_than_s:
        raise LeaseTooShort(f"{row.subject} is leased for {until.total_seconds():.1f} s, the call may take longer.")


def extend(*, row: Leased, seconds: float) -> None:
    """Lease the row for `seconds` from now, for a call that takes longer than a usual lease. Raises Fenced."""
    until = Now() + timedelta(seconds=seconds)
    held = type(row)._default_manager.filter(pk=row.pk, fence=row.fence, lease_until__isnull=False)
    if held.update(lease_until=until, due_at=until) != 1:
        raise Fenced(f"{row.subject} was taken over; fencing number {row.fence} counts no longer.")


def free(**changes: Any) -> dict[str, Any]:
    """The lease columns of a row that nobody holds and that waits for nothing; `changes` on top."""
    return {"lease_until": None, "lease_owner": "", "due_at": None, **changes}


def due(*, after_s: float = 0.0, **changes: Any) -> dict[str, Any]:
    """The lease columns of a row that the next stage may claim, `after_s` from now."""
    when: Any = Now() + timedelta(seconds=after_s) if after_s else Now()
    return {"lease_until": None, "lease_owner": "", "due_at": when, **changes}


def end_attempt(*, row: Leased, outcome: str) -> None:
    """Note how the claim under the row's fencing number ended."""
    note_attempt(brand_id=row.brand_id, subject=row.subject, fence=row.fence, outcome=outcome)


def note_attempt(*, brand_id: int, subject: str, fence: int, outcome: str) -> None:
    """Note how one claim ended, whoever has the row by now."""
    Attempt.objects.filter(brand_id=brand_id, subject=subject, fence=fence).update(
        ended_at=Now(), outcome=outcome[:2000]
    )


def give_back(*, row: Leased, after_s: float, note: str, counts: bool = True) -> None:
    """Let go of a row without moving it: due again after `after_s`. `counts=False` for a wait that is no failure.

    Raises Fenced when the row is no longer ours.
    """
    changes = due(after_s=after_s, note=note[:2000])
    if not counts:
        changes["attempts"] = F("attempts") - 1
    held = type(row)._default_manager.filter(pk=row.pk, fence=row.fence, status=row.status)
    if held.update(**changes) != 1:
        raise Fenced(f"{row.subject} was taken over; fencing number {row.fence} counts no longer.")
    end_attempt(row=row, outcome=note)


def backoff_s(*, attempts: int) -> float:
    """Seconds until the next try: doubles from one second, a minute at most."""
    return float(min(60, 2 ** max(0, attempts - 1)))


def stopped_s(*, scopes: Sequence[str], by: str) -> float:
    """Seconds until a row that a control on `by` held back is looked at again.

    A row that bears the scope is not claimed while it holds. Any other (spending, which a claim cannot see coming)
    comes back now and then, and at once when the stop is lifted.
    """
    return 1.0 if by in scopes else STOPPED_LOOK_S


@dataclass
class Keeper:
    """The side thread that renews the leases of this process while bodies run."""

    held: dict[tuple[str, int], int] = field(default_factory=dict)
    staying: set[tuple[str, int]] = field(default_factory=set)  # held beyond the block that they were claimed in
    lost: set[tuple[str, int]] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    thread: threading.Thread | None = None
    pid: int = 0

    @contextmanager
    def holding(self, *, table: str, claims: Sequence[Claim]) -> Iterator[None]:
        """Renew these claims until the block ends."""
        keys = {(table, claim.id): claim.fence for claim in claims}
        with self.lock:
            if self.pid != os.getpid():  # a forked child inherits the table but not the thread
                self.held, self.staying, self.lost, self.thread, self.pid = {}, set(), set(), None, os.getpid()
            self.held.update(keys)
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self._run, name="lease-keeper", daemon=True)
                self.thread.start()
        try:
            yield
        finally:
            with self.lock:
                for key in keys:
                    if key not in self.staying:
                        self.held.pop(key, None)
                        self.lost.discard(key)

    def keep(self, *, table: str, claim: Claim) -> None:
        """Go on renewing a claim after the block that holds it, until `let_go`."""
        with self.lock:
            self.staying.add((table, claim.id))

    def let_go(self, *, table: str, claim: Claim) -> None:
        """Renew this claim no longer."""
        key = (table, claim.id)
        with self.lock:
            self.staying.discard(key)
            if self.held.get(key) == claim.fence:
                self.held.pop(key)
            self.lost.discard(key)

    def is_lost(self, *, table: str, claim: Claim) -> bool:
        """Whether a renewal found that somebody else has the row. The answer of a running call is then dropped."""
        return (table, claim.id) in self.lost

    def _run(self) -> None:
        idle = 0
        while True:
            threading.Event().wait(settings.LEASE_RENEW_S)
            with self.lock:
                held = dict(self.held)
                idle = 0 if held else idle + 1
                if idle == 5:
                    self.thread = None  # said under the lock: whoever holds next starts another one
                    break
            for table in {name for name, _ in held}:
                self._renew(table, {pk: fence for (name, pk), fence in held.items() if name == table})
        connection.close()

    def _renew(self, table: str, fences: dict[int, int]) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT {table}_renew(%s, %s, %s)",
                    [list(fences), list(fences.values()), f"{settings.LEASE_S} seconds"],
                )
                kept = {row[0] for row in cursor.fetchall()}
        except Exception:
            # The lease runs on without us; finishing states the fencing number, so nothing wrong can be written.
            log.warning("leases of %s were not renewed", table, exc_info=True)
            connection.close()
            return
        with self.lock:
            self.lost.update((table, pk) for pk in fences if pk not in kept and (table, pk) in self.held)


keeper = Keeper()
