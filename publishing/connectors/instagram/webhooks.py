"""What Meta delivers about Instagram accounts. Row I-20. ENG-1, SAF-1.

Subscribed fields: `comments` (on own media) and `mentions` (in comments elsewhere). A batch holds up to a thousand
changes, may repeat and come out of order. Content that is delivered is not used: Instagram is asked for the comment.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.responses import PlainTextResponse, Response

from publishing.connectors.ringing import Door, NotInItsForm
from publishing.deliveries import signatures
from publishing.deliveries.models import DeliveryKind
from publishing.deliveries.services import Event

CHANGES_MAX = 1_000


@dataclass(kw_only=True)
class InstagramDoor(Door):
    """Meta's: a token of ours in its question, the app's secret under its deliveries."""

    platform: ClassVar[str] = "instagram"
    verify_token: str  # what we wrote beside the address in Meta's console; "": its question is not answered

    def asked(self, query: Mapping[str, str]) -> Response | None:
        """See `Door.asked`."""
        given, challenge = query.get("hub.verify_token", ""), query.get("hub.challenge", "")
        is_ours = bool(self.verify_token) and hmac.compare_digest(given.encode(), self.verify_token.encode())
        if query.get("hub.mode") != "subscribe" or not is_ours or not _is_plain(challenge):
            return None
        return PlainTextResponse(challenge, headers={"X-Content-Type-Options": "nosniff"})

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """See `Door.is_genuine`."""
        wanted = signatures.meta(secret=self.secret, body=body)
        return signatures.is_same(headers.get("x-hub-signature-256", ""), wanted)

    def events(self, told: Any) -> Sequence[Event]:
        """See `Door.events`. What the account said itself is no news."""
        if told.get("object") != "instagram":
            raise NotInItsForm("the object is not instagram")
        found: list[Event] = []
        for entry in told["entry"]:
            user = str(entry["id"])
            for change in entry.get("changes", []):
                value = change["value"]
                if change["field"] == "comments" and str((value.get("from") or {}).get("id") or "") != user:
                    # That a deleted comment is told by a verb is an assumption, as for pages; Instagram documents none.
                    gone = value.get("verb") in ("remove", "delete")
                    found.append(_event(user, value["id"], gone=gone))
                elif change["field"] == "mentions" and value.get("comment_id"):
                    found.append(_event(user, value["comment_id"]))
        if len(found) > CHANGES_MAX:
            raise NotInItsForm(f"more than {CHANGES_MAX} changes")
        return found


def _event(user: str, name: Any, *, gone: bool = False) -> Event:
    kind = DeliveryKind.DELETED if gone else DeliveryKind.SAID
    return Event(user_id=user, kind=kind, platform_id=str(name))


def _is_plain(challenge: str) -> bool:
    return challenge.isascii() and challenge.isalnum() and len(challenge) <= signatures.TOKEN_CHARS_MAX
