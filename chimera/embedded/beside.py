"""What a restore puts right beside the database: media, keys, wake-ups. OPS-9.

Media go by content hash: what is there stays, what is missing is added. Wake-ups are hints, so old ones are dropped.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import redis

from chimera.embedded.archive import MEDIA, SECRETS, Archive
from chimera.embedded.errors import RestoreRefused
from chimera.embedded.home import Home

# What belongs to the fleet; the passwords in the file belong to the servers of this folder and stay.
KEYS = ("django_secret_key", "grant_private_key", "grant_public_key", "service_token")
_MIB = 2**20
_BATCH = 500


def missing(archive: Archive, folder: Path) -> list[tuple[str, int]]:
    """Content hash and size of the files that are not there, or not as their name says."""
    found = []
    for name, count in archive.media():
        path = _place(folder, name)
        if not path.is_file() or path.stat().st_size != count or _hash(path) != name:
            found.append((name, count))
    return found


def require_space(archive: Archive, *, folder: Path, with_database: bool) -> None:
    """RestoreRefused when the disk cannot take the missing media and, on the same disk, the database once more."""
    needed = sum(count for _, count in missing(archive, folder))
    if with_database:
        needed += archive.manifest.database_bytes
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    if free < needed:
        raise RestoreRefused(
            f"The disk of {folder} has {free / _MIB:.1f} MiB free; this restore needs {needed / _MIB:.1f} MiB, because "
            "the former database is kept. Make room, for instance with manage.py restore --drop-former."
        )


def put_back(archive: Archive, folder: Path, *, tell: Callable[[str], None]) -> int:
    """Add the missing files; returns how many. Nothing is deleted, so a restore that breaks off does no harm."""
    wanted = missing(archive, folder)
    tell(f"media: {len(wanted)} of {archive.manifest.media_count} files are missing here and are put back")
    try:
        for name, _ in wanted:
            path = _place(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
                archive.copy(f"{MEDIA}{name[:2]}/{name}", file.write)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(path)
    except OSError as error:
        raise RestoreRefused(
            f"Media cannot be put into {folder} ({error.strerror or error}); nothing was swapped."
        ) from error
    return len(wanted)


def keys_of(archive: Archive) -> dict[str, str]:
    """The fleet's keys in the backup. RestoreRefused when it was made without."""
    if not archive.manifest.with_secrets:
        raise RestoreRefused(f"{archive.path} was made without --with-secrets, so there are no keys in it.")
    found = json.loads(archive.text(SECRETS))
    if not isinstance(found, dict) or not all(isinstance(found.get(key), str) and found[key] for key in KEYS):
        raise RestoreRefused(f"The {SECRETS} in {archive.path} lacks one of {', '.join(KEYS)}.")
    return {key: found[key] for key in KEYS}


def put_keys_back(keys: dict[str, str], home: Home) -> Path:
    """Write them into secrets.json; returns the file that keeps the former ones."""
    path = home.root / SECRETS
    text = json.dumps({**asdict(home.secrets()), **keys}, indent=1)
    kept = path.with_name(f"{SECRETS}.former-{datetime.now(UTC):%Y%m%dt%H%M%S}")
    shutil.copy2(path, kept)
    with tempfile.NamedTemporaryFile("w", dir=home.root, delete=False, encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
    return kept


def drop_wakeups(*, url: str, prefix: str) -> str:
    """Delete what waits in the queues; returns a sentence. They are hints: a server out of reach is no failure."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=10) as client:
            count = 0
            batch: list[bytes] = []
            for key in client.scan_iter(match=f"{prefix}:*", count=_BATCH):
                batch.append(key)
                if len(batch) == _BATCH:
                    count += int(client.unlink(*batch))
                    batch = []
            count += int(client.unlink(*batch)) if batch else 0
    except (redis.RedisError, OSError, ValueError) as error:
        return f"wake-ups were not dropped ({type(error).__name__}); that does no harm, they are only hints"
    return f"wake-ups: {count} keys dropped"


def _place(folder: Path, name: str) -> Path:
    return folder / name[:2] / name


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
