"""The private keys that sign checkpoints: one file, for the program that seals alone. AUD-2.

PEM blocks, oldest first: the one that signs, and behind it the one that comes next. The file is replaced whole or not
at all. In a deployment it may be mounted read-only; then whoever mounts it puts the next key behind the present one.
"""

import os
import secrets
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chimera.core.errors import Unavailable
from governance.audit import notes

_END = "-----END PRIVATE KEY-----\n"


class NoKey(Unavailable):
    """There is no key to sign with; nothing is sealed."""


class Ring:
    """The keys in the file at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[Ed25519PrivateKey]:
        """All of them, oldest first; empty when there is no file. NoKey for a file that cannot be read."""
        try:
            text = self.path.read_text(encoding="ascii")
            loaded = [
                serialization.load_pem_private_key(f"{block}{_END}".encode(), password=None)
                for block in text.split(_END)
                if block.strip()
            ]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise NoKey(f"The checkpoint keys in {self.path} cannot be read ({type(error).__name__}).") from error
        found = [key for key in loaded if isinstance(key, Ed25519PrivateKey)]
        if len(found) != len(loaded):
            raise NoKey(f"{self.path} holds a key that is not an Ed25519 key in PEM (PKCS8). Put it right.")
        return found

    def signer(self, *, installation: str, kid: str) -> Ed25519PrivateKey | None:
        """The key with that hash, if it is here."""
        name = notes.key_name(installation)
        return next((key for key in self.read() if notes.kid(name, notes.public_bytes(key)) == kid), None)

    def newest(self) -> Ed25519PrivateKey:
        """The last of the file; the file is made when there is none."""
        found = self.read()
        return found[-1] if found else self.add()

    def behind(self, key: Ed25519PrivateKey) -> Ed25519PrivateKey:
        """The key that follows `key`; made when there is none."""
        found = self.read()
        places = [notes.public_bytes(one) for one in found]
        place = places.index(notes.public_bytes(key)) + 1
        return found[place] if place < len(found) else self.add()

    def add(self) -> Ed25519PrivateKey:
        """Make a key and keep it behind the others. NoKey when the file cannot be written."""
        fresh = Ed25519PrivateKey.generate()
        self._write([*self.read(), fresh])
        return fresh

    def retire_before(self, key: Ed25519PrivateKey) -> None:
        """Forget the keys before `key`: what they signed stays readable. A file that is not ours to write stays."""
        found = self.read()
        place = [notes.public_bytes(one) for one in found].index(notes.public_bytes(key))
        if place and os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK):
            self._write(found[place:])

    def _write(self, keys: list[Ed25519PrivateKey]) -> None:
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}-{secrets.token_hex(4)}")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(b"".join(map(_pem, keys)))
                    file.flush()
                    os.fsync(file.fileno())
                draft.replace(self.path)
            except OSError:
                draft.unlink()  # half a key file would be one more secret to lose
                raise
        except OSError as error:
            raise NoKey(
                f"The checkpoint keys in {self.path} cannot be written ({error.strerror or error}). Name a file of the "
                "user who seals in CHECKPOINT_KEYS_FILE, or put the next key behind the present one yourself."
            ) from error


def _pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
