"""What Instagram says when it says no, by code and subcode: each one class and one action. Row I-12. PUB-1, PUB-6."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

LOOK_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Said:
    """One answer that is no yes: our code, what it means for a post that was just asked for ("rejected", "not_sent" or
    "unknown"), and what to do."""

    code: str
    means: str
    do: str


MEDIA = Said(code="media_refused", means="rejected", do="Make the picture anew within Instagram's limits.")
FETCH = Said(code="not_fetched", means="not_sent", do="Look whether INSTAGRAM_MEDIA_URL can be reached from outside.")
AGAIN = Said(code="provider", means="not_sent", do="Wait: it is tried again.")
NOT_READY = Said(code="processing", means="not_sent", do="Wait: Instagram still works on it, and it is tried again.")
GONE = Said(code="container_gone", means="not_sent", do="Nothing: it is prepared anew.")
DAILY = Said(
    code="daily_limit",
    means="not_sent",
    do="Wait: it is asked again within the hour; or spread posts over more accounts.",
)
RATE_LIMITED = Said(code="rate_limited", means="not_sent", do="Wait: it is tried again.")
RESTRICTED = Said(code="account_suspended", means="rejected", do="Look at the account's status in the Instagram app.")
BLOCKED = Said(code="blocked", means="unknown", do="Look at the account: Instagram blocks, and the post may be live.")
PERMISSION = Said(code="forbidden", means="rejected", do="Connect the account anew and allow content_publish.")
TOKEN = Said(code="unauthorized", means="rejected", do="Connect the account anew: manage.py connect instagram @handle.")
VALIDATION = Said(code="validation", means="rejected", do="Mend what Instagram names and judge the post anew.")
NOT_SHOWN = Said(code="not_shown", means="unknown", do="Wait: it may be there all the same, and is looked up.")
UNSURE = Said(code="provider", means="unknown", do="Wait: it is looked up before anything is sent again.")

_BY_SUBCODE = {
    2207003: FETCH, 2207020: GONE, 2207001: UNSURE, 2207032: AGAIN, 2207053: AGAIN, 2207057: MEDIA, 2207004: MEDIA,
    2207005: MEDIA, 2207009: MEDIA, 2207010: VALIDATION, 2207042: DAILY, 2207051: BLOCKED, 2207008: GONE,
    2207026: MEDIA, 2207027: NOT_READY, 2207050: RESTRICTED, 2207081: VALIDATION, 2207082: AGAIN, 2207052: FETCH,
}  # fmt: skip
# 100/33 was said of objects that were there while Instagram had an outage: it proves nothing.
_BY_CODE = {
    -2: FETCH, -1: UNSURE, 1: UNSURE, 2: UNSURE, 4: RATE_LIMITED, 9: DAILY, 10: PERMISSION, 17: RATE_LIMITED,
    24: GONE, 25: RESTRICTED, 32: RATE_LIMITED, 80002: RATE_LIMITED, 190: TOKEN, 200: PERMISSION, 352: MEDIA,
    9004: FETCH, 9007: NOT_READY, 36000: MEDIA, 36001: MEDIA, 36003: MEDIA,
}  # fmt: skip


_IN_WORDS = re.compile(r"\b2207\d{3}\b")


def said(*, status: int, body: Mapping[str, Any]) -> Said:
    """What an answer means; from 500 on, and for what has no form, nobody knows."""
    error = body.get("error")
    if status >= 500 or not isinstance(error, dict):
        return UNSURE if status >= 500 or status == 408 else VALIDATION
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    if (code, subcode) == (100, 33):
        return NOT_SHOWN
    return _BY_SUBCODE.get(subcode) or _BY_CODE.get(code, VALIDATION)


def of_container(words: str) -> Said:
    """What the status of a container that failed means, by the code in its words; without one, that of its media."""
    found = _IN_WORDS.search(words)
    return _BY_SUBCODE.get(int(found[0]), MEDIA) if found else MEDIA


def sentence(*, status: int, body: Mapping[str, Any], found: Said) -> str:
    """What Instagram said, in its own words and short, and what to do."""
    error = body.get("error")
    told = error if isinstance(error, dict) else {}
    words = str(told.get("error_user_msg") or told.get("message") or f"HTTP {status}")[:220]
    number = "/".join(str(told[key]) for key in ("code", "error_subcode") if told.get(key) is not None)
    return f"Instagram said: {words}{f' ({number})' if number else ''} {found.do}"


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
