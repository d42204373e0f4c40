"""People who speak to the demo's personas on the simulated platform, and what becomes of it. ENG-1.

They write into the platform's own storage, as its users do; from there on everything goes the way of any mention.
"""

import time
import tomllib
from collections.abc import Callable
from pathlib import Path

from agents.personas.models import Agent
from chimera.core import tenancy
from chimera.embedded.demo import OPERATOR
from chimera.embedded.entry import CHECKOUT
from publishing.inbox import selectors, services
from publishing.simulators.plaza.store import Draft, Store

FILE = CHECKOUT / "demo" / "mentions.toml"
HEARD_WITHIN_S = 60.0
LOOK_EVERY_S = 0.25


def speak(*, brand_id: int, store: Path, base_url: str) -> int:
    """Everybody says what they have to say, once however often this is called; returns how many spoke now."""
    people = tomllib.loads(FILE.read_text(encoding="utf-8"))["person"]
    with tenancy.brand(brand_id, actor=OPERATOR):
        handles = list(Agent.objects.filter(soul__isnull=False).order_by("id").values_list("handle", flat=True))
        for person in people:
            if person.get("blocked"):
                author = person["handle"].lower()
                services.bar(brand_id=brand_id, platform="plaza", author_id=author, why="The demo blocks this person.")
    platform, spoke = Store(store), 0
    for person in people if handles else ():
        text = f"@{handles[person['to'] % len(handles)]} {person['text']}"
        said = [post["text"] for post in platform.posts(handle=person["handle"])]
        if text not in said:
            draft = Draft(handle=person["handle"], text=text, media=(), ai_generated=False, reply_to=None)
            platform.add_post(draft=draft, key=f"demo:{person['handle']}", body_hash=text, base_url=base_url)
            spoke += 1
    return spoke


def wait_heard(*, brand_id: int, count: int, look: Callable[[], None]) -> None:
    """Wait until so many mentions are in the inbox and looked at, not for long."""
    _wait(brand_id, lambda: sum(selectors.counts().values()) >= count and selectors.settled(), look)


def wait_noted(*, brand_id: int, look: Callable[[], None]) -> None:
    """Wait until the replies that are out are noted in the inbox, not for long."""
    _wait(brand_id, selectors.settled, look)


def outcome(*, brand_id: int) -> tuple[dict[str, int], dict[str, int]]:
    """How many mentions there are by state, and why some were left alone."""
    with tenancy.brand(brand_id, actor=OPERATOR):
        return selectors.counts(), selectors.reasons()


def _wait(brand_id: int, is_so: Callable[[], bool], look: Callable[[], None]) -> None:
    ends = time.monotonic() + HEARD_WITHIN_S
    while time.monotonic() < ends:
        look()
        with tenancy.brand(brand_id, actor=OPERATOR):
            if is_so():
                return
        time.sleep(LOOK_EVERY_S)
