"""Who wrote something, without saying who: a hash with a key of ours, different for each brand (SAF-2).

`a2.<40 hex>`: the version of the key, then the hash. A new key is put first in AUTHOR_KEYS; what was kept under the
others is still found while they are listed, and can be matched by nobody once they are gone.
"""

import base64
import binascii
import hashlib
import hmac
import re

from django.conf import settings

from chimera.core.errors import Denied

_VERSION = re.compile(r"[0-9a-z]{1,12}")
KEY_BYTES_MIN = 16


class BadAuthorKey(Denied):
    """A line of AUTHOR_KEYS that is none."""


def keys() -> dict[str, bytes]:
    """The live keys by version, the one to write with first. Raises BadAuthorKey."""
    if not settings.AUTHOR_KEYS:
        # On one machine the secret key serves, never itself: a hash of it for this purpose alone.
        secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        made = [hashlib.sha256(b"chimera authors\0" + secret.encode()).digest() for secret in secrets]
        return {f"s{hashlib.sha256(key).hexdigest()[:6]}": key for key in made}
    found: dict[str, bytes] = {}
    for line in settings.AUTHOR_KEYS:
        version, _, text = line.strip().partition(":")
        key = _decoded(text)
        if not _VERSION.fullmatch(version) or version in found or len(key) < KEY_BYTES_MIN:
            raise BadAuthorKey(
                f"AUTHOR_KEYS has a line with the version {version[:20]!r} that is no key; write version:key with a "
                f"new version of small letters and digits, and at least {KEY_BYTES_MIN} bytes in base64."
            )
        found[version] = key
    return found


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def name(*, brand_id: int, platform: str, author_id: str) -> str:
    """How an author is written down today."""
    return names(brand_id=brand_id, platform=platform, author_id=author_id)[0]


def names(*, brand_id: int, platform: str, author_id: str) -> list[str]:
    """Every way in which an author may have been written down, today's first: to look for in what is kept."""
    who = "\0".join((str(brand_id), platform, author_id)).encode()
    return [f"a{version}.{hmac.new(key, who, 'sha256').hexdigest()[:40]}" for version, key in keys().items()]


def matches(written: str, *, brand_id: int, platform: str, author_id: str) -> bool:
    """Whether this is who was written down, under any live key."""
    candidates = names(brand_id=brand_id, platform=platform, author_id=author_id)
    return any(hmac.compare_digest(written.encode(), one.encode()) for one in candidates)
