"""Whether a mention is answered at all: decided by rules, before anything is planned or any model is asked. ENG-1."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chimera.core.injection import detector
from publishing.inbox.models import Mention, Reason

HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Caps:
    """How old a mention may be, and how often is answered: a person and an account in an hour, a conversation ever."""

    age_max: timedelta
    person_per_hour: int
    account_per_hour: int
    conversation: int


@dataclass(kw_only=True)
class Known:
    """What is known about the people, accounts and conversations of some mentions. `decide` counts on in it.

    `blocked` and `muted` hold hashes of authors and ids of conversations; the counters are of what was taken up.
    """

    blocked: frozenset[str] = frozenset()
    muted: frozenset[str] = frozenset()
    persons: Counter[str] = field(default_factory=Counter)
    accounts: Counter[int] = field(default_factory=Counter)
    conversations: Counter[tuple[int, str]] = field(default_factory=Counter)


def decide(*, mentions: Sequence[Mention], known: Known, caps: Caps, now: datetime) -> Mapping[int, Reason | None]:
    """By mention's id why it is left alone; None for one that is taken up. The oldest are looked at first."""
    found: dict[int, Reason | None] = {}
    for mention in mentions:
        reason = _reason(mention, known, caps, now)
        found[mention.pk] = reason
        if reason is None:
            known.persons[mention.author] += 1
            known.accounts[mention.account_id] += 1
            known.conversations[(mention.account_id, mention.conversation)] += 1
    return found


def _reason(mention: Mention, known: Known, caps: Caps, now: datetime) -> Reason | None:
    names = {mention.author, *mention.author_names}
    conversation = (mention.account_id, mention.conversation)
    checks = (
        (Reason.GONE, mention.gone_at is not None),
        (Reason.OWN, mention.is_own),
        (Reason.MACHINE, mention.is_machine),
        (Reason.BLOCKED, bool(names & known.blocked) or mention.conversation in known.blocked),
        (Reason.MUTED, bool(names & known.muted) or mention.conversation in known.muted),
        (Reason.TOO_OLD, mention.said_at < now - caps.age_max),
        (Reason.EMPTY, not mention.text.strip()),
        (Reason.LOOP, known.conversations[conversation] >= caps.conversation),
        (Reason.PERSON_CAP, known.persons[mention.author] >= caps.person_per_hour),
        (Reason.ACCOUNT_CAP, known.accounts[mention.account_id] >= caps.account_per_hour),
    )
    left = next((reason for reason, holds in checks if holds), None)
    # Looked at last: it costs milliseconds. Whoever asks what they talk to gets a fixed sentence, however they ask.
    if left is None and not mention.asks_nature and detector.look(mention.text).trips:
        return Reason.ORDERS
    return left
