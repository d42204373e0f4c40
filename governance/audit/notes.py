"""Checkpoints as signed notes (C2SP signed-note, tlog-checkpoint): make, read, sign, verify. Pure. AUD-2, AUD-3.

    chimera-record/<installation>/<generation>      the origin: which log
    <size>                                          how many entries
    <root, base64>
    previous <SHA-256 of the former signed note, base64>, or `previous none`
    time <when>
    next-key <vkey>                                 when this one introduces a key
    restored <generation> <size> <root, base64>     in the first of a generation: what had been published before it

Then an empty line and one signature. A note has one form only: what is read is written again and compared.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chimera.core.errors import Denied
from governance.audit.tree import HASH_BYTES

LOG = "chimera-record"
_ED25519 = b"\x01"
_DASH = "\N{EM DASH}"
_ORIGIN = re.compile(rf"{LOG}/([0-9a-f]{{16}})/(0|[1-9][0-9]{{0,8}})")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


class BadNote(Denied):
    """A text that is no checkpoint, or one that was not signed by the key that it must be signed by."""


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What had been published before a restore forgot some of it."""

    generation: int
    size: int
    root: bytes


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What a note says. `previous` is the hash of the former signed note, None in the very first."""

    installation: str
    generation: int
    size: int
    root: bytes
    previous: bytes | None
    time: datetime
    next_key: str = ""
    restored: Restored | None = None

    @property
    def origin(self) -> str:
        """Which log this is of."""
        return f"{LOG}/{self.installation}/{self.generation}"

    @property
    def text(self) -> str:
        """The lines that are signed."""
        lines = [self.origin, str(self.size), _base64(self.root)]
        lines.append(f"previous {_base64(self.previous) if self.previous is not None else 'none'}")
        lines.append(f"time {stamp(self.time)}")
        if self.next_key:
            lines.append(f"next-key {self.next_key}")
        if self.restored is not None:
            lines.append(f"restored {self.restored.generation} {self.restored.size} {_base64(self.restored.root)}")
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, kw_only=True)
class Note:
    """A signed checkpoint as it was read: the signature is not checked yet. `kid` is the key's hash in hex.

    `digest` is the SHA-256 of the whole note, which the next one names.
    """

    checkpoint: Checkpoint
    name: str
    kid: str
    signature: bytes
    digest: bytes

    @property
    def next_kid(self) -> str:
        """The hash of the key that has to sign the next one."""
        return read_vkey(self.checkpoint.next_key)[1] if self.checkpoint.next_key else self.kid


def stamp(at: datetime) -> str:
    """A time as the record writes it: UTC, always six digits."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def key_name(installation: str) -> str:
    """What the keys of an installation are called."""
    return f"{LOG}/{installation}"


def public_bytes(key: Ed25519PrivateKey | Ed25519PublicKey) -> bytes:
    """The 32 bytes of a public key."""
    return (key.public_key() if isinstance(key, Ed25519PrivateKey) else key).public_bytes_raw()


def kid(name: str, public: bytes) -> str:
    """A key's hash: 8 hex characters."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).hexdigest()[:8]


def vkey(name: str, public: bytes) -> str:
    """A public key as one line of text."""
    return f"{name}+{kid(name, public)}+{_base64(_ED25519 + public)}"


def read_vkey(text: str) -> tuple[str, str, Ed25519PublicKey]:
    """Name, hash and key of such a line. BadNote when it is none."""
    name, _, rest = text.strip().partition("+")
    told, _, encoded = rest.partition("+")
    found = _bytes(encoded, 1 + HASH_BYTES, what="the key")
    if found[:1] != _ED25519 or kid(name, found[1:]) != told:
        raise BadNote(f"{text.strip()[:120]!r} is no verification key: its hash is not the one of its name and key.")
    return name, told, Ed25519PublicKey.from_public_bytes(found[1:])


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """The signed note."""
    name = key_name(checkpoint.installation)
    marked = bytes.fromhex(kid(name, public_bytes(key))) + key.sign(checkpoint.text.encode())
    return f"{checkpoint.text}\n{_DASH} {name} {_base64(marked)}\n"


def parse(note: str) -> Note:
    """Read a signed note without judging the signature. BadNote says what is wrong with it."""
    text, _, signed = note.partition("\n\n")
    found = re.fullmatch(rf"{_DASH} (\S+) (\S+)\n", signed)
    if found is None:
        raise BadNote("The note does not end with one signature line behind an empty line.")
    checkpoint = _read(text.split("\n"))
    marked = _bytes(found[2], 4 + 64, what="the signature")
    if checkpoint.text != f"{text}\n":
        raise BadNote("The note is not written in the one form that a note has.")
    return Note(checkpoint=checkpoint, name=found[1], kid=marked[:4].hex(), signature=marked[4:], digest=digest(note))


def verify(note: str, *keys: str) -> Checkpoint:
    """What the note says, when one of these verification keys signed it. BadNote otherwise."""
    read = parse(note)
    for line in keys:
        name, told, public = read_vkey(line)
        if (name, told) != (read.name, read.kid) or name != key_name(read.checkpoint.installation):
            continue
        try:
            public.verify(read.signature, read.checkpoint.text.encode())
        except InvalidSignature:
            raise BadNote(f"The signature of key {told} under checkpoint {read.checkpoint.size} is wrong.") from None
        return read.checkpoint
    raise BadNote(f"Checkpoint {read.checkpoint.size} is signed by key {read.kid} of {read.name}, which is not known.")


def digest(note: str) -> bytes:
    """SHA-256 of a whole signed note: what the next one names as its former."""
    return hashlib.sha256(note.encode()).digest()


def _read(lines: list[str]) -> Checkpoint:
    if len(lines) < 5:
        raise BadNote("The note has fewer than the five lines that every checkpoint has.")
    origin = _ORIGIN.fullmatch(lines[0])
    if origin is None:
        raise BadNote(f"The first line {lines[0][:80]!r} does not name a record.")
    rest = lines[5:]
    next_key = rest.pop(0).removeprefix("next-key ") if rest and rest[0].startswith("next-key ") else ""
    restored = _restored(rest.pop(0).split(" ")) if rest and rest[0].startswith("restored ") else None
    if rest:
        raise BadNote(f"The line {rest[0][:80]!r} is not one that a checkpoint has.")
    former = _told(lines[3], "previous")
    try:
        # The form is checked by writing it again; this only has to find out what is meant.
        time = datetime.strptime(_told(lines[4], "time"), _TIME).replace(tzinfo=UTC)
    except ValueError:
        raise BadNote(f"The line {lines[4][:80]!r} does not tell a time.") from None
    return Checkpoint(
        installation=origin[1],
        generation=int(origin[2]),
        size=_number(lines[1]),
        root=_bytes(lines[2], HASH_BYTES, what="the root"),
        previous=None if former == "none" else _bytes(former, HASH_BYTES, what="the former note's hash"),
        time=time,
        next_key=next_key,
        restored=restored,
    )


def _restored(words: list[str]) -> Restored:
    if len(words) != 4:
        raise BadNote("The line that begins with `restored` does not tell a generation, a size and a root.")
    return Restored(
        generation=_number(words[1]), size=_number(words[2]), root=_bytes(words[3], HASH_BYTES, what="the root")
    )


def _told(line: str, word: str) -> str:
    if not line.startswith(f"{word} "):
        raise BadNote(f"Where {word} is told there is {line[:80]!r}.")
    return line.removeprefix(f"{word} ")


def _number(text: str) -> int:
    if _NUMBER.fullmatch(text) is None:
        raise BadNote(f"{text[:40]!r} is no number of entries or generations.")
    return int(text)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str, length: int, *, what: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != length:
        raise BadNote(f"{text[:60]!r} is not {what}: {length} bytes in base64.")
    return found
