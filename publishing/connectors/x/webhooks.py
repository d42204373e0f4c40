"""What X delivers about accounts (Account Activity). Row X-19. ENG-1, SAF-1.

X asks each hour for the signature of a token (CRC). Of what it delivers only posts that are made and taken away count;
their content is not used: the inbox reads the mentions anew.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.responses import JSONResponse, Response

from publishing.connectors.ringing import Door
from publishing.deliveries import signatures
from publishing.deliveries.models import DeliveryKind
from publishing.deliveries.services import Event

# Tokens and deliveries are signed alike: whoever had a delivery signed as a token could forge one. None has braces.
_TOKEN = re.compile(rf"[A-Za-z0-9_=+/.-]{{1,{signatures.TOKEN_CHARS_MAX}}}")


@dataclass(kw_only=True)
class XDoor(Door):
    """X's: everything is signed with the app's consumer secret, which is not the secret of its OAuth 2 client."""

    platform: ClassVar[str] = "x"

    def asked(self, query: Mapping[str, str]) -> Response | None:
        """See `Door.asked`."""
        token = query.get("crc_token", "")
        if not _TOKEN.fullmatch(token):
            return None
        return JSONResponse({"response_token": signatures.x(secret=self.secret, body=token.encode())})

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """See `Door.is_genuine`."""
        wanted = signatures.x(secret=self.secret, body=body)
        return signatures.is_same(headers.get("x-twitter-webhooks-signature", ""), wanted)

    def events(self, told: Any) -> Sequence[Event]:
        """See `Door.events`. What the account posted itself is no news."""
        user = str(told["for_user_id"])
        said = [one for one in told.get("tweet_create_events", []) if str(one["user"]["id_str"]) != user]
        gone = [one["status"] for one in told.get("tweet_delete_events", [])]
        return [
            *(Event(user_id=user, kind=DeliveryKind.SAID, platform_id=str(one["id_str"])) for one in said),
            *(Event(user_id=user, kind=DeliveryKind.DELETED, platform_id=str(one["id"])) for one in gone),
        ]
