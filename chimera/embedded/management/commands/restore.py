"""`manage.py restore`: a backup comes back under quarantine, and the database of before is kept."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from chimera.embedded import archive as archives
from chimera.embedded import beside, gate, restoring
from chimera.embedded.archive import Archive
from chimera.embedded.backup_door import BackupDoor
from chimera.embedded.errors import RestoreRefused, StartFailed
from chimera.embedded.restoring import Restored

NEXT = ("manage.py reconcile", "manage.py resume")


class Command(BackupDoor):
    """Checks everything before anything is touched; changes names as the last step."""

    help = "Bring a backup back, under quarantine; the database of before is kept under another name."
    example = (
        "  manage.py restore chimera.tar\n"
        "  manage.py restore chimera.tar --yes --json\n"
        "  manage.py restore --drop-former    drop the databases that earlier restores kept\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """What, and how sure."""
        super().arguments(parser)
        parser.add_argument("file", nargs="?", default="", help="a file that manage.py backup wrote")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--drop-former", action="store_true", help="drop the databases that were kept")
        parser.add_argument("--with-secrets", action="store_true", help="take the fleet's keys from the backup too")

    def act(self, options: dict[str, Any]) -> None:
        """Check, ask, restore, say what to do next."""
        if not options["file"]:
            self._drop_former(options)
            return
        if options["with_secrets"] and self.home is None:
            raise CommandError("With DATABASE_URL the keys are in your environment; leave --with-secrets out.")
        with archives.opened(Path(options["file"]).expanduser()) as archive, ExitStack() as stack:
            self.tell(f"checking {archive.path}")
            archive.verify()
            restoring.check(archive, disk=restoring.known_migrations())
            keys = beside.keys_of(archive) if options["with_secrets"] else {}
            if self.home is not None:
                self._claim(stack)
            beside.require_space(archive, folder=self.media, with_database=self.home is not None)
            reach = stack.enter_context(self.reach(options))
            self._ask(archive, reach.superuser.place(reach.superuser.database), sure=options["yes"])
            done = restoring.restore(
                archive=archive, superuser=reach.superuser, media=self.media, actor=f"{self.actor} restore",
                prepare=reach.prepare, tell=self.tell,
            )  # fmt: skip
            self.tell(beside.drop_wakeups(url=reach.redis_url, prefix=settings.WAKE_PREFIX))
            if keys and self.home is not None:
                self.tell(
                    f"keys of the backup are in force; the former ones are in {beside.put_keys_back(keys, self.home)}"
                )
            dropped = restoring.drop_formers(reach.superuser) if options["drop_former"] else []
            self._report(archive, done, dropped, as_json=options["json"])

    def _claim(self, stack: ExitStack) -> None:
        """Nobody may run the programs of this folder, nor start them, until we are done."""
        assert self.home is not None
        try:
            stack.enter_context(gate.claimed(self.home))
        except StartFailed as error:
            raise RestoreRefused(f"Nothing was restored. {error}") from error

    def _ask(self, archive: Archive, place: str, *, sure: bool) -> None:
        if sure:
            return
        if not sys.stdin.isatty():
            raise RestoreRefused("Nobody is there to be asked; say --yes when the database may be replaced.")
        self.stderr.write(
            f"{place} is replaced by the backup of {archive.manifest.at} "
            f"({sum(archive.manifest.rows.values())} rows). What was written since is only in the former database."
        )
        if input("Type yes to go on: ").strip().lower() != "yes":
            raise RestoreRefused("Nothing was restored.")

    def _report(self, archive: Archive, done: Restored, dropped: list[str], *, as_json: bool) -> None:
        former = "" if done.former in dropped else done.former
        lines = [
            f"Restored {done.rows} rows and {done.media_new} files of media as of {archive.manifest.at}, "
            f"in {self.seconds:.1f} s; {done.freed} rows that were being worked on are due again.",
            f"The former database is kept as {former}; manage.py restore --drop-former drops it." if former else "",
            "Nothing is sent outside until you have run:",
            f"  {NEXT[0]}    compares what the platforms have with what this database knows",
            f"  {NEXT[1]}       lifts the quarantine",
        ]
        self.stdout.write("\n".join(line for line in lines if line))
        if as_json:
            self.say_json(
                {
                    "file": str(archive.path),
                    "at": archive.manifest.at,
                    "rows": done.rows,
                    "media_new": done.media_new,
                    "migrated": done.migrated,
                    "leases_freed": done.freed,
                    "former": former,
                    "dropped": dropped,
                    "quarantined": True,
                    "next": list(NEXT),
                    "seconds": round(self.seconds, 2),
                }
            )

    def _drop_former(self, options: dict[str, Any]) -> None:
        if not options["drop_former"]:
            raise CommandError("Name the file of a backup, or say --drop-former.")
        with self.reach(options) as reach:
            dropped = restoring.drop_formers(reach.superuser)
        self.stdout.write(f"Dropped {', '.join(dropped)}." if dropped else "No former database is kept.")
        if options["json"]:
            self.say_json({"dropped": dropped})
