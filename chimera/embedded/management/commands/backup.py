"""`manage.py backup`: everything that cannot be made again, in one file, while the fleet works."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from chimera.embedded import backing_up, identity
from chimera.embedded.archive import SECRETS
from chimera.embedded.backing_up import size
from chimera.embedded.backup_door import BackupDoor
from chimera.embedded.errors import BackupFailed


class Command(BackupDoor):
    """One consistent snapshot of the database, and the media; keys only when asked for."""

    help = "Write the database and the media into one file, while the fleet works."
    example = (
        "  manage.py backup\n"
        "  manage.py backup --to /mnt/usb/chimera.tar --json\n"
        "  manage.py backup --with-secrets    with the keys of this data folder: guard that file like a password\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """Where to, and whether keys go with it."""
        super().arguments(parser)
        parser.add_argument("--to", default="", help="file or folder (default: backups/ in the data folder)")
        parser.add_argument("--with-secrets", action="store_true", help=f"put {SECRETS} in; it opens everything")

    def act(self, options: dict[str, Any]) -> None:
        """Take it and say what is in it."""
        home, secrets = self.home, None
        if home is not None and not identity.data_folder(home).exists():
            raise BackupFailed(f"The data folder {home.root} has no database yet; there is nothing to back up.")
        if options["with_secrets"]:
            if home is None:
                raise CommandError("With DATABASE_URL the keys are in your environment; leave --with-secrets out.")
            secrets = home.root / SECRETS
        target = self._target(options["to"])
        with self.reach(options) as reach:
            made = backing_up.take(
                superuser=reach.superuser, media=self.media, target=target, secrets=secrets, tell=self.tell,
                cold=Path(settings.MEDIA_COLD_ROOT) if settings.MEDIA_COLD_ROOT else None,
            )  # fmt: skip
        rows, found = sum(made.manifest.rows.values()), made.manifest
        kept = "secrets.json is in it: guard it like a password." if secrets else "Keys and passwords are not in it."
        self.stdout.write(
            f"{made.path}: {size(made.bytes)}, {rows} rows of {len(found.rows)} tables and {found.media_count} files "
            f"of media as of {found.at}, in {self.seconds:.1f} s. {kept}"
        )
        elsewhere = settings.MEDIA_S3["name"] if settings.MEDIA_STORE == "s3" else ""
        if elsewhere:
            self.stdout.write(
                f"The media in the bucket {elsewhere} are not in it: the rows name them, and they stay where they are. "
                "Keep the bucket, or copy it by its own means, as long as you keep this file."
            )
        if options["json"]:
            self.say_json(
                {
                    "media_store": settings.MEDIA_STORE,
                    "media_elsewhere": elsewhere,
                    "file": str(made.path),
                    "bytes": made.bytes,
                    "at": found.at,
                    "rows": rows,
                    "tables": len(found.rows),
                    "media": found.media_count,
                    "media_bytes": found.media_bytes,
                    "media_left_out": found.media_left_out,
                    "with_secrets": found.with_secrets,
                    "seconds": round(self.seconds, 2),
                }
            )

    def _target(self, to: str) -> Path:
        """The file; a folder gets a name in it. The default folder is made."""
        name = f"chimera-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar"
        if to:
            asked = Path(to).expanduser().absolute()
            return asked / name if asked.is_dir() else asked
        folder = Path(settings.CHIMERA_HOME).absolute() / "backups"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise BackupFailed(f"{folder} cannot be made ({error.strerror}). Name another place with --to.") from error
        return folder / name
