"""The sealer: looks every quarter of a second and seals when there is something. Says nothing when there is nothing.

Runs as a thread of the worker that sweeps, or alone (`manage.py seal`), with a connection and a login of its own. As
many as one likes may run: one seals, the others find nothing to do. Requirements: AUD-2.
"""

import logging
import threading
import time

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from chimera.core import registry
from chimera.core.errors import ChimeraError
from governance.audit import sealing
from governance.audit.anchors.base import Anchor
from governance.audit.keys import Ring
from governance.audit.sealing import Round

log = logging.getLogger("chimera.sealer")
REPEAT_S = 60.0  # how soon a complaint is said again


class Sealer:
    """One sealer with its connection: used by one thread."""

    def __init__(self, *, database: BaseDatabaseWrapper, ring: Ring, anchors: list[Anchor], count_max: int) -> None:
        self.database = database
        self.ring = ring
        self.anchors = anchors
        self.count_max = count_max
        self._published: int | None = None  # not known: another sealer, or a former life of this one, left something
        self._said = ("", 0.0)

    @classmethod
    def from_settings(cls) -> "Sealer":
        """With the login, keys and anchors of this program."""
        return cls(
            database=connections[settings.SEALER_ALIAS],
            ring=Ring(settings.CHECKPOINT_KEYS_FILE),
            anchors=registry.every("ANCHORS", Anchor),
            count_max=settings.SEAL_COUNT_MAX,
        )

    def round(self) -> Round:
        """Seal one portion, and publish what is not outside yet. Whatever goes wrong is raised."""
        try:
            found = sealing.seal(database=self.database, ring=self.ring, anchors=self.anchors, count_max=self.count_max)
            if not found.busy:
                if not found.sealed and found.size != self._published:
                    sealing.publish(database=self.database, anchors=self.anchors)
                self._published = found.size
        except BaseException:
            self._published = None
            self.database.close()
            raise
        return found

    def all(self) -> tuple[int, Round]:
        """Rounds until nothing is left; how many entries were sealed, and the last round."""
        count, found = 0, self.round()
        while found.more:
            count, found = count + found.sealed, self.round()
        return count + found.sealed, found

    def watch(self, stop: threading.Event, *, every_s: float) -> None:
        """Seal until told to stop. What goes wrong is logged, once a minute, and tried again."""
        try:
            while not stop.is_set():
                try:
                    more = self.round().more
                except (ChimeraError, DatabaseError, OSError) as error:
                    self._complain(f"the record is not sealed now: {error}")
                    more = False
                except Exception:
                    log.exception("the record is not sealed now")
                    more = False
                if not more:
                    stop.wait(every_s)
        finally:
            self.database.close()

    def _complain(self, sentence: str) -> None:
        said, at = self._said
        if sentence != said or time.monotonic() > at + REPEAT_S:
            log.warning("%s", sentence)
            self._said = (sentence, time.monotonic())


def start() -> threading.Event:
    """Seal in a thread of this process; set the returned event to end it."""
    stop = threading.Event()

    def run() -> None:
        # Made here: a connection belongs to the thread that uses it.
        Sealer.from_settings().watch(stop, every_s=settings.SEAL_EVERY_MS / 1000)

    threading.Thread(target=run, name="sealer", daemon=True).start()
    return stop
