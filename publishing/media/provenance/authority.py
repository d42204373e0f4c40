"""Who signs: a key and certificates of the operator, else a test authority that is made on this machine. GEN-5.

The test authority lies in one file, for its owner alone: root certificate, root key, signer's certificate and key.
The root lasts ten years, the signer's certificate a year, and is made anew a month before it ends.
"""

import datetime
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings

from publishing.media.provenance.base import BadAuthority

NAME = "Chimera test authority"
ROOT_DAYS, LEAF_DAYS, RENEW_DAYS = 3650, 365, 30
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_END_OF = ("-----END CERTIFICATE-----\n", "-----END PRIVATE KEY-----\n")


@dataclass(frozen=True, kw_only=True)
class Authority:
    """What a signature is made with: certificates (PEM, signer first), key (PEM, PKCS8), algorithm, trusted roots."""

    chain: str
    key: str
    algorithm: str
    anchors: str
    is_test: bool


def present() -> Authority:
    """The authority of the settings, else the test authority. Raises BadAuthority."""
    key, chain = settings.PROVENANCE_KEY_FILE, settings.PROVENANCE_CHAIN_FILE
    if bool(key) != bool(chain):
        missing = "PROVENANCE_CHAIN_FILE" if key else "PROVENANCE_KEY_FILE"
        raise BadAuthority(f"To sign media, key and certificates are both needed; {missing} is not set.")
    return _of_settings(Path(key), Path(chain)) if key else _test()


def anchors() -> str:
    """The roots that are trusted when a file is read; "" when there is no authority yet. Makes nothing."""
    if settings.PROVENANCE_KEY_FILE or settings.PROVENANCE_ANCHORS_FILE:
        return _text(Path(settings.PROVENANCE_ANCHORS_FILE)) if settings.PROVENANCE_ANCHORS_FILE else ""
    path: Path = settings.PROVENANCE_TEST_AUTHORITY_FILE
    return _blocks(_text(path), path)[0] if path.exists() else ""


def _now() -> datetime.datetime:
    # Whoever reads a signature has a clock of the world, as the library has: the database's may be shifted.
    return datetime.datetime.fromtimestamp(time.time(), datetime.UTC)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no PEM"
        raise BadAuthority(f"{path} cannot be read: {why}. Name a PEM file that this user may read.") from error


def _of_settings(key_file: Path, chain_file: Path) -> Authority:
    pem, chain = _text(key_file), _text(chain_file)
    try:
        key: Any = serialization.load_pem_private_key(pem.encode(), password=None)
        leaf = x509.load_pem_x509_certificates(chain.encode())[0]
    except (ValueError, TypeError, IndexError) as error:
        raise BadAuthority(
            f"{key_file} and {chain_file} must be PEM: a key without a password, and certificates, the signer's first."
        ) from error
    if _public(key.public_key()) != _public(leaf.public_key()):
        raise BadAuthority(f"The key in {key_file} is not that of the first certificate in {chain_file}.")
    if leaf.not_valid_after_utc <= _now():
        raise BadAuthority(
            f"The certificate in {chain_file} ended on {leaf.not_valid_after_utc:%Y-%m-%d}; put in its successor."
        )
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        algorithm = _CURVES[key.curve.name]
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        algorithm = "ed25519"
    elif isinstance(key, rsa.RSAPrivateKey):
        algorithm = "ps256"
    else:
        raise BadAuthority(f"The key in {key_file} signs nothing that C2PA knows; use P-256, P-384, P-521 or Ed25519.")
    whole = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Authority(chain=chain, key=whole.decode(), algorithm=algorithm, anchors=anchors(), is_test=False)


def _public(key: Any) -> bytes:
    made: bytes = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return made


def _test() -> Authority:
    path: Path = settings.PROVENANCE_TEST_AUTHORITY_FILE
    if not path.exists():
        _keep(path, _root(), first=True)
    root, root_key, leaf, key = _blocks(_text(path), path)
    ends = x509.load_pem_x509_certificate(leaf.encode()).not_valid_after_utc
    if ends < _now() + datetime.timedelta(days=RENEW_DAYS):
        _keep(path, [root, root_key, *_leaf(root, root_key)], first=False)
        root, root_key, leaf, key = _blocks(_text(path), path)
    return Authority(chain=leaf + root, key=key, algorithm="es256", anchors=root, is_test=True)


def _blocks(text: str, path: Path) -> tuple[str, str, str, str]:
    """Root, its key, the signer's certificate and its key."""
    found, block = [], ""
    for line in text.splitlines(keepends=True):
        block += line
        if line in _END_OF:
            found.append(block)
            block = ""
    if len(found) != 4:
        raise BadAuthority(f"{path} is no test authority; move it away, and a new one is made with the next picture.")
    return found[0], found[1], found[2], found[3]


def _keep(path: Path, blocks: list[str], *, first: bool) -> None:
    """Write whole or not at all, for the owner alone; of two who begin at once the first one's stays."""
    draft = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write("".join(blocks))
        if first:
            try:
                path.hardlink_to(draft)
            except FileExistsError:
                return
            finally:
                draft.unlink()
        else:
            draft.replace(path)
    except OSError as error:
        raise BadAuthority(
            f"The test authority cannot be kept in {path} ({error.strerror or error}); name a file of this user in "
            "PROVENANCE_TEST_AUTHORITY_FILE, or a key and certificates of yours."
        ) from error


def _name(common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, NAME), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=not signs, crl_sign=not signs, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: float
) -> x509.CertificateBuilder:
    now = _now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _root() -> list[str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"{NAME} root")
    made = (
        _begun(name, name, key, ROOT_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .sign(key, hashes.SHA256())
    )
    root, root_key = made.public_bytes(serialization.Encoding.PEM).decode(), _pem(key)
    return [root, root_key, *_leaf(root, root_key)]


def _leaf(root: str, root_key: str, *, days: float = LEAF_DAYS) -> list[str]:
    authority = x509.load_pem_x509_certificate(root.encode())
    issuer: Any = serialization.load_pem_private_key(root_key.encode(), password=None)
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        _begun(_name(f"{NAME} signer"), authority.subject, key, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False)
        .sign(issuer, hashes.SHA256())
    )
    return [made.public_bytes(serialization.Encoding.PEM).decode(), _pem(key)]
