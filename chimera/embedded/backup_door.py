"""What the commands backup and restore share: which Postgres, as whom, and how they tell of their progress. OPS-9."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from chimera.core.management.door import DoorCommand
from chimera.embedded import gate, lifecycle
from chimera.embedded import superuser as superusers
from chimera.embedded.bootstrap import bootstrap
from chimera.embedded.home import Home
from chimera.embedded.superuser import Superuser


def _nothing(database: str) -> None:
    """Somebody's own server has its passwords already."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """The servers of this installation; `prepare` gives a new database what this machine's logins need."""

    superuser: Superuser
    redis_url: str = field(repr=False)
    prepare: Callable[[str], object] = _nothing


class BackupDoor(DoorCommand):
    """A command on the embedded servers, or on those of DATABASE_URL with a superuser's address."""

    def arguments(self, parser: CommandParser) -> None:
        """Where the superuser of somebody's own server is."""
        parser.add_argument(
            "--admin-url", default="", help="a superuser's address on the server of DATABASE_URL (or CHIMERA_ADMIN_URL)"
        )

    def execute(self, *args: Any, **options: Any) -> str | None:
        """A signal is told to us as Ctrl-C, so that nothing half-made stays."""
        self._begun = time.monotonic()
        gate.heed_signals()
        return super().execute(*args, **options)

    @property
    def home(self) -> Home | None:
        """The data folder whose servers are meant; None with DATABASE_URL."""
        return None if "DATABASE_URL" in os.environ else Home.default()

    @property
    def media(self) -> Path:
        """Where the images are."""
        return Path(settings.MEDIA_ROOT) if self.home is None else self.home.media

    @contextmanager
    def reach(self, options: dict[str, Any]) -> Iterator[Reach]:
        """The servers, for the length of the block."""
        home = self.home
        if home is None:
            admin_url = options["admin_url"] or os.environ.get("CHIMERA_ADMIN_URL", "")
            superuser = superusers.outside(admin_url=admin_url, database_url=os.environ["DATABASE_URL"])
            yield Reach(superuser=superuser, redis_url=settings.REDIS_URL)
            return
        with lifecycle.borrowed(home) as endpoints:
            prepare = partial(_bootstrap, endpoints)
            yield Reach(superuser=Superuser.of(endpoints), redis_url=endpoints.valkey.url(), prepare=prepare)

    @property
    def seconds(self) -> float:
        """Since the command began."""
        return time.monotonic() - self._begun

    def tell(self, sentence: str) -> None:
        """Progress, on standard error."""
        self.stderr.write(f"[{self.seconds:6.1f} s] {sentence}")
        self.stderr.flush()


def _bootstrap(endpoints: lifecycle.Endpoints, database: str) -> None:
    bootstrap(endpoints.postgres, database=database)
