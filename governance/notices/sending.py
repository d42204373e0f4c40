"""Carrying letters that are due: at least once, each try under the same name, by mail or signed webhook. OPS-8.

A letter is claimed under a lease and a fencing number, sent outside of any transaction, and landed. Who dies between
sending and landing has it sent again: the receiver knows it by its `webhook-id` or `Message-ID`.
"""

import json
import logging
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core import mail
from django.db import connection

from chimera.core import clock, http, outside, tenancy
from chimera.core.errors import ChimeraError, Denied
from governance.leases import services as leases
from governance.notices import signing, writing
from governance.notices.models import Channel
from governance.notices.states import LetterStatus
from governance.notices.writing import Carried

log = logging.getLogger("chimera.notices")

RETRY_AFTER_MAX_S = 3600.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a try came to. `permanent`: another try would say the same."""

    sent: bool
    note: str = ""
    permanent: bool = False
    retry_after_s: float | None = None


def carry(*, count_max: int | None = None) -> int:
    """Send what is due; returns how many letters were dealt with."""
    dealt = 0
    for _ in range(settings.LETTERS_MAX if count_max is None else count_max):
        letter = take()
        if letter is None:
            break
        land(letter=letter, outcome=send(letter=letter))
        dealt += 1
    return dealt


def take() -> Carried | None:
    """Claim the letter that is due longest; None when none is."""
    owner = _actor()
    with tenancy.acting(owner), connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM governance_letter_take(%s, %s)", [owner[:120], f"{settings.LETTER_LEASE_S} seconds"]
        )
        row = cursor.fetchone()
        names = [column[0] for column in cursor.description]
    if row is None:
        return None
    found: dict[str, Any] = dict(zip(names, row, strict=True))
    facts = json.loads(found["facts"]) if found["facts"] is not None else None
    read = {"message_id": str(found["message_id"]), "facts": facts, "notices": json.loads(found["notices"])}
    return Carried(**{**found, **read})


def send(*, letter: Carried) -> Outcome:
    """Try it once. Never raises for what the other side does."""
    if not letter.is_live:
        return Outcome(sent=False, permanent=True, note="Nobody is told there any more: the subscription has ended.")
    at = clock.now()
    try:
        with outside.waiting():
            return _post(letter, at) if letter.channel == Channel.WEBHOOK else _mail(letter)
    except Denied as refused:
        return Outcome(sent=False, permanent=True, note=str(refused))
    except ChimeraError as failed:
        return Outcome(sent=False, note=str(failed))
    except OSError as failed:  # smtplib's errors too
        return Outcome(
            sent=False, permanent=_is_final(failed), note=f"The mail could not be handed over: {_told(failed)}"
        )
    except Exception as failed:
        # One letter that cannot be handled keeps no other waiting, and is given up after its last try like any other.
        log.exception("letter %s could not be sent", letter.id)
        return Outcome(sent=False, note=f"It could not be sent ({type(failed).__name__}).")


def land(*, letter: Carried, outcome: Outcome) -> bool:
    """Write what became of a try; False when somebody else carries the letter by now."""
    pauses = settings.LETTER_RETRY_S
    over = outcome.permanent or letter.attempts > len(pauses)
    to = LetterStatus.SENT if outcome.sent else LetterStatus.GIVEN_UP if over else LetterStatus.PENDING
    after_s = max(pauses[min(letter.attempts, len(pauses)) - 1], outcome.retry_after_s or 0.0)
    if to == LetterStatus.GIVEN_UP:
        log.error("letter %s to %s was given up: %s", letter.id, letter.name, outcome.note)
    with tenancy.acting(_actor()), connection.cursor() as cursor:
        cursor.execute(
            "SELECT governance_letter_land(%s, %s, %s, %s, %s)",
            [letter.id, letter.fence, to, f"{after_s} seconds", outcome.note[:300]],
        )
        return bool(cursor.fetchone()[0])


def _post(letter: Carried, at: Any) -> Outcome:
    body = writing.body_of(letter)
    former = letter.former_until is not None and letter.former_until > at
    by = signing.secrets(subscription_id=letter.subscription, number=letter.secret_number, former=former)
    answer = http.post(
        url=letter.address,
        body=body.encode(),
        headers={
            "content-type": "application/json",
            **signing.headers(by=by, message_id=f"msg_{letter.message_id}", at=at, body=body),
        },
        timeout_s=settings.WEBHOOK_TIMEOUT_S,
        private_allowed=settings.WEBHOOK_PRIVATE_ALLOWED,
    )
    if 200 <= answer.status < 300:
        return Outcome(sent=True)
    return Outcome(
        sent=False,
        permanent=answer.status == 410,  # "gone" is how a receiver says that it wants no more
        note=f"The webhook answered HTTP {answer.status}.",
        retry_after_s=_seconds(answer.headers.get("retry-after", "")),
    )


def _mail(letter: Carried) -> Outcome:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
    message = mail.EmailMessage(
        subject=writing.subject_of(letter),
        body=writing.text_of(letter),
        to=[letter.address],
        headers={"Message-ID": f"<{letter.message_id}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    message.send()
    return Outcome(sent=True, note="" if settings.EMAIL_HOST else f"No EMAIL_HOST is set: kept under {_kept()}.")


def where_mail_goes() -> str:
    """One sentence for people."""
    if settings.EMAIL_HOST:
        return f"Mail goes out by {settings.EMAIL_HOST}:{settings.EMAIL_PORT} as {settings.DEFAULT_FROM_EMAIL}."
    return f"No mail leaves this machine: EMAIL_HOST is not set, so each mail is a file under {_kept()}."


def _kept() -> str:
    return "mail/ in the data folder"


def _is_final(failed: OSError) -> bool:
    # smtplib: a refused recipient, or a refused message; what the server may take later has a code below 500.
    codes = [code for code, _ in getattr(failed, "recipients", {}).values()] if hasattr(failed, "recipients") else []
    codes += [failed.smtp_code] if hasattr(failed, "smtp_code") and type(failed).__name__ == "SMTPDataError" else []
    return bool(codes) and all(isinstance(code, int) and 500 <= code < 600 for code in codes)


def _told(failed: OSError) -> str:
    # Never the whole exception: a refused login may repeat what was sent.
    code = getattr(failed, "smtp_code", "")
    return f"{type(failed).__name__}{f' {code}' if code else ''}."


def _seconds(said: str) -> float | None:
    return min(float(said), RETRY_AFTER_MAX_S) if said.isascii() and said.isdigit() and len(said) < 9 else None


def _actor() -> str:
    return f"{leases.owner()} stage:tell"
