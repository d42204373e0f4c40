"""The data folder of one machine, and the secrets that were made for it once. OPS-1.

Everything the embedded servers keep lives under one root that only its owner may enter. Secrets are made here
so that no default password exists anywhere; they are never logged and never appear in a repr.
"""

import json
import os
import secrets as tokens
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import chimera
from chimera.embedded import locks
from chimera.embedded.errors import StartFailed

ROLES = ("chimera_app", "chimera_operator", "chimera_connector", "chimera_migrator", "chimera_sealer")
_LATER = ("chimera_sealer",)  # folders from before know nothing of these; they are given what is missing
_LOCK_WAIT_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """Passwords and keys of one data folder. Texts are URL-safe; keys are PEM (PKCS8 and SubjectPublicKeyInfo)."""

    postgres_password: str = field(repr=False)
    roles: Mapping[str, str] = field(repr=False)
    valkey_password: str = field(repr=False)
    django_secret_key: str = field(repr=False)
    grant_private_key: str = field(repr=False)
    grant_public_key: str = field(repr=False)
    service_token: str = field(repr=False)

    @classmethod
    def generate(cls) -> "Secrets":
        """Fresh random secrets, 256 bits or more each."""
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return cls(
            postgres_password=tokens.token_urlsafe(32),
            roles={role: tokens.token_urlsafe(32) for role in ROLES},
            valkey_password=tokens.token_urlsafe(32),
            django_secret_key=tokens.token_urlsafe(64),
            grant_private_key=private.decode(),
            grant_public_key=public.decode(),
            service_token=tokens.token_urlsafe(32),
        )


@dataclass(frozen=True)
class Home:
    """The data folder at `root` (made absolute); its subfolders are made with mode 0700 by `prepare`."""

    root: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", self.root.expanduser().resolve())

    @classmethod
    def default(cls) -> "Home":
        """The folder named by CHIMERA_HOME, else `.chimera` beside the chimera package."""
        named = os.environ.get("CHIMERA_HOME")
        return cls(Path(named) if named else Path(chimera.__file__).resolve().parent.parent / ".chimera")

    @property
    def postgres(self) -> Path:
        return self.root / "data" / "postgres"

    @property
    def valkey(self) -> Path:
        return self.root / "data" / "valkey"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def grant_keys(self) -> Path:
        """The ring of private keys that sign grants; made by the worker that needs it first."""
        return self.root / "grant-keys"

    @property
    def media(self) -> Path:
        return self.root / "media"

    @property
    def record(self) -> Path:
        """Where signed checkpoints are written, outside of the database."""
        return self.root / "record"

    @property
    def checkpoint_keys(self) -> Path:
        """The private keys that sign them. For the program that seals and nobody else."""
        return self.root / "checkpoint-keys.pem"

    def prepare(self) -> "Home":
        """Make the folders that are missing, 0700 each; StartFailed when that is not possible. Returns self.

        data/postgres is left to the database: it appears complete or not at all.
        """
        try:
            self.root.parent.mkdir(parents=True, exist_ok=True)
            beside = (
                self.root / "data",
                self.valkey,
                self.run,
                self.logs,
                self.media,
                self.record,
                self.root / "static",
            )
            for folder in (self.root, *beside):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StartFailed(
                f"The data folder {self.root} cannot be made or entered ({error.strerror or error}). "
                "Set CHIMERA_HOME to a folder that belongs to you."
            ) from error
        return self

    def secrets(self) -> Secrets:
        """The secrets of this folder, made at the first call and kept in secrets.json (0600) from then on.

        When two processes come first at once, one set wins and both read it. StartFailed when the file is broken.
        """
        path = self.prepare().root / "secrets.json"
        if not path.exists():
            _write_first(path, json.dumps(asdict(Secrets.generate()), indent=1))
        known = _read(path)
        if set(_LATER) <= set(known.roles):
            return known
        with locks.held(self.run / "secrets.lock", timeout_s=_LOCK_WAIT_S):
            return _completed(path)


def _write_first(path: Path, text: str) -> None:
    """Write `path` completely or not at all, and never over an existing one."""
    draft = path.with_name(f"{path.name}.{os.getpid()}-{tokens.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return  # another process was first; its secrets count
    finally:
        draft.unlink()


def _completed(path: Path) -> Secrets:
    """Give the file the roles that came later, in one step: who reads meanwhile reads the former or the new one."""
    known = _read(path)
    added = {role: tokens.token_urlsafe(32) for role in _LATER if not known.roles.get(role)}
    if added:
        whole = replace(known, roles={**known.roles, **added})
        draft = path.with_name(f"{path.name}.{os.getpid()}-{tokens.token_hex(4)}")
        _write_first(draft, json.dumps(asdict(whole), indent=1))
        draft.replace(path)
    return _read(path)


def _read(path: Path) -> Secrets:
    try:
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)  # a copy or a restore widened it
        found = json.loads(path.read_text(encoding="utf-8"))
        known = Secrets(**{each.name: found[each.name] for each in fields(Secrets)})
        if missing := [role for role in ROLES if role not in _LATER and not known.roles.get(role)]:
            raise KeyError(", ".join(missing))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StartFailed(
            f"The secrets in {path} cannot be read ({type(error).__name__}: {error}). Restore that file from a backup; "
            "without it the database of this folder cannot be opened. To begin anew, move the whole folder away."
        ) from error
    return known
