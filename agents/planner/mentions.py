"""Mentions become goals, within what may be answered at all; and what became of them is written into the inbox.

Pulled, like trends: the inbox knows nothing of goals. Requirements: ENG-1, PLN-1, SAF-3.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import connection

from agents.goals import mentioned
from agents.goals.models import Goal
from agents.goals.states import GoalStatus
from agents.personas.models import Agent
from agents.tasks import services as tasks
from chimera.core import clock, tenancy
from publishing.inbox import eligibility, selectors, services
from publishing.inbox.eligibility import Caps
from publishing.inbox.models import Mention, Reason
from publishing.moderation import services as moderation
from publishing.posts.states import PostStatus

ENDED_UNSAID = (GoalStatus.FAILED, GoalStatus.CANCELLED)
HIDEABLE = (Reason.ORDERS, Reason.BLOCKED)  # a rule may propose that a human has these hidden
NOT_OUT = (PostStatus.FAILED, PostStatus.CANCELLED)

# The last mention of each brand that this process has looked at to see what became of it.
_looked: dict[int | None, int] = {}


def caps() -> Caps:
    """How much is answered, as the settings say."""
    return Caps(
        age_max=timedelta(seconds=settings.MENTION_AGE_MAX_S),
        person_per_hour=settings.REPLIES_PER_PERSON_HOUR,
        account_per_hour=settings.REPLIES_PER_ACCOUNT_HOUR,
        conversation=settings.REPLIES_PER_CONVERSATION,
    )


def take_up() -> int:
    """Look at the brand's new mentions; each is left alone, with why, or a goal is set. In the brand's transaction.

    Returns how many were looked at. No model is asked here.
    """
    fresh = selectors.fresh(count_max=settings.INBOX_SET_MAX)
    if not fresh:
        return 0
    owners = {mention.account.belongs_to for mention in fresh}
    ids = [int(owner.rpartition(":")[2]) for owner in owners if owner.startswith(f"{Agent.SUBJECT}:")]
    agents = {agent.subject: agent for agent in Agent.objects.filter(pk__in=ids, soul__isnull=False)}
    reasons: dict[int, Reason | None] = {
        mention.pk: Reason.NOBODY for mention in fresh if mention.account.belongs_to not in agents
    }
    able = [mention for mention in fresh if mention.pk not in reasons]
    known = selectors.known(mentions=able)
    now = clock.now()
    reasons |= eligibility.decide(mentions=able, known=known, caps=caps(), now=now)
    taken = services.take(mentions=fresh, reasons=reasons)
    for reason in HIDEABLE:
        held = [one for one in fresh if reasons[one.pk] == reason]
        moderation.propose(mentions=held, why=f"A rule held it: {reason.label}")
    wishes = [mentioned.wish(mention=one, agent=agents[one.account.belongs_to], now=now) for one in taken]
    if wishes:
        tasks.begin_all(brand_id=taken[0].brand_id, actor=tenancy.current_actor(), wishes=wishes)
    return len(fresh)


def take_back(*, gone: Sequence[Mention], note: str) -> int:
    """Cancel what was begun for mentions that are not to be answered any more, and note why; returns how many goals.

    In the brand's transaction. What is out stays out.
    """
    causes = {cause for one in gone for cause in mentioned.causes(mention_id=one.pk, agent_id=_agent_id(one))}
    goals = list(Goal.objects.filter(cause__in=causes).exclude(status__in=ENDED_UNSAID).values_list("pk", flat=True))
    for goal_id in goals:
        tasks.cancel(goal_id=goal_id, note=note)
    return len(goals)


def settle() -> int:
    """Note of mentions that were taken up whether they are answered by now; returns of how many. In the brand.

    At most INBOX_SET_MAX are looked at, the next time those after them, round and round: what waits for a human for
    days does not make each look longer.
    """
    brand_id = tenancy.current_brand()
    rows = selectors.taken_up(after=_looked.get(brand_id, 0), count_max=settings.INBOX_SET_MAX)
    _looked[brand_id] = rows[-1].pk if len(rows) == settings.INBOX_SET_MAX else 0
    return _settled(rows) if rows else 0


def _settled(rows: Sequence[Mention]) -> int:
    posts = selectors.ended_posts(tasks=[one.task for one in rows if one.task])
    causes = {one.pk: mentioned.causes(mention_id=one.pk, agent_id=_agent_id(one)) for one in rows}
    every = [cause for found in causes.values() for cause in found]
    goals = _goals(every)
    answered, unanswered = [], []
    for one in rows:
        post = posts.get(one.task, "")
        goal = next((goals[cause] for cause in causes[one.pk] if cause in goals), GoalStatus.CANCELLED)
        if post in (PostStatus.PUBLISHED, PostStatus.REVERTED):  # what was taken down was said all the same
            answered.append(one)
        elif goal in ENDED_UNSAID or (goal == GoalStatus.DONE and (not post or post in NOT_OUT)):
            unanswered.append(one)
    services.answered(mentions=answered, speakers={one.account_id: one.account.belongs_to for one in answered})
    services.unanswered(mentions=unanswered)
    return len(answered) + len(unanswered)


def _goals(causes: Sequence[str]) -> dict[str, str]:
    """How the goals with these causes stand. One array: a list of a thousand parameters takes long to write."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT cause, status FROM {Goal._meta.db_table}"
            " WHERE brand_id = current_setting('app.brand')::bigint AND cause = ANY (%s)",
            [list(causes)],
        )
        return dict(cursor.fetchall())


def _agent_id(mention: Mention) -> int:
    number = mention.account.belongs_to.rpartition(":")[2]
    return int(number) if number.isdigit() else 0
