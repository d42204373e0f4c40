"""Reading the inbox: what is open, what is known of its people, and what was said before in a conversation."""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q

from chimera.core import clock, taint
from chimera.core.clock import Now
from chimera.core.honesty import selectors as disclosures
from chimera.core.registry import every
from publishing.connectors.base import Connector
from publishing.inbox.eligibility import HOUR, Known
from publishing.inbox.models import Bar, Cursor, Mention
from publishing.inbox.states import MentionStatus
from publishing.posts.models import Post
from publishing.posts.states import PostStatus


@dataclass(frozen=True, kw_only=True)
class Ears:
    """What a brand listens to on one platform: its handles, and up to where it has read.

    `fresh`: a mention is new to the brand, on any platform; `waits`: one waits, also for what was begun for it.
    `idle_s`: seconds since it was read; `rung`: the newest delivery of the platform that waits, 0 for none.
    """

    brand_id: int
    platform: str
    handles: dict[str, int]  # account by handle in small letters
    position: str
    fresh: bool
    waits: bool
    idle_s: float = float("inf")
    rung: int = 0


def ears() -> list[Ears]:
    """Of all brands, one for each platform that can be listened to and on which the brand has an account."""
    platforms = [connector.platform for connector in every("CONNECTORS", Connector) if connector.can_hear]
    with connection.cursor() as cursor:
        columns = "brand_id, platform, at, handles, fresh, waits, idle_s, rung"
        cursor.execute(f"SELECT {columns} FROM publishing_ears(%s)", [platforms])
        return [
            Ears(
                brand_id=brand,
                platform=name,
                handles=json.loads(handles),
                position=at,
                fresh=fresh,
                waits=waits,
                idle_s=idle_s,
                rung=rung,
            )
            for brand, name, at, handles, fresh, waits, idle_s, rung in cursor.fetchall()
        ]


def fresh(*, count_max: int) -> list[Mention]:
    """Mentions that nobody has looked at, the oldest first, locked; who looks meanwhile waits, so that caps hold."""
    list(Cursor.objects.select_for_update().order_by("id"))
    found = Mention.objects.filter(status=MentionStatus.NEW).order_by("id").select_for_update(of=("self",))
    return list(found.select_related("account")[:count_max])


def known(*, mentions: Sequence[Mention]) -> Known:
    """What `eligibility.decide` asks about these, in four queries."""
    since = clock.now() - HOUR
    names = {name for mention in mentions for name in (mention.author, *mention.author_names)}
    conversations = {mention.conversation for mention in mentions}
    bars = Bar.objects.filter(Q(author__in=names) & ~Q(author="") | Q(conversation__in=conversations), active=True)
    open_bars = list(
        bars.filter(Q(until__isnull=True) | Q(until__gt=Now())).values_list("author", "conversation", "until")
    )
    taken = Mention.objects.filter(taken_at__isnull=False)
    recent = taken.filter(taken_at__gt=since)
    return Known(
        blocked=frozenset(author or talk for author, talk, until in open_bars if until is None),
        muted=frozenset(author or talk for author, talk, until in open_bars if until is not None),
        persons=_counted(recent.filter(author__in={mention.author for mention in mentions}), "author"),
        accounts=_counted(recent.filter(account_id__in={mention.account_id for mention in mentions}), "account_id"),
        conversations=Counter(
            {
                (account, talk): number
                for account, talk, number in taken.filter(conversation__in=conversations)
                .values_list("account_id", "conversation")
                .annotate(number=Count("id"))
            }
        ),
    )


def _counted(rows: Any, column: str) -> Counter[Any]:
    return Counter(dict(rows.values_list(column).annotate(number=Count("id"))))


def taken_up(*, after: int, count_max: int) -> list[Mention]:
    """Mentions beyond an id that wait for the end of what was begun for them, the oldest first."""
    waiting = Mention.objects.filter(status=MentionStatus.TAKEN, pk__gt=after).select_related("account")
    return list(waiting.order_by("id")[:count_max])


def by_ids(*, mention_ids: Collection[int]) -> dict[int, Mention]:
    """Mentions with their accounts, by id, in one query; `goes_on` and `asks_again` say whether more was said before:
    in the conversation, and by this person about what it talks to.
    """
    before = Mention.objects.filter(account_id=OuterRef("account_id"), pk__lt=OuterRef("pk")).order_by()
    found = Mention.objects.select_related("account").annotate(
        goes_on=Exists(before.filter(conversation=OuterRef("conversation"))),
        asks_again=Exists(before.filter(author=OuterRef("author"), asks_nature=True)),
    )
    return {one.pk: one for one in found.filter(pk__in=mention_ids)}


def ended_posts(*, tasks: Sequence[str]) -> dict[str, str]:
    """How the posts of these tasks stand, by task."""
    return dict(Post.objects.filter(task__in=tasks).values_list("task", "status"))


def turns(*, mention: Mention, count_max: int) -> list[dict[str, Any]]:
    """The last turns of a mention's conversation before it, oldest first: who ("they" or "you") and what, Tainted."""
    if not getattr(mention, "goes_on", True):
        return []
    earlier = list(
        Mention.objects.filter(
            account_id=mention.account_id, conversation=mention.conversation, pk__lt=mention.pk
        ).order_by("-id")[:count_max]
    )
    ours = dict(
        Post.objects.filter(
            task__in=[one.task for one in earlier if one.task], status=PostStatus.PUBLISHED
        ).values_list("task", "payload")
    )
    said: list[dict[str, Any]] = []
    for one in reversed(earlier):
        if one.text:
            said.append({"who": "they" if one.author == mention.author else "somebody else", "text": one.said})
        if one.task in ours:
            # What we said leans on what they said: it is quoted, and never passes for an instruction of ours.
            said.append({"who": "you", "text": taint.Tainted(str(ours[one.task]["text"]), "an earlier reply of ours")})
    return said[-count_max:]


def asked_before(*, mention: Mention) -> int:
    """How often this person has asked this account before what it is."""
    if not getattr(mention, "asks_again", True):
        return 0
    same = Mention.objects.filter(account_id=mention.account_id, author=mention.author, asks_nature=True)
    return same.filter(pk__lt=mention.pk).count() if mention.author else 0


def told(*, mentions: Collection[Mention]) -> set[int]:
    """Those of these mentions (by id) whose author was told, in a reply that went out, what it is that they talk to."""
    names = {one.pk: {one.author, *one.author_names} - {""} for one in mentions}
    pairs = disclosures.told_among(
        names=set().union(*names.values()), speakers={one.account.belongs_to for one in mentions}
    )
    return {
        one.pk
        for one in mentions
        if any((one.account.platform, name, one.account.belongs_to) in pairs for name in names[one.pk])
    }


def counts() -> dict[str, int]:
    """How many mentions there are, by state; in the brand's context or, at the desk, over all."""
    found = dict(Mention.objects.values_list("status").annotate(number=Count("id")))
    return {status: found.get(status, 0) for status in MentionStatus.values}


def reasons() -> dict[str, int]:
    """Why mentions were left alone, by reason."""
    skipped = Mention.objects.filter(status=MentionStatus.SKIPPED)
    return dict(skipped.values_list("reason").annotate(number=Count("id")).order_by("reason"))


def bars() -> list[Bar]:
    """Who and which conversations are not answered now, the newest first."""
    return list(Bar.objects.filter(active=True).select_related("brand").order_by("-id"))


def bars_on(*, mention: Mention) -> list[Bar]:
    """What keeps the person or the conversation of a mention from being answered now."""
    found = Bar.objects.filter(brand_id=mention.brand_id, platform=mention.account.platform, active=True)
    whom = Q(author__in=mention.author_names) & ~Q(author="") | Q(conversation=mention.conversation)
    return list(found.filter(whom).filter(Q(until__isnull=True) | Q(until__gt=Now())).order_by("id"))


def said_in(*, mention: Mention, count_max: int) -> list[Mention]:
    """The newest turns of a mention's conversation with its account, the oldest of them first."""
    found = Mention.objects.select_related("account").filter(
        brand_id=mention.brand_id, account_id=mention.account_id, conversation=mention.conversation
    )
    return list(found.order_by("-id")[:count_max])[::-1]


def notes() -> list[str]:
    """Why the last readings brought nothing, where they failed."""
    return list(Cursor.objects.exclude(note="").order_by("id").values_list("note", flat=True))


def settled() -> bool:
    """Whether nothing is new and every reply that is out is noted as one. In the brand's context."""
    waiting = Mention.objects.filter(status=MentionStatus.TAKEN).exclude(task="").values_list("task", flat=True)
    out = Post.objects.filter(task__in=list(waiting), status=PostStatus.PUBLISHED).exists()
    return not out and not Mention.objects.filter(status=MentionStatus.NEW).exists()
