"""The name under which a post is known outside of the house: its number with a mark that nobody can guess.

Not stored: whoever has the key of the installation can make and check it, so a post from before this was written has
one too. A former SECRET_KEY in SECRET_KEY_FALLBACKS keeps its names valid. Requirements: AUD-3.
"""

import hmac
import re
from hashlib import sha256

from django.conf import settings

_FORM = re.compile(r"([1-9][0-9]{0,18})-([0-9a-f]{32})")
_FOR = b"chimera passport of publishing.post:"


def _mark(key: str | bytes, post_id: int) -> str:
    secret = key.encode() if isinstance(key, str) else key
    return hmac.new(secret, _FOR + str(post_id).encode(), sha256).hexdigest()[:32]


def token(*, post_id: int) -> str:
    """The name of a post: "42-" and 128 bits."""
    return f"{post_id}-{_mark(settings.SECRET_KEY, post_id)}"


def post_id(*, token: str) -> int | None:
    """The post of a name; None when nobody gave it that name."""
    found = _FORM.fullmatch(token)
    if found is None:
        return None
    number = int(found[1])
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    right = [hmac.compare_digest(_mark(key, number), found[2]) for key in keys]
    return number if any(right) and number < 2**63 else None
