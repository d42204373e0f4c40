"""Encryption at rest. The first key seals, all of them open: so keys are changed without a gap. PUB-1."""

import base64
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from chimera.core.errors import Unavailable

_FOR = b"chimera platform credentials"


class CannotOpen(Unavailable):
    """None of the keys of this process opens it."""


@lru_cache(maxsize=4)
def _keys(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(secret))) for secret in secrets])


def _derived(secret: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_FOR).derive(secret.encode())


def _mine() -> MultiFernet:
    chosen = settings.CREDENTIAL_KEYS or [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return _keys(tuple(chosen))


def seal(value: dict[str, Any]) -> str:
    """A JSON object, encrypted and authenticated."""
    return _mine().encrypt(json.dumps(value).encode()).decode()


def opened(sealed: str) -> dict[str, Any]:
    """What was sealed. Raises CannotOpen."""
    try:
        found: dict[str, Any] = json.loads(_mine().decrypt(sealed.encode()))
    except InvalidToken:
        raise CannotOpen(
            "The stored tokens of an account cannot be decrypted: CREDENTIAL_KEYS has changed; "
            "add the former key behind the new one, or connect the account anew."
        ) from None
    return found
