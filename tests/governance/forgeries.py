"""Grants as forgers would make them, and the sentence each is refused with."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from chimera.core import canonical
from governance.grants import services as grants
from governance.grants.services import Claims
from tests.conftest import ALPHA

PAYLOAD = {
    "account_handle": "bea",
    "text": "Toaster number 1 works again.",
    "media": [{"sha256": "a" * 64, "alt": "A toaster."}],
    "ai_generated": True,
    "sponsorship": "none",
}
CLAIMS = Claims(
    jti="jti-1",
    subject="publishing.post:42",
    task="agents.task:1",
    brand_id=ALPHA,
    fence=3,
    account_handle="bea",
    effect_key="key",
    payload_hash=canonical.digest(PAYLOAD),
    approval="judge",
    is_ad=False,
)
Body = dict[str, Any]
Keys = tuple[str, str]


def pair() -> Keys:
    """A fresh private and public key, as PEM."""
    private = Ed25519PrivateKey.generate()
    return (
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    )


def genuine() -> str:
    return grants.issue(claims=CLAIMS, connector="plaza")


def parts(grant: str) -> tuple[Body, Body]:
    """Header and body of a genuine grant."""
    return jwt.get_unverified_header(grant), jwt.decode(grant, options={"verify_signature": False})


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def signed(keys: Keys, *, headers: Body | None = None, without: str = "", **body: Any) -> str:
    """A grant as `issue` would make it, with other headers or another body, signed by the genuine key."""
    head, claims = parts(genuine())
    claims = {name: value for name, value in {**claims, **body}.items() if name != without}
    head = {name: value for name, value in {**head, **(headers or {})}.items() if value is not None}
    return jwt.encode(claims, keys[0], algorithm="EdDSA", headers=head)


def timed(keys: Keys, **shifts: int) -> str:
    """The same with its times so many seconds from now."""
    at = int(time.time())
    return signed(keys, **{name: at + seconds for name, seconds in shifts.items()})


def unsigned(_: Keys) -> str:
    head, body = parts(genuine())
    return ".".join([b64(json.dumps({**head, "alg": "none"}).encode()), b64(json.dumps(body).encode()), ""])


def signed_with_the_public_key(keys: Keys) -> str:
    head, body = parts(genuine())
    text = b64(json.dumps({**head, "alg": "HS256"}).encode()) + "." + b64(json.dumps(body).encode())
    return text + "." + b64(hmac.new(keys[1].encode(), text.encode(), hashlib.sha256).digest())


def signed_by_a_stranger(_: Keys) -> str:
    head, body = parts(genuine())
    return jwt.encode(body, pair()[0], algorithm="EdDSA", headers=head)


def with_another_body(_: Keys) -> str:
    head, _, signature = genuine().split(".")
    _, body = parts(genuine())
    return ".".join([head, b64(json.dumps({**body, "account": "somebody_else"}).encode()), signature])


def with_a_key_of_its_own(_: Keys) -> str:
    """The header brings the key to check it with, as a JWK."""
    stranger = Ed25519PrivateKey.generate()
    head, body = parts(genuine())
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64(stranger.public_key().public_bytes_raw())}
    return jwt.encode(body, stranger, algorithm="EdDSA", headers={**head, "jwk": jwk})


NO_TOKEN = "The grant is no token that can be read; ask for a new one"
ALGORITHM = "signed by another algorithm than EdDSA, or not at all; ask for a new one"
UNKNOWN = "not a publish grant of a known key; ask for a new one"
NAMELESS = "The grant does not name its key as grants do; ask for a new one"
ALTERED = "was altered, or signed by another key than the one it names. Nothing was published"
LACKS = "The grant lacks something that every grant says. Nothing was published"
ELSEWHERE = "for another connector or another account. Nothing was published"
FORM = "in another form than grants do"
EXPIRED, NOT_YET = "The grant has expired. Nothing was published", "The grant is not valid yet. Nothing was published"
OTHER_ACT = "for another act than to publish on this account; nothing was published"
OTHER_WORDS = "discloses something else than the payload; nothing was published"
LONG, LATE = "valid for longer than 60 s", grants.LEEWAY_S + 1
SAID = ("iss", "aud", "sub", "jti", "iat", "nbf", "exp", "task", "brand", "fence", "account", "action", "effect")
FORGERIES: dict[str, tuple[Callable[[Keys], str], str]] = {
    "alg none": (unsigned, ALGORITHM),
    "HS256 with the public key": (signed_with_the_public_key, ALGORITHM),
    "another connector": (lambda keys: signed(keys, aud="mcp:harbour:bea"), ELSEWHERE),
    "another account": (lambda keys: signed(keys, aud="mcp:plaza:eve"), ELSEWHERE),
    "only a connector": (lambda keys: signed(keys, aud="plaza"), ELSEWHERE),
    "several audiences": (lambda keys: signed(keys, aud=["mcp:plaza:bea", "mcp:plaza:eve"]), ELSEWHERE),
    "another account under our audience": (lambda keys: signed(keys, account="eve"), OTHER_ACT),
    "another type of token": (
        lambda keys: signed(keys, headers={"typ": "JWT"}),
        "of another type than a publish grant",
    ),
    "a voucher of a key": (
        lambda keys: signed(keys, headers={"typ": "grant-key+jwt"}),
        "of another type than a publish",
    ),
    "no type": (lambda keys: signed(keys, headers={"typ": None}), "of another type than a publish grant"),
    "another issuer": (lambda keys: signed(keys, iss="somebody"), "issued by somebody else. Nothing was published"),
    "expired": (lambda keys: timed(keys, iat=-60 - LATE, nbf=-60 - LATE, exp=-LATE), EXPIRED),
    "not yet": (lambda keys: timed(keys, nbf=LATE + 4), NOT_YET),
    "issued tomorrow": (lambda keys: timed(keys, iat=LATE + 4, exp=LATE + 64), NOT_YET),
    "for an hour": (lambda keys: timed(keys, exp=3600), LONG),
    "another act": (lambda keys: signed(keys, action="pay"), OTHER_ACT),
    "an advertisement": (lambda keys: signed(keys, disclosure={"ai": True, "ad": True}), OTHER_WORDS),
    "no AI": (lambda keys: signed(keys, disclosure={"ai": False, "ad": False}), OTHER_WORDS),
    "nothing disclosed": (lambda keys: signed(keys, disclosure={}), OTHER_WORDS),
    "unknown kid": (lambda keys: signed(keys, headers={"kid": "0" * 16}), UNKNOWN),
    "no kid": (lambda keys: signed(keys, headers={"kid": None}), NAMELESS),
    "a kid that is a number": (lambda keys: signed(keys).replace(*_numbered(keys)), NO_TOKEN),
    "a critical header": (lambda keys: signed(keys, headers={"crit": ["b64"]}), "The grant"),
    "a key of its own": (with_a_key_of_its_own, NAMELESS),
    "a stranger's key under our name": (signed_by_a_stranger, ALTERED),
    "another body under the old signature": (with_another_body, ALTERED),
    "no token at all": (lambda _: "nonsense", NO_TOKEN),
    "empty": (lambda _: "", NO_TOKEN),
    "a fence that is yes": (lambda keys: signed(keys, fence=True), FORM),
    "a brand that is a text": (lambda keys: signed(keys, brand="1"), FORM),
    "an approval that is a list": (lambda keys: signed(keys, approval=["judge"]), FORM),
    "a task id that is a number": (lambda keys: signed(keys, task=1), FORM),
    **{
        f"without {name}": (lambda keys, name=name: signed(keys, without=name), LACKS)
        for name in (*SAID, "payload", "approval", "disclosure")
    },
}
FORGERIES |= {
    # What the library itself refuses before we read the claim.
    "a grant id that is a number": (lambda keys: signed(keys, jti=7), "The grant is not valid. Nothing was published"),
    "an expiry that is a text": (
        lambda keys: signed(keys, exp="soon"),
        "The grant is not valid. Nothing was published",
    ),
}


def _numbered(keys: Keys) -> tuple[str, str]:
    head = signed(keys).split(".")[0]
    known = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    return head, b64(json.dumps({**known, "kid": 7}).encode())


# Changes of what is sent under a genuine grant.
ALTERED_PAYLOADS: dict[str, Body] = {
    "caption": {"text": "Toaster number 2 works again."},
    "media": {"media": [{"sha256": "b" * 64, "alt": "A toaster."}]},
    "alt text": {"media": [{"sha256": "a" * 64, "alt": "A bomb."}]},
    "order of nothing": {"media": []},
    "label": {"ai_generated": False},
    "sponsorship": {"sponsorship": "paid"},
    "reply": {"reply_to": "p-1"},
    "a fraction": {"text": 1.5},
}
