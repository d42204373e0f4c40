"""From what was seen of an agent to its first gate. Touches no database. Requirements: OPS-4, GOV-3, PER-5."""

from collections.abc import Iterator

from agents.why.gates import GATES, PLACES, WEIGHTS, Act, Found, found
from agents.why.seen import Card, Seen, Standing, Work
from chimera.core import money
from governance.controls.models import Control
from governance.reviews.models import ReviewKind

OUTSIDE, SPENDING = "effects", "spending"
KEY_SAYS = ("signing key", "No grant can be signed")
MONEY_SAYS = ("The budget of ", "No daily limit ")
SLOT_SAYS = "the next slot is free at"
SAID_MAX = 200


def first(
    *, agent: Seen, standing: Standing, known: frozenset[str], cheapest: int, consents: frozenset[str] = frozenset()
) -> Found:
    """The first gate that holds this agent. `known`: platforms that have a connector, `consents`: those on which a
    human connects each account; `cheapest` act, in micros."""
    account = _account(agent, standing, known, consents) or _unconnected(agent, known, consents)
    account = account or _unready(agent, known)
    for gate in (_stopped(agent, standing), account, _money(agent, standing, cheapest)):
        if gate is not None:
            return gate
    held = list(_works(agent, standing))
    if held:
        return min(held, key=lambda one: (PLACES[one.gate.name], WEIGHTS[one.weight]))
    return _idle(agent)


def _resume(scope: str) -> Act:
    return Act(words=f"Resume {scope}", does="resume", values={"scope": scope}, asks_why=True)


def _stopped(agent: Seen, standing: Standing) -> Found | None:
    own, stops = f"agent:{agent.id}", standing.stops
    if _is_stop(stops.get(own)):
        return found("agent_stopped", stops[own].sentence, _resume(own))
    above = [f"brand:{agent.brand_id}", *(f"platform:{name}" for name in agent.platforms), "fleet", SPENDING]
    for scope in above:
        if _is_stop(stops.get(scope)):
            return found("stopped", stops[scope].sentence, _resume(scope))
    if OUTSIDE in stops:
        words = f"Nothing leaves the house since a restore: {stops[OUTSIDE].reason}"
        return found("quarantine", words, _resume(OUTSIDE))
    return None


def _is_stop(control: Control | None) -> bool:
    """Whether somebody stopped it; a budget that is used up is another gate."""
    return control is not None and control.cause != "exhausted"


def _account(agent: Seen, standing: Standing, known: frozenset[str], consents: frozenset[str]) -> Found | None:
    if not agent.has_soul:
        words = f"@{agent.handle} has no soul, so nobody knows what it would say; launch it from a SOUL.md."
        return found("account", words, Act(words="Open the agent", sees=f"agents.agent:{agent.id}"))
    usable = [name for name in agent.platforms if name in known]
    if not usable:
        gone = f" ({', '.join(agent.platforms)} has no connector any more)" if agent.platforms else ""
        platform = min(known - consents, default="") or min(known, default="")  # where nobody has to say yes first
        act = Act(
            words=f"Register @{agent.handle} on {platform}",
            does="account",
            values={"agent": str(agent.id), "platform": platform},
        )
        return found(
            "account", f"@{agent.handle} has no account that it could post on{gone}.", act if platform else None
        )
    shut = [name for name in usable if name in standing.servers]
    if len(shut) == len(usable):
        server, _, reason = standing.servers[shut[0]].partition(" ")
        words = f"The connector of {shut[0]} is disabled: {reason or 'a reviewer disabled it.'}"
        return found("account", words, Act(words=f"Review {shut[0]}", sees=f"governance.server:{server}"))
    return None


def _unconnected(agent: Seen, known: frozenset[str], consents: frozenset[str]) -> Found | None:
    """Where no account of the agent can sign in: only a human can connect one, in a browser."""
    usable = [name for name in agent.platforms if name in known]
    if not all(name in consents and name in agent.unsigned for name in usable):
        return None
    name = usable[0]
    how = f"Connect it with manage.py connect {name}."
    return found("account", f"@{agent.handle} cannot sign in to {name}: {agent.unsigned[name]}. {how}")


def _unready(agent: Seen, known: frozenset[str]) -> Found | None:
    """Where every account of the agent waits for something that a human has to see to on its platform."""
    usable = [name for name in agent.platforms if name in known]
    if not all(name in agent.unready for name in usable):
        return None
    name = usable[0]
    return found("account", f"@{agent.handle} cannot publish on {name}: {agent.unready[name]}.")


def _money(agent: Seen, standing: Standing, cheapest: int) -> Found | None:
    for scope in (f"agent:{agent.id}", f"brand:{agent.brand_id}", "fleet"):
        act = Act(words=f"Raise the limit of {scope}", sees=f"limit:{scope}")
        control, cap = standing.stops.get(scope), standing.caps.get(scope)
        if control is not None:
            until = f" until {control.until:%d %b %H:%M} UTC" if control.until else ""
            return found("budget", f"{scope} has nothing left to spend{until}: {control.reason}", act)
        if cap is None:
            if scope.startswith("agent:"):
                return found("no_budget", f"No daily limit is set for {scope}, so it may spend nothing.", act)
        elif cap.left < cheapest:
            aside = f", {money.show(cap.reserved)} set aside" if cap.reserved else ""
            words = (
                f"{scope} has nothing left today: {money.show(cap.settled)} of {money.show(cap.limit)} spent{aside}."
            )
            return found("budget", f"{words} It reopens at 00:00 UTC.", act)
    return None


def _works(agent: Seen, standing: Standing) -> Iterator[Found]:
    if agent.card is not None:
        yield _asked(agent, agent.card)
    if agent.doubt is not None:
        words = "Nobody knows whether its post is live, and a human has to look."
        yield found("doubt", words, Act(words="Say what is live", sees=f"governance.reviewitem:{agent.doubt}"))
    for work in agent.works:
        yield _post(work, standing) if work.platform else _task(work, standing)


def _asked(agent: Seen, card: Card) -> Found:
    put_off = ""
    if card.held_by:
        until = f" until {card.held_until:%d %b %H:%M} UTC" if card.held_until else ""
        put_off = f" {card.held_by.removeprefix('user:')} put it off{until}."
    gate = "rung" if card.kind == ReviewKind.PROBATION else "human"
    words = f"A review waits for an answer until {card.deadline:%d %b %H:%M} UTC: {card.why}{put_off}"
    return found(gate, words, Act(words="Answer the review", sees=f"governance.reviewitem:{card.id}"))


def _task(work: Work, standing: Standing) -> Found:
    cause = _late(work) or _waiting(work, standing)
    if work.plans and cause.gate.name != "deadline":
        words = f"Its goal {work.goal_id} has no plan yet. {cause.sentence}"
        return Found(gate=GATES["no_plan"], sentence=words, act=cause.act, weight=cause.weight)
    return cause


def _late(work: Work) -> Found | None:
    if work.stands != "late" or work.deadline is None:
        return None
    words = f"Its goal {work.goal_id} was to be met by {work.deadline:%d %b %H:%M} UTC; it is about to be cancelled."
    act = Act(words="Cancel it now", does="cancel", values={"goal": str(work.goal_id)}, asks_why=True)
    return found("deadline", words, act)


def _waiting(work: Work, standing: Standing) -> Found:
    story = Act(words="Read its story", sees=work.subject)
    if work.stands == "held":
        return found("lease", f"{work.owner} has {work.subject} in hand until {_at(work.until or work.due_at)}.", story)
    if work.stands == "later":
        return _later(work, standing) or found(
            "again", f"{work.subject} is tried again at {_at(work.due_at)}: {_said(work)}", story
        )
    return _due(work, standing) or found("lease", f"{work.subject} is due and a worker takes it next.", story)


def _later(work: Work, standing: Standing) -> Found | None:
    """What everything that is tried later may wait for: a provider, or money."""
    for provider in standing.circuits:
        if provider == work.platform or provider in work.note:
            words = f"{provider} has failed too often and is left alone"
            words += f"; {work.subject} is tried again at {_at(work.due_at)}."
            return found("circuit", words, Act(words=f"Look at {provider}", sees=f"circuit:{provider}"))
    if SLOT_SAYS in work.note:
        return found("quota", f"{work.subject} waits for a slot. {_said(work)}", Act(words="Look", sees=work.subject))
    if work.note.startswith(MONEY_SAYS):
        return found("budget", _said(work), Act(words="Look at the limits", sees="limits"))
    return None


def _due(work: Work, standing: Standing) -> Found | None:
    if work.queue in standing.queues:
        return None
    words = f"{work.subject} is due and no worker listens to the queue {work.queue}; start one."
    return found("no_worker", words, Act(words="Look at the workers", sees="nodes"))


def _post(work: Work, standing: Standing) -> Found:
    page = Act(words="Look at the post", sees=work.subject)
    if not standing.has_key or any(words in work.note for words in KEY_SAYS):
        said = _said(work) if work.note else "No key is there that could sign a grant."
        return found("grant_key", f"Nothing can be granted: {said}", Act(words="Look at the keys", sees="keys"))
    if work.stands == "held":
        return found("lease", f"{work.owner} has {work.subject} in hand until {_at(work.until or work.due_at)}.", page)
    if work.stands == "doubt":
        words = f"{work.subject} was sent and its answer is not known; it is looked up again at {_at(work.due_at)}."
        return found("doubt", words, page)
    if work.stands == "quiet":
        said = f" {_said(work)}" if work.note else ""
        words = f"{work.subject} waits for the end of quiet hours at {_at(work.due_at)}."
        return found("quiet_hours", f"{work.subject} goes out at {_at(work.due_at)}.{said}" if said else words, page)
    if work.stands == "later":
        words = f"{work.platform} has not taken {work.subject}; it is tried again at {_at(work.due_at)}: {_said(work)}"
        return _later(work, standing) or found("platform", words, page)
    return _due(work, standing) or found("lease", f"{work.subject} is due and a worker takes it next.", page)


def _idle(agent: Seen) -> Found:
    idle = agent.idle
    mine = Act(words="Open the agent", sees=f"agents.agent:{agent.id}")
    if idle is None:
        return found("open", "Nothing is in the way.", mine)
    if idle.open_goal is not None:
        act = Act(words="Look at the goal's tasks", sees=f"tasks_of:{idle.open_goal}")
        return found("stuck", f"Its goal {idle.open_goal} is open, and nothing of it is due or asked.", act)
    if idle.goals_today >= agent.posts_per_day:
        words = f"It has set its {idle.goals_today} goals of today (posts_per_day in its soul); more at 00:00 UTC."
        return found("day_full", words, mine)
    if idle.near:
        act = Act(words="Set goals now", does="goals", values={"agent": str(agent.id)})
        words = (
            f"{idle.near} live trends touch its interests and none has become a goal; the planner looks every minute."
        )
        return found("no_goal", words, act)
    trends = Act(words="Look at the trends", sees="trends")
    if not idle.trends:
        return found("no_trend", "Its brand has no live trend: no feed told anything new.", trends)
    return found("no_trend", f"None of the {idle.trends} live trends is new to it and close to its interests.", trends)


def _at(when: object) -> str:
    return f"{when:%H:%M:%S} UTC"


def _said(work: Work) -> str:
    return " ".join(work.note.split())[:SAID_MAX] or "nobody said why."
