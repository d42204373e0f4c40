"""The private halves of keys: one file each, 0600, in a folder that only workers of publish and pay are told of.

Read anew at every use, so that a key which another worker made, or threw away, is known at once.
"""

import os
import re
import secrets
from collections.abc import Collection
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from django.conf import settings

from governance.grants import trust
from governance.grants.trust import Refused

_FILE = re.compile(r"[0-9a-f]{16}\.pem")


class Ring:
    """The folder. Workers that share it sign with the same keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def from_settings(cls) -> Self | None:
        """The ring in `settings.GRANT_KEY_RING`; None in a process that was told of none."""
        return cls(Path(settings.GRANT_KEY_RING)) if settings.GRANT_KEY_RING else None

    def key(self, kid: str) -> Ed25519PrivateKey | None:
        """The private half of this key; None when it is not here or the file holds another one. Raises Refused."""
        path = self.folder / f"{kid}.pem"
        try:
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)  # a copy or a restore widened it
            found = load_pem_private_key(path.read_bytes(), None)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            return None  # written over or cut off: as good as gone
        except OSError as error:
            raise _unreadable(self.folder, error) from error
        fits = isinstance(found, Ed25519PrivateKey) and trust.raw_kid(found.public_key()) == kid
        return found if isinstance(found, Ed25519PrivateKey) and fits else None

    def add(self, private: Ed25519PrivateKey) -> None:
        """Write a key, completely or not at all; it is on disk when this returns. Raises Refused."""
        kid = trust.raw_kid(private.public_key())
        draft = self.folder / f".{kid}.{secrets.token_hex(4)}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
                    file.flush()
                    os.fsync(file.fileno())
                draft.replace(self.folder / f"{kid}.pem")
            finally:
                draft.unlink(missing_ok=True)
        except OSError as error:
            raise _unreadable(self.folder, error) from error

    def drop(self, kids: Collection[str]) -> None:
        """Throw these away; what is not there is no matter."""
        for kid in kids:
            (self.folder / f"{kid}.pem").unlink(missing_ok=True)

    def others(self, kids: Collection[str]) -> set[str]:
        """The names of what is here beside these."""
        if not self.folder.is_dir():
            return set()
        names = {path.stem for path in self.folder.iterdir() if _FILE.fullmatch(path.name)}
        return names - set(kids)


def _unreadable(folder: Path, error: OSError) -> Refused:
    return Refused(
        f"The ring of grant keys in {folder} cannot be used ({error.strerror}). Give it to the user that publish "
        "workers run as, with mode 0700."
    )
