"""The file of a backup: a plain tar that any machine can open, with a manifest and the hash of every part. OPS-9.

    database.dump    pg_dump's custom format, compressed by pg_dump
    secrets.json     only when it was asked for
    media/ab/abcd... files by content hash
    manifest.json    what this is, of what, from when, with the number of rows of every table
    SHA256SUMS       a hash for each of the others; written last, so its absence shows a file that was cut off

`tar xf FILE && sha256sum -c SHA256SUMS` checks one by hand. The tar is not compressed: the dump and pictures are.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import IO

from chimera.embedded.errors import Damaged

FORMAT = 1
DUMP, SECRETS, MANIFEST, SUMS, MEDIA = "database.dump", "secrets.json", "manifest.json", "SHA256SUMS", "media/"
_CHUNK = 1 << 20
_SMALL_MAX = 256 << 20  # bytes of a manifest or a list of hashes


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a backup holds. Sizes in bytes; `at` is the database's time of the snapshot (ISO 8601)."""

    format: int
    at: str
    version: str
    commit: str
    postgres_major: int
    postgres_version: str
    database: str
    database_bytes: int
    schema: str  # digest of `migrations`
    migrations: list[str]
    rows: dict[str, int]
    media_count: int
    media_bytes: int
    media_left_out: list[str] = field(default_factory=list)  # files whose bytes were not those of their name
    with_secrets: bool = False


class Writer:
    """Puts parts into the archive and notes their hashes."""

    def __init__(self, tar: tarfile.TarFile, *, at_s: int) -> None:
        self._tar, self._at_s = tar, at_s
        self._sums: list[str] = []

    def put(self, name: str, path: Path, *, sha256: str) -> None:
        """A file of that hash."""
        member = self._member(name, path.stat().st_size)
        with path.open("rb") as file:
            self._tar.addfile(member, file)
        self._sums.append(f"{sha256}  {name}\n")

    def put_text(self, name: str, text: str) -> None:
        """A small part."""
        content = text.encode()
        self._tar.addfile(self._member(name, len(content)), io.BytesIO(content))
        self._sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")

    def finish(self, manifest: Manifest) -> None:
        """The manifest, and the list of hashes as the last part."""
        self.put_text(MANIFEST, json.dumps(asdict(manifest), indent=1) + "\n")
        self.put_text(SUMS, "".join(self._sums))

    def _member(self, name: str, size: int) -> tarfile.TarInfo:
        member = tarfile.TarInfo(name)
        member.size, member.mtime, member.mode = size, self._at_s, 0o600
        return member


def sha256_of(path: Path) -> str:
    """The file's SHA-256 in hex."""
    with path.open("rb") as file:
        return _hash(file)


def _hash(file: IO[bytes], take: Callable[[bytes], object] | None = None) -> str:
    hasher = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        hasher.update(chunk)
        if take is not None:
            take(chunk)
    return hasher.hexdigest()


class Archive:
    """A backup that was opened for reading."""

    def __init__(self, path: Path, tar: tarfile.TarFile) -> None:
        self.path, self._tar = path, tar
        self._members = {member.name: member for member in tar.getmembers()}
        self._sums = self._listed()
        self.manifest = self._manifest()

    def verify(self) -> None:
        """Read every byte and compare it with its hash. Damaged names the first part that is not as it was written."""
        for name, sha256 in self._sums.items():
            with _told(self.path):
                found = self._read_hash(name)
            if found != sha256:
                raise Damaged(f"{self.path} is damaged: {name} is not as it was written. Use another backup.")

    def media(self) -> Iterator[tuple[str, int]]:
        """Content hash and size of every file of media."""
        for name, member in self._members.items():
            if name.startswith(MEDIA):
                yield name.rsplit("/", 1)[1], member.size

    def copy(self, name: str, take: Callable[[bytes], object]) -> None:
        """Hand the bytes of a part to `take`. Damaged when they are no longer those that were verified."""
        if self._read_hash(name, take) != self._sums[name]:
            raise Damaged(f"{self.path} changed while it was read ({name}).")

    def text(self, name: str) -> str:
        """A small part."""
        member = self._members.get(name)
        if member is None or member.size > _SMALL_MAX:
            raise Damaged(f"{self.path} is no backup of ours or was cut off: it has no {name} at its end.")
        return self._open(member).read().decode("utf-8")

    def _open(self, member: tarfile.TarInfo) -> IO[bytes]:
        file = self._tar.extractfile(member)
        if file is None:
            raise Damaged(f"{self.path} holds {member.name}, which is no ordinary file. It is no backup of ours.")
        return file

    def _read_hash(self, name: str, take: Callable[[bytes], object] | None = None) -> str:
        with self._open(self._members[name]) as file:
            return _hash(file, take)

    def _listed(self) -> dict[str, str]:
        lines = [line.partition("  ") for line in self.text(SUMS).splitlines()]
        sums = {name: sha256 for sha256, _, name in lines}
        odd = {*sums, SUMS} ^ set(self._members) or {name for name in sums if not _expected(name)}
        if odd or len(sums) != len(lines) or DUMP not in sums or MANIFEST not in sums:
            few = ", ".join(sorted(odd)[:3]) or DUMP
            raise Damaged(f"{self.path} is damaged: its list of parts does not fit its parts ({few}).")
        wrong = [name for name, sha256 in sums.items() if name.startswith(MEDIA) and not name.endswith(f"/{sha256}")]
        if wrong:
            raise Damaged(f"{self.path} is damaged: {wrong[0]} is listed under another hash than its name.")
        return sums

    def _manifest(self) -> Manifest:
        found = json.loads(self.text(MANIFEST))
        if found.get("format") != FORMAT:
            raise Damaged(
                f"{self.path} has format {found.get('format')}; this code reads format {FORMAT}. "
                "Restore it with the version of Chimera that made it."
            )
        known = Manifest(**{each.name: found[each.name] for each in fields(Manifest)})
        if known.with_secrets != (SECRETS in self._members):
            raise Damaged(f"{self.path} is damaged: its manifest does not say what is in it.")
        return known


def _expected(name: str) -> bool:
    if name in (DUMP, SECRETS, MANIFEST):
        return True
    parts = name.split("/")
    shaped = len(parts) == 3 and parts[0] == "media" and parts[2][:2] == parts[1]
    return shaped and is_content_hash(parts[2])


def is_content_hash(name: str) -> bool:
    """Whether a file's name is a SHA-256."""
    return len(name) == 64 and set(name) <= set("0123456789abcdef")


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The backup in this file. Damaged, in a sentence, for everything else; nothing is changed."""
    with ExitStack() as stack:
        with _told(path):
            if path.is_dir():
                raise Damaged(f"{path} is a folder; name the file of a backup.")
            tar = stack.enter_context(tarfile.open(path, mode="r:"))
            archive = Archive(path, tar)
            if path.stat().st_size % tarfile.RECORDSIZE:
                raise Damaged(f"{path} was cut off: it ends in the middle of a record. Use another backup.")
        yield archive


@contextmanager
def writing(path: Path, *, at_s: int) -> Iterator[Writer]:
    """A Writer on a new file, which only its owner may read; closed at the end of the block, not yet on the disk."""
    with (
        open(path, "xb", opener=_private) as file,
        tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        yield Writer(tar, at_s=at_s)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What goes wrong while a stranger's file is read, as a sentence."""
    try:
        yield
    except FileNotFoundError as error:
        raise Damaged(f"There is no file {path}.") from error
    except (tarfile.TarError, EOFError) as error:
        raise Damaged(f"{path} is no backup, or was cut off: it cannot be read as a tar file ({error}).") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(f"{path} is damaged: its manifest cannot be read ({error}).") from error
    except OSError as error:
        raise Damaged(f"{path} cannot be read ({error.strerror or error}).") from error
