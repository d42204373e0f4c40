"""Goals from what is fresh, and the planning task that each begins with. The planner reads; nobody calls it."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from agents.goals import asked
from agents.goals import services as goals
from agents.goals.models import Goal
from agents.goals.wish import Wish
from agents.personas.models import Agent
from agents.planner import recipes
from agents.tasks import services as tasks
from chimera.core import clock, tenancy
from chimera.core.brands import selectors as brands

DICTATED_LIVES = timedelta(hours=12)
SETTER = "worker:planner stage:goals"


def set_for_all_brands() -> int:
    """Set goals for every agent of every brand; returns how many were new."""
    new = 0
    for brand_id in brands.ids():
        with tenancy.brand(brand_id, actor=SETTER):
            for agent_id in Agent.objects.filter(soul__isnull=False).order_by("id").values_list("id", flat=True):
                new += len(set_goals(agent_id=agent_id))
    return new


def set_goals(*, agent_id: int) -> list[Goal]:
    """New goals for one agent, each with its planning task, in one transaction. In the brand's context."""
    wishes = goals.wishes(agent_id=agent_id)
    brand_id = tenancy.current_brand()
    if not wishes or not brand_id:
        return []
    made = tasks.begin_all(brand_id=brand_id, actor=tenancy.current_actor(), wishes=wishes)
    found = {goal.cause: goal for goal in Goal.objects.select_related("agent", "trend").filter(pk__in=made)}
    return [found[wish.cause] for wish in wishes if wish.cause in found]


def dictate(
    *,
    agent: Agent,
    key: str,
    text: str,
    citations: Sequence[Mapping[str, Any]] = (),
    sponsorship: str = "none",
    title: str = "",
    platform: str = "",
) -> bool:
    """A goal with the operator's own words, judged like every post; once per agent and key. In the brand's context.

    `platform`: where alone it is to stand ("": wherever the agent can publish). `citations`: what the text leans on,
    each with text, title, source and url. False when the key was taken before.
    """
    said: dict[str, Any] = {
        "text": text,
        "citations": [dict(one) for one in citations],
        "sponsorship": sponsorship,
        "title": title,
    }
    said |= {"platform": platform} if platform else {}
    wish = Wish(
        agent_id=agent.pk,
        soul_id=agent.soul_id or 0,
        cause=f"{recipes.DICTATED}{key}:agent:{agent.pk}",
        wish=json.dumps(said, ensure_ascii=False),
        deadline=clock.now() + DICTATED_LIVES,
        scopes=agent.scopes,
    )
    return bool(tasks.begin_all(brand_id=agent.brand_id, actor=tenancy.current_actor(), wishes=[wish]))


def ask(
    *, agent: Agent, text: str, key: str = "", trend_id: int | None = None, hours: int = 12, video_s: int = 0
) -> tuple[Goal, bool]:
    """A goal in the operator's words, once per agent and key, and whether it is new. In the brand's context.

    Without a key the same words on one day are one goal. `video_s`: the post is a video of at most so many seconds; 0:
    as the persona does it. Raises goals.asked.CannotAsk.
    """
    # The lock makes whoever sets goals for this agent look one after the other.
    locked = Agent.objects.select_for_update(of=("self",)).select_related("soul").get(pk=agent.pk)
    cause = asked.cause(agent=locked, text=text, key=key, video_s=video_s)
    known = Goal.objects.filter(cause=cause).first()
    if known is not None:
        return known, False
    wish = asked.wish(agent=locked, text=text, key=key, trend_id=trend_id, hours=hours, video_s=video_s)
    made = tasks.begin_all(brand_id=locked.brand_id, actor=tenancy.current_actor(), wishes=[wish])
    return Goal.objects.get(cause=cause), bool(made)
