"""A conversation as the desk shows it: what was said, what was answered or why not, and what was made of it. ENG-1.

Read in a constant number of queries, of the newest turns. Other people's words come as plain text, masked when they
were kept; whoever shows them shows them as text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agents.goals import mentioned
from agents.goals.models import Goal
from agents.tasks.models import Task
from chimera.core import registry
from governance.reviews.models import ReviewItem
from publishing.connectors.base import Connector
from publishing.inbox import selectors as inbox
from publishing.inbox.models import Bar, Mention, Reason
from publishing.inbox.states import MentionStatus
from publishing.moderation import selectors as moderation
from publishing.moderation import services as hiding
from publishing.moderation.models import Hiding
from publishing.moderation.states import HidingStatus
from publishing.posts.models import Post
from publishing.posts.states import PostStatus

TURNS_MAX = 100

STATES = {
    MentionStatus.NEW: "nobody has looked at it yet",
    MentionStatus.TAKEN: "a reply is being made",
    MentionStatus.ANSWERED: "answered",
    MentionStatus.UNANSWERED: "nothing came of the reply",
}
GOES_OUT = {
    PostStatus.SCHEDULED: "on its way",
    PostStatus.HELD: "may be out; a human looks",
    PostStatus.PUBLISHED: "out",
    PostStatus.FAILED: "not out: it failed",
    PostStatus.CANCELLED: "not out: cancelled",
    PostStatus.REVERTED: "was out, and was taken down",
}
HIDDEN = {
    HidingStatus.PROPOSED: "a rule proposes to hide it",
    HidingStatus.ORDERED: "it will be hidden",
    HidingStatus.DONE: "hidden there",
    HidingStatus.FAILED: "it could not be hidden",
    HidingStatus.DISMISSED: "it stays visible",
}


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What was made for one mention. Its text is known once it waits for a human or became a post."""

    text: str
    state: str
    task_id: int
    card_id: int | None = None
    post_id: int | None = None
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One thing that was said to us, and what became of it."""

    mention: Mention
    speaker: str
    state: str
    replies: Sequence[Reply]
    is_asked: bool  # the one whose page this is
    hidden: str = ""  # how its hiding stands, in words; "" without one
    may_hide: bool = False  # a human may have it hidden now
    may_keep: bool = False  # a proposal or an order that may be turned down
    why_hide: str = ""


@dataclass(frozen=True, kw_only=True)
class Barred:
    """Who is not answered: this person, or this conversation. `until` None: for good."""

    whom: str  # "person" | "conversation"
    until: datetime | None
    why: str


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """One account's side of a conversation, seen from one mention."""

    mention: Mention
    turns: Sequence[Turn]
    page: str = ""  # the account on its platform
    bars: Sequence[Barred] = ()
    is_cut: bool = False
    barred: frozenset[str] = field(default_factory=frozenset)


def of(*, mention: Mention) -> Conversation:
    """The conversation of a mention with its account; at the desk or in the brand's context."""
    turns = inbox.said_in(mention=mention, count_max=TURNS_MAX + 1)
    shown = turns[-TURNS_MAX:]
    if mention.pk not in {one.pk for one in shown}:
        shown = [mention, *shown]
    made = _made(shown)
    hidings = moderation.of(mention_ids=[one.pk for one in shown])
    bars = [_barred(bar) for bar in inbox.bars_on(mention=mention)]
    return Conversation(
        mention=mention,
        turns=[
            Turn(
                mention=one,
                speaker=_speaker(one, mention),
                state=_state(one),
                replies=made.get(one.pk, ()),
                is_asked=one.pk == mention.pk,
                **_hidden(one, hidings.get(one.pk), can_hide=hiding.can_hide(mention=one)),
            )
            for one in shown
        ],
        page=_page(mention),
        bars=bars,
        is_cut=len(turns) > TURNS_MAX,
        barred=frozenset(one.whom for one in bars),
    )


def _state(one: Mention) -> str:
    said = str(Reason(one.reason).label) if one.reason else STATES[MentionStatus(one.status)]
    return f"{said} It is deleted there." if one.gone_at and one.reason != Reason.GONE else said


def _page(mention: Mention) -> str:
    try:
        connector = registry.get("CONNECTORS", mention.account.platform, Connector)
    except registry.NotOnSwitchboard:
        return ""
    return connector.account_page(account_handle=mention.account.handle)


def _hidden(one: Mention, found: Hiding | None, *, can_hide: bool) -> dict[str, Any]:
    status = HidingStatus(found.status) if found else None
    is_open = status in (None, HidingStatus.PROPOSED, HidingStatus.FAILED, HidingStatus.DISMISSED)
    return {
        "hidden": _words(found) if found else "",
        "why_hide": (found.note or found.why) if found else "",
        "may_hide": can_hide and is_open and not one.is_own and one.gone_at is None,
        "may_keep": status in (HidingStatus.PROPOSED, HidingStatus.ORDERED),
    }


def _words(found: Hiding) -> str:
    first = str(getattr(found, "first_by", "")).removeprefix("user:")
    if first:
        return f"one of two: {first} wants it hidden, and another person must say yes too"
    return HIDDEN[HidingStatus(found.status)]


def _speaker(one: Mention, asked: Mention) -> str:
    if one.is_own:
        return "an account of ours"
    if one.is_machine:
        return "a machine"
    if not one.author:
        return "somebody who is forgotten"
    name = f"person {one.author.rpartition('.')[2][:8]}"
    return name if one.author == asked.author else f"{name} (somebody else)"


def _made(mentions: Sequence[Mention]) -> dict[int, list[Reply]]:
    """What was made for each, by mention: in three queries, whatever is asked."""
    causes = {
        cause: one.pk
        for one in mentions
        if (number := one.account.belongs_to.rpartition(":")[2]).isdigit()
        for cause in mentioned.causes(mention_id=one.pk, agent_id=int(number))
    }
    brand_id = mentions[0].brand_id
    goals = Goal.objects.filter(brand_id=brand_id, cause__in=list(causes)).values("pk", "cause")
    found = Task.objects.filter(brand_id=brand_id, goal_id__in=goals.values("pk"), kind="reply")
    tasks = list(found.select_related("goal").order_by("pk"))
    names = [task.subject for task in tasks]
    posts = {post.task: post for post in Post.objects.filter(brand_id=brand_id, task__in=names).order_by("pk")}
    cards: dict[str, ReviewItem] = {}
    asked = ReviewItem.objects.filter(brand_id=brand_id, task__in=names)
    for card in asked.exclude(about__startswith=f"{Hiding.SUBJECT}:").order_by("pk"):
        cards[card.task] = card
    replies: dict[int, list[Reply]] = {}
    for task in tasks:
        replies.setdefault(causes[task.goal.cause], []).append(
            _reply(task, posts.get(task.subject), cards.get(task.subject))
        )
    return replies


def _reply(task: Task, post: Post | None, card: ReviewItem | None) -> Reply:
    payload: Any = post.payload if post else (card.snapshot.get("payload") if card else None) or {}
    waits = card is not None and card.status == "PENDING"
    state = GOES_OUT[PostStatus(post.status)] if post else ""
    return Reply(
        text=str(payload.get("text", "")),
        state=state or ("a human is asked" if waits else _of_task(task)),
        task_id=task.pk,
        card_id=card.pk if card else None,
        post_id=post.pk if post else None,
        url=post.url if post else "",
    )


def _of_task(task: Task) -> str:
    return {"DONE": "done", "REJECTED": "rejected", "EXPIRED": "its time was over", "CANCELLED": "cancelled"}.get(
        task.status, "being made"
    )


def _barred(bar: Bar) -> Barred:
    return Barred(whom="person" if bar.author else "conversation", until=bar.until, why=bar.why)
