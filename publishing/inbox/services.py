"""Keeping what was heard, once; moving mentions on; and whom nobody answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from chimera.core import clock
from chimera.core.clock import Now
from chimera.core.errors import Conflict, Denied
from chimera.core.honesty import asked, language_of
from chimera.core.honesty import services as disclosures
from chimera.core.pii import authors, masking
from governance import transitions
from publishing.connectors.base import Heard, Hearing
from publishing.deliveries import selectors as deliveries
from publishing.inbox.models import Bar, Cursor, Mention, Reason
from publishing.inbox.selectors import Ears
from publishing.inbox.states import MentionStatus

TEXT_MAX = 2_000  # characters of a mention that are kept


class ReadByAnother(Conflict):
    """Somebody else has read on meanwhile; what they read is what counts."""


class NobodyNamed(Denied):
    """A block or mute that names neither a person nor a conversation, or both."""


def keep(*, ears: Ears, hearing: Hearing, is_list: bool = True) -> int:
    """Keep what was heard and move the cursor, or neither; returns how many are new. In the brand's transaction.

    What was not read from the list (`is_list`) does not count as a reading of it.
    Raises ReadByAnother when the cursor is not where this reading began.
    """
    Cursor.objects.get_or_create(brand_id=ears.brand_id, platform=ears.platform)
    read: dict[str, Any] = {"read_at": Now(), "note": ""} if is_list else {}
    moved = Cursor.objects.filter(platform=ears.platform, position=ears.position).update(
        position=hearing.position, **read
    )
    if not moved:
        raise ReadByAnother(f"The mentions on {ears.platform} were read by somebody else meanwhile.")
    now = clock.now()
    # Deliveries come out of order: what was deleted may be heard of afterwards.
    gone = deliveries.deleted(platform=ears.platform, platform_ids=[heard.platform_id for heard in hearing.mentions])
    rows = [
        _mention(ears, heard, ears.handles[handle], now, is_gone=heard.platform_id in gone)
        for heard in hearing.mentions
        for handle in dict.fromkeys(name.lower() for name in heard.accounts)
        if handle in ears.handles
    ]
    before = _newest()
    Mention.objects.bulk_create(rows, ignore_conflicts=True)
    return Mention.objects.filter(pk__gt=before).count() if rows else 0


def _newest() -> int:
    return Mention.objects.order_by("-id").values_list("id", flat=True).first() or 0


def _mention(ears: Ears, heard: Heard, account_id: int, now: datetime, *, is_gone: bool) -> Mention:
    names = authors.names(brand_id=ears.brand_id, platform=ears.platform, author_id=heard.author_id)
    is_own = heard.author_handle.lower() in ears.handles
    # Of whom nobody answers nothing is kept but that they spoke.
    silent = is_own or heard.is_machine or is_gone
    text = "" if silent else masking.mask(heard.text.text[:TEXT_MAX].replace("\0", "")).text
    question = asked(text)
    return Mention(
        brand_id=ears.brand_id,
        account_id=account_id,
        status=MentionStatus.NEW,
        platform_id=heard.platform_id[:120],
        conversation=(heard.conversation or heard.platform_id)[:120],
        in_reply_to=heard.in_reply_to[:120],
        author=names[0],
        author_names=sorted(names),
        text=text,
        language=question.language if question else language_of(text),
        asks_nature=question is not None,
        is_machine=heard.is_machine,
        is_own=is_own,
        gone_at=now if is_gone else None,
        said_at=min(heard.said_at, now),
    )


def heard_nothing(*, every: Sequence[Ears], position: str) -> None:
    """A reading that began where these stand and went to `position` held nothing for them. One statement.

    Who has read on meanwhile stays there.
    """
    _move(every, position, note="")


def note(*, every: Sequence[Ears], sentence: str) -> None:
    """Why a reading brought nothing. The cursors stay where they are. One statement."""
    _move(every, "", note=sentence.replace("\0", "")[:500] or "It cannot be read.")


def _move(every: Sequence[Ears], position: str, *, note: str) -> None:
    if not every:
        return
    brands = [ears.brand_id for ears in every]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT publishing_heard_nothing(%s, %s, %s, %s, %s)",
            [brands, every[0].platform, every[0].position, position, note],
        )


def take(*, mentions: Sequence[Mention], reasons: Mapping[int, Reason | None]) -> list[Mention]:
    """Move fresh mentions on as it was decided; returns those that are taken up. In the transaction that sets goals."""
    for reason in sorted({found for found in reasons.values() if found is not None}):
        left = [mention for mention in mentions if reasons[mention.pk] == reason]
        more = {"text": "", "asks_nature": False} if reason == Reason.BLOCKED else {}
        transitions.move_many(rows=left, to=MentionStatus.SKIPPED, reason=reason, **more)
    wanted = [mention for mention in mentions if reasons[mention.pk] is None]
    return transitions.move_many(rows=wanted, to=MentionStatus.TAKEN, taken_at=Now())


def answering(*, tasks: Mapping[int, str]) -> None:
    """Note which task's post answers which mention (by id); in the transaction that schedules the posts."""
    if not tasks:
        return
    values = ", ".join(["(%s::bigint, %s)"] * len(tasks))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Mention._meta.db_table} m SET task = v.task FROM (VALUES {values}) AS v (id, task)"
            " WHERE m.id = v.id AND m.brand_id = NULLIF(current_setting('app.brand', true), '')::bigint",
            [value for pair in tasks.items() for value in pair],
        )


def answered(*, mentions: Sequence[Mention], speakers: Mapping[int, str]) -> None:
    """Their replies are out: the people were told what they talk to. `speakers` by account. In the brand's context."""
    for mention in transitions.move_many(rows=mentions, to=MentionStatus.ANSWERED):
        if mention.author:
            disclosures.tell_known(
                brand_id=mention.brand_id,
                platform=mention.account.platform,
                names=[mention.author, *mention.author_names],
                speaker=speakers[mention.account_id],
                language=mention.language,
            )


def unanswered(*, mentions: Sequence[Mention]) -> None:
    """Nothing will come of what was begun for them."""
    transitions.move_many(rows=mentions, to=MentionStatus.UNANSWERED)


def bar(
    *,
    brand_id: int,
    platform: str,
    author_id: str = "",
    conversation: str = "",
    until: datetime | None = None,
    why: str = "",
) -> Bar:
    """Answer a person, or a conversation, no more: until then, or for good. Again it replaces the former one.

    What waits from them is left alone from now on; what was begun goes its way. Raises NobodyNamed.
    """
    if bool(author_id) == bool(conversation):
        raise NobodyNamed("Name either a person (by the platform's id) or a conversation.")
    author = authors.name(brand_id=brand_id, platform=platform, author_id=author_id) if author_id else ""
    row, _ = Bar.objects.update_or_create(
        brand_id=brand_id,
        platform=platform,
        author=author,
        conversation=conversation,
        defaults={"until": until, "why": why[:300], "active": True},
    )
    return row


def bar_said(*, mention: Mention, person: bool, until: datetime | None = None, why: str = "") -> Bar:
    """Answer who said this no more (`person`), or its conversation. Raises NobodyNamed when the person is forgotten."""
    if person and not mention.author:
        raise NobodyNamed("Who said this is forgotten; mute the conversation instead.")
    row, _ = Bar.objects.update_or_create(
        brand_id=mention.brand_id,
        platform=mention.account.platform,
        author=mention.author if person else "",
        conversation="" if person else mention.conversation,
        defaults={"until": until, "why": why[:300], "active": True},
    )
    return row


def lift_said(*, mention: Mention, person: bool) -> int:
    """Answer them again; returns how many bars fell."""
    found = Bar.objects.filter(brand_id=mention.brand_id, platform=mention.account.platform, active=True)
    if person:
        return found.filter(author__in=[name for name in mention.author_names if name]).update(active=False)
    return found.filter(author="", conversation=mention.conversation).update(active=False)


def lift(*, brand_id: int, platform: str, author_id: str = "", conversation: str = "") -> int:
    """Answer them again; returns how many bars fell, under any live key."""
    names = authors.names(brand_id=brand_id, platform=platform, author_id=author_id) if author_id else [""]
    found = Bar.objects.filter(platform=platform, author__in=names, conversation=conversation, active=True)
    return found.update(active=False)
