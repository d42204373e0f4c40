"""Whether a delivery is the platform's: HMAC-SHA256 of the raw body under the app's secret, compared in constant time.

Meta writes the digest in hex, X in base64; X also asks for the signature of a token that it makes up (CRC). SAF-1.
"""

import base64
import hashlib
import hmac

TOKEN_CHARS_MAX = 400


def meta(*, secret: str, body: bytes) -> str:
    """What `X-Hub-Signature-256` says of a body: "sha256=" and the digest in hex."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def x(*, secret: str, body: bytes) -> str:
    """What `x-twitter-webhooks-signature` says of a body, and the answer to a CRC token: "sha256=" and base64."""
    return f"sha256={base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()}"


def is_same(given: str, wanted: str) -> bool:
    """Compared in constant time; no signature is never the same."""
    return bool(given) and hmac.compare_digest(given.encode(), wanted.encode())
