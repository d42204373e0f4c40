"""`manage.py metrics`: how a post, or an agent's posts, did; with --collect it is read now what is due."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from agents.personas import selectors as personas
from agents.personas.models import Agent
from agents.personas.selectors import NoSuchAgent
from chimera.core import clock, tenancy
from chimera.core.brands import selectors as brands
from chimera.core.management.door import DoorCommand
from publishing.connectors.measuring import NAMES
from publishing.metrics import selectors, services
from publishing.metrics.due import next_at
from publishing.metrics.models import Reading
from publishing.metrics.selectors import Did
from publishing.metrics.words import age
from publishing.posts.models import Post

POSTS_MAX = 30


class Command(DoorCommand):
    """Without --collect it only reads our own tables."""

    help = "Show how a post or an agent's last posts did, against the agent's median; --collect reads what is due now."
    example = (
        "  manage.py metrics 12\n"
        "  manage.py metrics 12 --collect --json\n"
        "  manage.py metrics --agent bea_unscrews --collect\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """Of what, and whether to read."""
        parser.add_argument("post", nargs="?", type=int, help="number of a post")
        parser.add_argument("--agent", metavar="HANDLE", help="the last posts of this agent (handle or id)")
        parser.add_argument("--collect", action="store_true", help="read now what is due of it; may cost money")

    def act(self, options: dict[str, Any]) -> None:
        """Find it, read if asked, show."""
        if (options["post"] is None) == (not options["agent"]):
            raise CommandError("Name a post by its number, or an agent with --agent HANDLE; not both.")
        collected = None
        if options["post"] is not None:
            brand_id = self._brand_of(options["post"])
            if options["collect"]:
                collected = services.collect(brand_id=brand_id, post_id=options["post"])
            with tenancy.brand(brand_id, actor=self.actor):
                shown = _post(options["post"])
        else:
            brand_id, agent = self._agent(options["agent"])
            if options["collect"]:
                collected = services.collect(brand_id=brand_id, belongs_to=agent.subject)
            with tenancy.brand(brand_id, actor=self.actor):
                shown = _agent(agent)
        if collected is not None:
            shown["collected"] = {name: getattr(collected, name) for name in ("read", "gone", "unread", "why")}
        if options["json"]:
            self.say_json(shown)
        else:
            self._say(shown)

    def _brand_of(self, post_id: int) -> int:
        for brand_id in brands.ids():
            with tenancy.brand(brand_id, actor=self.actor):
                if Post.objects.filter(pk=post_id).exists():
                    return brand_id
        raise CommandError(f"There is no post {post_id}; the desk lists those that there are.")

    def _agent(self, name: str) -> tuple[int, Agent]:
        refusals = []
        for brand_id in brands.ids():
            try:
                with tenancy.brand(brand_id, actor=self.actor):
                    return brand_id, personas.by_name(name)
            except NoSuchAgent as refusal:
                refusals.append(refusal)
        raise CommandError(str(refusals[0]) if refusals else f"No agent is called {name!r}; launch one.")

    def _say(self, shown: dict[str, Any]) -> None:
        for row in shown.get("readings", shown.get("posts", [])):
            told = ", ".join(f"{row[name]:,} {name}" for name in NAMES if row.get(name) is not None)
            times = row.get("times")
            against = f"; {times:.2f} times the median" if times is not None else ""
            name = f"Post {row['post']} on {row['platform']}, after" if "post" in row else "After"
            self.stdout.write(f"{name} {age(row['step_s'])}: {'gone' if row.get('gone') else told}{against}.")
        if not shown.get("readings", shown.get("posts")):
            self.stdout.write("Nothing was read of it yet.")
        if shown.get("next_at"):
            self.stdout.write(f"The next step is due at {shown['next_at']:%Y-%m-%d %H:%M} UTC.")
        if "collected" in shown:
            one = shown["collected"]
            self.stdout.write(f"Read now: {one['read']}; gone: {one['gone']}; due and not read: {one['unread']}.")
            for why in one["why"]:
                self.stdout.write(f"  {why}")


def _post(post_id: int) -> dict[str, Any]:
    post = Post.objects.select_related("account").get(pk=post_id)
    dids = selectors.how_they_did(belongs_to=post.account.belongs_to, now=clock.now())
    times = {one.step_s: one.times for one in dids if one.post_id == post_id}
    rows = [_row(one, times.get(one.step_s)) for one in selectors.readings(post_id=post_id)]
    return {"post": post_id, "platform": post.account.platform, "readings": rows, "next_at": next_at(post=post)}


def _row(reading: Reading, times: float | None) -> dict[str, Any]:
    numbers = {name: getattr(reading, name) for name in NAMES}
    return {
        "step_s": reading.step_s,
        "taken_at": reading.taken_at,
        "gone": reading.is_gone,
        **numbers,
        "times": None if times is None else round(times, 3),
    }


def _agent(agent: Agent) -> dict[str, Any]:
    dids = selectors.last(dids=selectors.how_they_did(belongs_to=agent.subject, now=clock.now()))
    return {"agent": agent.handle, "posts": [_did(one) for one in dids[-POSTS_MAX:]]}


def _did(one: Did) -> dict[str, Any]:
    return {
        "post": one.post_id,
        "platform": one.platform,
        "published_at": one.published_at,
        "step_s": one.step_s,
        **{name: getattr(one.figures, name) for name in NAMES},
        "engagement": round(one.engagement, 5),
        "is_rate": one.is_rate,
        "times": None if one.times is None else round(one.times, 3),
    }
