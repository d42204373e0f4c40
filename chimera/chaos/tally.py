"""The count: what was promised, held against what the platforms and the database have. Values in, values out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from chimera.chaos.timing import Event

OPEN_EFFECT = ("INTENDED", "SENT", "IN_DOUBT")


@dataclass(frozen=True, kw_only=True)
class Post:
    """A post as the database has it, with its effect ("" when there is none)."""

    subject: str
    status: str
    platform: str
    text: str
    effect: str = ""
    effect_class: str = ""
    waits_for_human: bool = False


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A goal, the tasks of it that have not ended as "kind status", its posts, and whether a human was asked."""

    cause: str
    status: str
    open_tasks: tuple[str, ...] = ()
    posts: tuple[Post, ...] = ()
    waits_for_human: bool = False


@dataclass(frozen=True, kw_only=True)
class Hold:
    """Money set aside, and what became of it. `wanted`: the state that the end of the work asks for."""

    key: str
    status: str
    scopes: tuple[str, ...]
    day: str
    amount: int
    settled: int
    wanted: str  # SETTLED, VOID, HELD, or "" when nothing is known of the work


@dataclass(frozen=True, kw_only=True)
class Budget:
    """One scope on one day, in micros."""

    scope: str
    day: str
    limit: int
    reserved: int
    settled: int


@dataclass(kw_only=True)
class Count:
    """What came out, with a sentence for each thing that should not be."""

    outcomes: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)
    unlabelled: list[str] = field(default_factory=list)
    money: list[str] = field(default_factory=list)
    broken_records: list[str] = field(default_factory=list)


def outcome(*, goal: Goal, live: Mapping[str, Counter[str]]) -> tuple[str, str]:
    """How a goal ended: published, with_human, cancelled, lied_to (the platform said that it has what it has not), or
    lost, with what was found. `live`: texts per platform.
    """
    if goal.waits_for_human or any(post.waits_for_human for post in goal.posts):
        return "with_human", ""
    if goal.status == "CANCELLED":
        return "cancelled", ""
    if goal.open_tasks or goal.status not in ("DONE", "FAILED"):
        return "lost", f"{goal.cause} is {goal.status}: {', '.join(goal.open_tasks) or 'without an open task'}"
    if not goal.posts:
        return "lost", f"{goal.cause} is {goal.status} and nothing was published for it"
    for post in goal.posts:
        if post.status != "PUBLISHED":
            return "lost", f"{goal.cause}: {post.subject} is {post.status} (effect {post.effect or 'none'})"
        if not live.get(post.platform, Counter())[post.text]:
            return "lied_to", f"{goal.cause}: {post.subject} is PUBLISHED and {post.platform} does not have it"
    return "published", ""


def published_twice(*, live: Mapping[str, Counter[str]]) -> list[str]:
    """A line for every copy too many, on one platform or on several. Every goal has a text of its own."""
    over_all: Counter[str] = Counter()
    for texts in live.values():
        over_all.update(texts)
    return [f"{text!r} stands {times} times" for text, times in over_all.items() for _ in range(times - 1)]


def unasked(*, posts: Iterable[Post], live: Mapping[str, Counter[str]]) -> list[str]:
    """What is live though the database knows nothing of it, or says that it surely is not."""
    known = {(post.platform, post.text): post for post in posts}
    found = []
    for platform, texts in live.items():
        for text in texts:
            post = known.get((platform, text))
            if post is None:
                found.append(f"{text!r} is on {platform} and nobody scheduled it")
            elif post.effect in ("", "INTENDED", "REFUTED"):
                found.append(f"{text!r} is on {platform} and its effect is {post.effect or 'missing'}")
    return found


def money(*, budgets: Sequence[Budget], holds: Sequence[Hold]) -> list[str]:
    """Over a limit, held for nothing, ended otherwise than the work, or sums that do not agree."""
    found = [
        f"{one.scope} on {one.day}: {one.reserved} set aside and {one.settled} spent of {one.limit}"
        for one in budgets
        if one.reserved + one.settled > one.limit
    ]
    for hold in holds:
        if hold.wanted and hold.status != hold.wanted:
            found.append(f"hold {hold.key} is {hold.status} and should be {hold.wanted}")
        if hold.settled > hold.amount:
            found.append(f"hold {hold.key} settled {hold.settled} of {hold.amount}")
    reserved: defaultdict[tuple[str, str], int] = defaultdict(int)
    settled: defaultdict[tuple[str, str], int] = defaultdict(int)
    for hold in holds:
        for scope in hold.scopes:
            reserved[scope, hold.day] += hold.amount if hold.status == "HELD" else 0
            settled[scope, hold.day] += hold.settled if hold.status == "SETTLED" else 0
    for one in budgets:
        place = (one.scope, one.day)
        if (one.reserved, one.settled) != (reserved[place], settled[place]):
            found.append(
                f"{one.scope} on {one.day}: {one.reserved}/{one.settled} in the budget, "
                f"{reserved[place]}/{settled[place]} in its holds"
            )
    return found


def broken_records(*, events: Iterable[Event], rows: Mapping[str, tuple[str, int]]) -> list[str]:
    """Rows whose events are no unbroken chain from the birth to the state they are in; events without an actor.

    `rows`: status and state_version by subject. Events in the order in which they were written.
    """
    chains: defaultdict[str, list[Event]] = defaultdict(list)
    found = []
    for event in events:
        chains[event.subject].append(event)
        if not event.actor:
            found.append(f"{event.subject} version {event.state_version} has no actor")
    for subject, (status, version) in rows.items():
        problem = _break(chains.get(subject, []), status, version)
        if problem:
            found.append(f"{subject}: {problem}")
    found += [f"{subject} has events and no row" for subject in chains if subject not in rows]
    return found


def _break(chain: Sequence[Event], status: str, version: int) -> str:
    if not chain:
        return "no event at all"
    if chain[0].action != "insert" or chain[0].from_status or chain[0].state_version != 1:
        return f"begins with {chain[0].action} of version {chain[0].state_version}"
    for before, event in pairwise(chain):
        if event.from_status != before.to_status:
            return f"version {event.state_version} goes from {event.from_status}, before it was {before.to_status}"
        step = event.state_version - before.state_version
        if step not in (0, 1):
            return f"version {event.state_version} follows {before.state_version}"
        if step == 0 and event.from_status != event.to_status:
            return f"version {event.state_version} moved to {event.to_status} without the next version"
    if (chain[-1].to_status, chain[-1].state_version) != (status, version):
        return f"ends {chain[-1].to_status} {chain[-1].state_version}, the row is {status} {version}"
    return ""


def to_humans(*, posts: Sequence[Post], unclear: Mapping[str, int]) -> dict[str, dict[str, float]]:
    """By class: how many were sent, how many of them a human must look at because nobody knows, and the share.

    `unclear` is how many answers the platforms of a class were told to swallow or garble: on a blind platform each of
    them is a human's by nature. `share_beyond` leaves so many out: what process faults alone put before a human.
    """
    found = {}
    for name in ("A", "B", "C"):
        sent = [post for post in posts if post.effect_class == name and post.effect not in ("", "INTENDED")]
        doubtful = [
            post for post in sent if post.effect == "IN_DOUBT" or (post.effect == "SENT" and post.waits_for_human)
        ]
        share = round(len(doubtful) / len(sent), 4) if sent else 0.0
        ordered = unclear.get(name, 0)
        beyond = round(max(0, len(doubtful) - ordered) / len(sent), 4) if sent else 0.0
        found[name] = {
            "sent": len(sent),
            "to_human": len(doubtful),
            "share": share,
            "unclear_answers_ordered": ordered,
            "share_beyond": beyond,
        }
    return found


def count(
    *,
    goals: Sequence[Goal],
    handed_over: Iterable[str],
    live: Mapping[str, Counter[str]],
    budgets: Sequence[Budget],
    holds: Sequence[Hold],
    events: Sequence[Event],
    rows: Mapping[str, tuple[str, int]],
    lies: int = 0,
    unlabelled: Iterable[str] = (),
) -> Count:
    """Everything that is counted. `handed_over`: causes whose transaction was confirmed to whoever asked for it.

    `lies`: how often a platform was told to lie; more posts that are called published and are not there are lost.
    `unlabelled`: a line for what is live without its label, as the platforms' storage says.
    """
    posts = [post for goal in goals for post in goal.posts]
    made = Count(
        twice=published_twice(live=live),
        unasked=unasked(posts=posts, live=live),
        unlabelled=list(unlabelled),
        money=money(budgets=budgets, holds=holds),
        broken_records=broken_records(events=events, rows=rows),
    )
    for goal in goals:
        how, why = outcome(goal=goal, live=live)
        if how == "lied_to" and made.outcomes["lied_to"] == lies:
            how = "lost"
        made.outcomes[how] += 1
        if how == "lost":
            made.lost.append(why)
    forgotten = sorted(set(handed_over) - {goal.cause for goal in goals})
    made.lost += [f"{cause} was confirmed and is not in the database" for cause in forgotten]
    made.outcomes["lost"] += len(forgotten)
    return made
