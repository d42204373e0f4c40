"""Which public keys count: the roots in the settings, and keys that a root has vouched for. Pure: no table, no file.

A voucher is a JWS over kid and key with a type of its own, so that no grant passes for one. Only roots vouch: whoever
can write the table of keys, as every worker can, still brings in no key of their own.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from django.conf import settings

from chimera.core.errors import Denied

ISSUER = "chimera"
ALGORITHM = "EdDSA"
VOUCHER_TYPE = "grant-key+jwt"
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)


class Refused(Denied):
    """The grant does not allow this act, or no grant can be made here."""


@dataclass(frozen=True, kw_only=True)
class Signer:
    """A private key and its name. Shows neither in a repr nor in a log what it holds."""

    kid: str
    private: Ed25519PrivateKey = field(repr=False)


def raw_kid(public: Ed25519PublicKey) -> str:
    """The name of a key: the start of the SHA-256 of its raw public bytes."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]


def to_x(public: Ed25519PublicKey) -> str:
    """The raw public bytes as a JWK writes them."""
    return base64.urlsafe_b64encode(public.public_bytes_raw()).rstrip(b"=").decode()


def key_id(public_pem: str) -> str:
    """The name of a public key in PEM. Raises Refused when it is no Ed25519 key."""
    return raw_kid(_public(public_pem))


def _public(pem: str) -> Ed25519PublicKey:
    try:
        found = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        found = None
    if not isinstance(found, Ed25519PublicKey):
        raise Refused("GRANT_PUBLIC_KEY is no Ed25519 public key in PEM; write one there, or several in a row.")
    return found


@lru_cache(maxsize=8)
def _roots(text: str) -> Mapping[str, Ed25519PublicKey]:
    found = [_public(pem) for pem in _PEM.findall(text)]
    if text.strip() and not found:
        _public(text)  # says what is wrong with it
    return MappingProxyType({raw_kid(public): public for public in found})


def roots() -> Mapping[str, Ed25519PublicKey]:
    """The keys that everything rests on, by name: those in `settings.GRANT_PUBLIC_KEY`, one PEM block each."""
    return _roots(settings.GRANT_PUBLIC_KEY)


@lru_cache(maxsize=8)
def _private(pem: str) -> Ed25519PrivateKey:
    try:
        found = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        found = None
    if not isinstance(found, Ed25519PrivateKey):  # outside of the except: what could not be read may be the secret
        raise Refused("GRANT_PRIVATE_KEY is no Ed25519 private key in PEM without a password; write one there.")
    return found


def root() -> Signer | None:
    """The root that this process holds, if it holds one. Raises Refused when its public half is not among the roots."""
    if not settings.GRANT_PRIVATE_KEY:
        return None
    private = _private(settings.GRANT_PRIVATE_KEY)
    kid = raw_kid(private.public_key())
    if kid not in roots():
        raise Refused("GRANT_PRIVATE_KEY is not the private half of a key in GRANT_PUBLIC_KEY; no connector knows it.")
    return Signer(kid=kid, private=private)


def vouch(*, by: Signer, public: Ed25519PublicKey) -> str:
    """The root's word for a key."""
    said = {"iss": ISSUER, "kid": raw_kid(public), "x": to_x(public)}
    return jwt.encode(said, by.private, algorithm=ALGORITHM, headers={"typ": VOUCHER_TYPE, "kid": by.kid})


def vouched_by(*, kid: str, x: str, voucher: str) -> str | None:
    """The name of the root that vouches for this key; None when none does."""
    return _vouched_by(settings.GRANT_PUBLIC_KEY, kid, x, voucher)


@lru_cache(maxsize=256)  # what a signature says never changes; who is revoked is not asked here
def _vouched_by(root_text: str, kid: str, x: str, voucher: str) -> str | None:
    try:
        header = jwt.get_unverified_header(voucher)
        root_key = _roots(root_text).get(str(header.get("kid")))
        if root_key is None or header.get("typ") != VOUCHER_TYPE:
            return None
        said = jwt.decode(voucher, root_key, algorithms=[ALGORITHM], issuer=ISSUER, options={"require": ["iss"]})
    except jwt.PyJWTError:
        return None
    return raw_kid(root_key) if (said.get("kid"), said.get("x")) == (kid, x) else None


def from_x(x: str) -> Ed25519PublicKey:
    """The key in a JWK's `x`; the database has checked its shape."""
    return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "="))
