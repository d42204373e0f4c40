"""What X says when it says no, each as one class and one action. PUB-1, PUB-6.

X answers with problem+json: `type`, `title`, `status`, `detail`. The type says most; where it is "about:blank" the
status and the words of the detail do. Rows X-5, X-20 to X-26 of docs/platforms/x.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

PROBLEMS = "https://api.twitter.com/2/problems/"


@dataclass(frozen=True, kw_only=True)
class Said:
    """One answer that is no yes: our code, what it means for the post ("rejected", "not_sent" or "unknown"), whose turn
    it is and what they should do."""

    code: str
    means: str
    do: str


VALIDATION = Said(code="validation", means="rejected", do="Mend what X names and judge the post anew.")
TOO_LONG = Said(code="text_too_long", means="rejected", do="Shorten the text: X counts links as 23 and CJK as 2.")
DUPLICATE = Said(
    code="duplicate", means="unknown", do="Look whether the account has posted it already; X refuses twins."
)
SUSPENDED = Said(code="account_suspended", means="rejected", do="Appeal on X; nothing goes out of this account.")
NOT_SUMMONED = Said(code="not_summoned", means="rejected", do="Nothing: X lets software answer only who spoke to it.")
FORBIDDEN = Said(code="forbidden", means="rejected", do="Check the app's permissions in X's developer console.")
UNAUTHORIZED = Said(code="unauthorized", means="rejected", do="Connect the account anew: manage.py connect x @handle.")
BILLING = Said(
    code="billing", means="not_sent", do="Buy credits, or raise the spending limit, in the developer console."
)
RATE_LIMITED = Said(code="rate_limited", means="not_sent", do="Wait: it is tried again when X's window has passed.")
GONE = Said(code="not_found", means="rejected", do="The post that it is about is not on X any more.")
PROVIDER = Said(code="provider", means="unknown", do="Wait: it is looked up before anything is sent again.")

_BY_TYPE = {
    "usage-capped": BILLING,
    "rate-limit-exceeded": RATE_LIMITED,
    "resource-not-found": GONE,
    "not-authorized-for-resource": FORBIDDEN,
    "client-forbidden": FORBIDDEN,
    "user-suspended": SUSPENDED,
}
_BY_WORDS = (
    (re.compile(r"duplicate content", re.IGNORECASE), DUPLICATE),
    (re.compile(r"suspended", re.IGNORECASE), SUSPENDED),
    (re.compile(r"summon|not permitted to reply|reply .{0,60}not (?:allowed|permitted)", re.IGNORECASE), NOT_SUMMONED),
    (re.compile(r"too long|maximum.{0,20}length|\b280\b", re.IGNORECASE), TOO_LONG),
)
_BY_STATUS = {
    400: VALIDATION, 401: UNAUTHORIZED, 402: BILLING, 403: FORBIDDEN, 404: GONE, 413: VALIDATION, 415: VALIDATION,
    422: VALIDATION, 429: RATE_LIMITED,
}  # fmt: skip


def said(*, status: int, body: Mapping[str, Any]) -> Said:
    """What an answer means. Whatever is not on the list and below 500 is a no; from 500 on nobody knows."""
    if status >= 500 or status == 408:
        return PROVIDER
    kind = str(body.get("type", "")).rpartition("/")[2]
    words = f"{body.get('detail', '')} {' '.join(_messages(body))}"
    if status in (400, 403):
        for pattern, found in _BY_WORDS:
            if pattern.search(words):
                return found
    return _BY_TYPE.get(kind) or _BY_STATUS.get(status, VALIDATION)


def sentence(*, status: int, body: Mapping[str, Any], found: Said) -> str:
    """What X said, in its own words and short, and what to do."""
    told = str(body.get("detail") or body.get("title") or f"HTTP {status}")[:200]
    messages = "; ".join(_messages(body))[:200]
    more = f" ({messages})" if messages and messages not in told else ""
    return f"X said: {told}{more} {found.do}"


def is_of_the_app(headers: Mapping[str, str]) -> bool:
    """Whether the limit that is over is the one of all accounts of the app: a day's."""
    return headers.get("x-app-limit-24hour-remaining", "") == "0"


def resets_at(headers: Mapping[str, str]) -> datetime | None:
    """When the window of a limit ends, from X's header; None where it says nothing."""
    stamp = headers.get("x-app-limit-24hour-reset" if is_of_the_app(headers) else "x-rate-limit-reset", "")
    return datetime.fromtimestamp(int(stamp), UTC) if stamp.isascii() and stamp.isdigit() and len(stamp) < 12 else None


def _messages(body: Mapping[str, Any]) -> list[str]:
    errors = body.get("errors")
    if not isinstance(errors, list):
        return []
    return [str(one.get("message") or one.get("detail") or "") for one in errors if isinstance(one, dict)]
