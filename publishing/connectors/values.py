"""What goes through the socket for platforms: answers, what is shown, and ways to say no. PUB-1, PUB-4, ENG-1."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chimera.core.errors import Denied, Unavailable
from chimera.core.taint import Tainted
from governance.policies.moving import VideoLimits

CLOCKS_DIFFER = timedelta(days=1)  # at most, the platform's and ours
# The one code of a `Rejected` after which the same is asked again: with a new grant, perhaps of a new key.
GRANT_REFUSED = "grant_refused"


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
    """One post as the platform lists it. `media` are the platform's ids, `made_at` is the platform's clock.

    `labelled` and `paid` say whether it shows the AI label and that somebody paid; None where software cannot see that.
    """

    platform_id: str
    url: str
    text: str
    media: tuple[str, ...]
    reply_to: str
    made_at: datetime
    labelled: bool | None = None
    paid: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Posts of one account, newest first. `is_whole`: there are no older ones."""

    posts: tuple[Listed, ...]
    is_whole: bool

    def shown(self, *, platform_id: str, url: str) -> Listed | None:
        """The post, by its id or its address: what a human found live is known by its address alone."""
        return next((one for one in self.posts if one.platform_id == platform_id or (url and one.url == url)), None)

    def reaches(self, at: datetime) -> bool:
        """Whether a post that went out at this moment would be among these."""
        return self.is_whole or (bool(self.posts) and self.posts[-1].made_at < at - CLOCKS_DIFFER)


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
class Allotted:
    """What a platform says of an account: `used` of `total` posts in `span_s` seconds."""

    used: int
    total: int
    span_s: int


@dataclass(frozen=True, kw_only=True)
class Used:
    """What a platform says of the developer app: it has read `used` of `cap` posts this month."""

    used: int
    cap: int


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
    """Surely not published, and nothing was decided: the same payload may be sent later, with a new grant.

    `until` is when the platform takes posts again, where it says so: of the account, or of the `whole_app`. `asked`:
    it is the platform itself that said no, so it may have counted the call.
    """

    def __init__(
        self, sentence: str, *, until: datetime | None = None, whole_app: bool = False, asked: bool = False
    ) -> None:
        super().__init__(sentence)
        self.until, self.whole_app, self.asked = until, whole_app, asked


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
