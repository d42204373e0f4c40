"""The socket for platforms, and the values that go through it on the caller's side.

A publish has five ends and no more: a receipt, `Rejected` (surely not published, and asking again changes nothing),
`NotSent` (surely not published, ask again later), `Stopped` (the same, by a control: no failure of anybody) and
`Unknown` (nobody knows; never repeat it blindly). Reading
(`look_up`, `list_posts`, `hear`, `measure`) changes nothing, needs no grant, and has two: what the platform shows, or
Unavailable.

Requirements: PUB-1, PUB-2, PUB-4, PUB-6, ENG-1.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import urlsplit

from chimera.core.registry import every
from publishing.connectors.measuring import Measurement
from publishing.connectors.reversing import CANNOT, Removed
from publishing.connectors.values import (
    GRANT_REFUSED,
    Absent,
    Allotted,
    CannotRead,
    Found,
    Heard,
    Hearing,
    Limits,
    Listed,
    Listing,
    NoSuchPlace,
    NotSent,
    Place,
    Receipt,
    Rejected,
    Underway,
    Unknown,
    Used,
)

__all__ = [
    "GRANT_REFUSED",
    "NOTHING_NOTED",
    "WEB",
    "Absent",
    "Allotted",
    "CannotRead",
    "Connector",
    "Found",
    "Heard",
    "Hearing",
    "Limits",
    "Listed",
    "Listing",
    "NoSuchPlace",
    "NotSent",
    "Place",
    "Receipt",
    "Rejected",
    "Underway",
    "Unknown",
    "Used",
    "consents",
]

WEB = ("http://", "https://")
NOTHING_NOTED: Mapping[str, str] = MappingProxyType({})


def consents() -> frozenset[str]:
    """The platforms on which a human has to connect each account before it can publish."""
    return frozenset(one.platform for one in every("CONNECTORS", Connector) if one.needs_consent)


class Connector(ABC):
    """A platform as seen by a publish worker.

    `effect_class` says how doubt is resolved: "A" the same idempotency key again, "B" look it up, "C" ask a human.
    `label_field` is the payload's (and the platform's) field for the AI label; a payload without it is refused.
    `sponsor_field` is its field for paid work, "" where the platform has none: then the words of the text must do.
    `can_look_up` says whether `look_up` and `list_posts` can be asked; class B must.
    `spends_grants` promises that its process consumes the grant before anything can go live, and never acts without:
    then a grant that nobody consumed proves that nothing was sent, and the post is sent again. Without it: False.
    """

    platform: ClassVar[str]
    effect_class: ClassVar[str]
    limits: ClassVar[Limits]
    label_field: ClassVar[str]
    sponsor_field: ClassVar[str] = ""
    can_look_up: ClassVar[bool] = False
    can_hear: ClassVar[bool] = False  # whether `hear` can be asked
    # How many accounts of several brands one `hear` may name; 0: those of one brand. Above 0 only where a position is
    # everybody's and none that is answered later lies before it.
    hears_accounts: ClassVar[int] = 0
    # Seconds between two readings of one brand while nothing rings (0: as often as the inbox listens).
    hears_every_s: ClassVar[float] = 0.0
    # What a reply begins or ends with where the platform has no field for the label of one; "": it has.
    visible_label: ClassVar[str] = ""
    can_hide: ClassVar[bool] = False  # whether `hide` can be asked
    names_mentions: ClassVar[bool] = False  # whether `hear_named` shows what a delivery names: then it reads no list
    lists_replies: ClassVar[bool] = True  # whether `list_posts` shows replies too
    measures: ClassVar[int] = 0  # how many posts of one account one `measure` may name; 0: none can be asked
    spends_grants: ClassVar[bool] = False
    needs_consent: ClassVar[bool] = False  # whether a human has to connect each account before it can publish
    reverses: ClassVar[frozenset[str]] = frozenset()  # how software can take back a post that is live: `reversing.WAYS`
    tells_quota: ClassVar[bool] = False  # whether `quota` can be asked
    tells_usage: ClassVar[bool] = False  # whether `usage` can be asked
    # What the path of a post's address, and its bare id, look like.
    post_path: ClassVar[str] = r"(?:/.*)?/(?P<id>[^/]{1,120})/?"
    id_pattern: ClassVar[str] = r"[^\s/]{1,120}"

    @abstractmethod
    def publish(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, timeout_s: float) -> Receipt:
        """Publish `payload` under `grant`, once; takes `timeout_s` seconds at most.

        The payload: `account_handle` str, `text` str, `ai_generated` True, and optionally `media`, a list of
        `{"sha256": str, "alt": str}` of images or, with `"kind": "video"`, of one MP4; and `reply_to`, a platform id.
        Raises Rejected, NotSent (Underway), Stopped or Unknown.
        """

    def publish_in_stages(
        self,
        *,
        payload: dict[str, Any],
        grant: str,
        idempotency_key: str,
        timeout_s: float,
        note: Callable[[str, str], None],
        stage_ids: Mapping[str, str] = NOTHING_NOTED,
    ) -> Receipt:
        """As `publish`, for platforms that give ids before the end (a container, an upload): `note(name, value)` stores
        one, and only when it came back may the next call be made. What it raises ends the publish. `stage_ids` is what
        the try before this one noted: what was begun is gone on with."""
        return self.publish(payload=payload, grant=grant, idempotency_key=idempotency_key, timeout_s=timeout_s)

    def take_down(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, timeout_s: float) -> Removed:
        """Delete what `reversing.payload` names, under a grant for that. Raises Rejected, NotSent, Stopped, Unknown."""
        raise Rejected(f"Software can delete nothing on {self.platform}.", code=CANNOT)

    def look_up(
        self,
        *,
        payload: dict[str, Any],
        idempotency_key: str,
        stage_ids: Mapping[str, str],
        since: datetime,
        but: Collection[str],
        timeout_s: float,
    ) -> Found | Absent:
        """Whether this payload is live. Of its account's posts the ids in `but` are known to be others.

        `since` is when it was first sent, by our clock; the platform's may differ by a day. Raises Unavailable when the
        platform cannot be read, or not far enough back, and CannotRead when it never can.
        """
        raise CannotRead(f"What is live on {self.platform} cannot be looked up; a human has to look.")

    def list_posts(self, *, account_handle: str, count_max: int, timeout_s: float) -> Listing:
        """The newest posts of an account. Raises Unavailable or CannotRead."""
        raise CannotRead(f"{self.platform} does not list the posts of an account; a human has to look.")

    def hear(self, *, account_handles: Collection[str], after: str, timeout_s: float) -> Hearing:
        """What was said to these accounts after a position ("": from the beginning). Unavailable or Denied, CannotRead
        when it is about these very accounts."""
        raise CannotRead(f"{self.platform} does not show who mentions an account.")

    def hear_named(self, *, account_handle: str, platform_ids: Collection[str], timeout_s: float) -> tuple[Heard, ...]:
        """What deliveries named, as the platform shows it now to this account; what it does not show is left out.

        Raises Unavailable or Denied. A platform whose list holds everything needs none of it: ().
        """
        return ()

    def hide(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, timeout_s: float) -> Receipt:
        """Hide the `comment` of a payload from people; again changes nothing. Raises as `publish` does."""
        raise Rejected(f"{self.platform} lets nobody hide what others said.", code="cannot_hide")

    def may_hide(self, *, platform_id: str, conversation: str) -> bool:
        """Whether this can be hidden, as far as its ids tell before the platform is asked."""
        return self.can_hide

    def labelled(self, *, text: str) -> str:
        """The text of a reply with the visible label before it, where the platform has no field for one."""
        if not self.visible_label or is_labelled(text, label=self.visible_label):
            return text
        return f"{self.visible_label} {text}"

    def reply_chars_max(self) -> int:
        """How many characters of a reply are left beside the visible label."""
        return self.limits.text_max - (len(self.visible_label) + 1 if self.visible_label else 0)

    def measure(self, *, account_handle: str, platform_ids: Collection[str], timeout_s: float) -> Measurement:
        """How posts of an account do. Raises Unavailable, Denied, or CannotRead when it is about this very account."""
        raise CannotRead(f"{self.platform} does not tell how posts do.")

    def quota(self, *, account_handle: str, timeout_s: float) -> Allotted:
        """How many posts the platform itself says that it takes of an account. Raises Unavailable or CannotRead."""
        raise CannotRead(f"{self.platform} does not say how many posts it takes of an account.")

    def usage(self, *, timeout_s: float) -> Used:
        """How many posts the whole app has read this month, as the platform counts. Unavailable, Denied, CannotRead."""
        raise CannotRead(f"{self.platform} does not say how many posts the app has read.")

    def account_page(self, *, account_handle: str) -> str:
        """Where people see what an account has posted; "" when the connector does not know."""
        return ""

    def id_of(self, *, evidence: str) -> str:
        """The platform's id of a post from what a human gave: the id itself, or the last part of its address."""
        if not evidence.startswith(WEB):
            return evidence[:120]
        return (urlsplit(evidence).path.rstrip("/").rpartition("/")[2] or evidence)[:120]

    def place_of(self, *, evidence: str) -> Place:
        """The same, checked: evidence that is no post of this platform raises NoSuchPlace, which says what to give.

        An address is of this platform when it is on the host of its accounts' pages; where none is known, anywhere.
        """
        said = evidence.strip()
        if not said.lower().startswith(WEB):
            if not (said.isprintable() and re.fullmatch(self.id_pattern, said)):
                raise NoSuchPlace(
                    f"“{said[:80]}” is no id of a post on {self.platform}; paste the address of the post."
                )
            return Place(platform_id=said, url="")
        try:
            parts = urlsplit(said)
            host = _host(said)
        except ValueError:
            raise NoSuchPlace(f"“{said[:80]}” is no web address; open the post and paste its address.") from None
        home = _host(self.account_page(account_handle="x"))
        if home and host != home:
            raise NoSuchPlace(
                f"“{said[:80]}” is not on {self.platform}, which is at {home}; "
                "open the post there and paste its address."
            )
        found = re.fullmatch(self.post_path, parts.path)
        if found is None or not said.isprintable():
            raise NoSuchPlace(
                f"“{said[:80]}” is no page of a single post on {self.platform}; "
                "open the post itself and paste its address."
            )
        return Place(platform_id=found["id"], url=said)


def is_labelled(text: str, *, label: str) -> bool:
    """Whether people see the label at the beginning or at the end of a text, as a word of its own."""
    words = text.split()
    wanted = label.split()
    return not wanted or words[: len(wanted)] == wanted or words[-len(wanted) :] == wanted


def _host(url: str) -> str:
    """Host and port of an address; the names of this machine are one. Raises ValueError."""
    parts = urlsplit(url)
    host = (parts.hostname or "").replace("localhost", "127.0.0.1")
    return f"{host}:{parts.port}" if parts.port else host
