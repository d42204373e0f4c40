"""Posts that the demo's operator dictates to see each hard rule at work, and what the judge said about them. JDG-1.

Nothing here knows a verdict: the posts go through plan, image, judge and route like all others, and land as cards.
"""

import tomllib
from dataclasses import dataclass

from agents.personas.models import Agent
from agents.planner import recipes
from agents.planner import services as planner
from agents.tasks import selectors as tasks
from chimera.core import tenancy
from chimera.embedded.entry import CHECKOUT
from publishing.posts.models import Post
from publishing.posts.states import PostStatus

OPERATOR = "cli:demo-operator"
FILE = CHECKOUT / "demo" / "provocations.toml"


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """What one rule said about the post that was written for it; "" when it let the post pass."""

    rule: str
    outcome: str
    reason: str
    route: str


def provoke(*, brand_id: int) -> int:
    """Dictate each post once, in the voice of the first agent; returns how many are new."""
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))
    new = 0
    with tenancy.brand(brand_id, actor=OPERATOR):
        agent = Agent.objects.filter(soul__isnull=False).order_by("id").first()
        out = Post.objects.filter(status=PostStatus.PUBLISHED).order_by("id").first()
        for post in told["post"] if agent else ():
            same = out.payload["text"] if out and "same_as" in post else ""
            text = post.get("text") or (post.get("change", "") + same if same else "")
            if text and agent:
                new += planner.dictate(
                    agent=agent,
                    key=post["rule"],
                    text=text,
                    citations=[told["citation"]],
                    sponsorship=post.get("sponsorship", "none"),
                    title=f"Dictated: {post['rule']}",
                    platform="plaza",  # whose limits the texts are written against
                )
    return new


def stopped(*, brand_id: int) -> list[Stopped]:
    """What the rules said, from the verdicts."""
    found = []
    with tenancy.brand(brand_id, actor=OPERATOR):
        for verdict in tasks.verdicts_on(causes=recipes.DICTATED):
            rule = verdict.task.goal.cause.removeprefix(recipes.DICTATED).partition(":")[0]
            said = next((one for one in verdict.findings if one["policy"] == rule), None)
            objects = said is not None and said["outcome"] != "PASS"
            found.append(
                Stopped(
                    rule=rule,
                    outcome=said["outcome"] if said and objects else "",
                    reason=said["reason"] if said and objects else "",
                    route=verdict.route,
                )
            )
    return found
