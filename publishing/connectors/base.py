"""The socket for platforms, and the values that go through it on the caller's side.

A publish has five ends and no more: a receipt, `Rejected` (surely not published, and asking again changes nothing),
`NotSent` (surely not published, ask again later), `Stopped` (the same, by a control: no failure of anybody) and
`Unknown` (nobody knows; never repeat it blindly). Reading
(`look_up`, `list_posts`, `hear`) changes nothing, needs no grant, and has two: what the platform shows, or Unavailable.

Requirements: PUB-1, PUB-2, PUB-4, PUB-6, ENG-1.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import urlsplit

from chimera.core.errors import Denied, Unavailable
from chimera.core.registry import every
from chimera.core.taint import Tainted
from governance.policies.moving import VideoLimits

WEB = ("http://", "https://")
NOTHING_NOTED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the platform answered. `platform_id` names the post there, `url` shows it, `raw_status` is its own word."""

    platform_id: str
    url: str
    raw_status: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """It is live: what the platform shows of it."""

    receipt: Receipt


@dataclass(frozen=True)
class Absent:
    """The platform does not show it now. It may later: one absence is no proof."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One post as the platform lists it. `media` are the platform's ids, `made_at` is the platform's clock."""

    platform_id: str
    url: str
    text: str
    media: tuple[str, ...]
    reply_to: str
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Posts of one account, newest first. `is_whole`: there are no older ones."""

    posts: tuple[Listed, ...]
    is_whole: bool


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What somebody said to accounts of ours: `accounts` are the handles that it mentions or answers.

    `author_id` is the platform's own id of who said it, `is_machine` the platform's label of what software posts.
    `conversation` is the id of the first post of the thread; `said_at` is the platform's clock.
    """

    platform_id: str
    accounts: tuple[str, ...]
    author_id: str
    author_handle: str
    is_machine: bool
    text: Tainted
    in_reply_to: str
    conversation: str
    said_at: datetime


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """Mentions after a position, the oldest first, and the position to go on from. `is_whole`: there are no more."""

    mentions: tuple[Heard, ...]
    position: str
    is_whole: bool


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one post may hold: `text_max` characters, `images_max` images of at most `image_bytes_max` bytes each, or
    one `video`; None where the platform takes none."""

    text_max: int
    images_max: int
    image_bytes_max: int
    video: VideoLimits | None = None


class Rejected(Denied):
    """Surely not published: the platform, the gate or the allow-list said no. `code` is their word for why."""

    def __init__(self, sentence: str, *, code: str) -> None:
        super().__init__(sentence)
        self.code = code


class Unknown(Unavailable):
    """Nobody knows whether the platform accepted it. Look it up, or send the same key again where the class allows."""


class NotSent(Unavailable):
    """Surely not published, and nothing was decided: the same payload may be sent later, with a new grant."""


class Underway(NotSent):
    """Surely not published yet: the platform is being brought, or still works on, what the post shows. Go on with it in
    `after_s` seconds; that is no failure of anybody."""

    def __init__(self, sentence: str, *, after_s: float = 1.0) -> None:
        super().__init__(sentence)
        self.after_s = after_s


class CannotRead(Denied):
    """This platform does not show what an account has posted."""


class NoSuchPlace(Denied):
    """What a human gave for the place of a post is none on this platform; says what to give."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a post is live: its id on the platform, and its address ("" when only the id was given)."""

    platform_id: str
    url: str


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
    spends_grants: ClassVar[bool] = False
    needs_consent: ClassVar[bool] = False  # whether a human has to connect each account before it can publish
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


def _host(url: str) -> str:
    """Host and port of an address; the names of this machine are one. Raises ValueError."""
    parts = urlsplit(url)
    host = (parts.hostname or "").replace("localhost", "127.0.0.1")
    return f"{host}:{parts.port}" if parts.port else host
