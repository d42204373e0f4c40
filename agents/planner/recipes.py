"""Plans that need no model: what is done where none is asked, and where one gives no plan that may run."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from agents.goals import asked, followed, mentioned
from agents.tasks.graph import Step
from publishing.media.films import shooting

DICTATED = "dictated:"  # causes of goals whose text the operator gave, word for word
_OF_TREND = "trend:"
# Personas who say of themselves that they are short get fewer facts to write from.
_SHORT = re.compile(r"\b(?:terse|brief|laconic|short|concise)\b", re.IGNORECASE)
FACTS_OF_THE_SHORT = 4


def of(*, goal: Mapping[str, Any], soul: Mapping[str, Any]) -> list[Step]:
    """The steps for a goal (its cause and wish, as values) of this persona."""
    cause = str(goal["cause"])
    if cause.startswith(DICTATED):
        return _told(dictated(), {"publish": _where(str(goal["wish"]))})
    if cause.startswith(mentioned.PREFIX):
        return reply()
    given: dict[str, dict[str, Any]] = {}
    if _SHORT.search(" ".join(soul["voice"]["traits"])):
        given["research"] = {"facts_max": FACTS_OF_THE_SHORT}
    if cause.startswith(asked.PREFIX):
        given["draft"] = {"note": str(goal["wish"])}
    if cause.startswith(followed.PREFIX):
        given["draft"] = {"note": followed.NOTE}
    wanted = asked.video(cause=cause)
    if wanted:
        given["script"] = {"seconds_max": wanted}
    return _told(video() if wanted or is_video(goal=goal, soul=soul) else post(), given)


def is_video(*, goal: Mapping[str, Any], soul: Mapping[str, Any]) -> bool:
    """Whether the persona tells this goal as a video: about one goal in so many, as its soul says; 1 is all of them.

    Told by what the goal is about and whose it is, hashed. So planning it anew says the same without counting, and no
    numbers decide: those are shared by all brands, and of agents that get goals in turn one would film them all.
    """
    every = int((soul.get("formats") or {}).get("video", 0))
    if every <= 0:
        return False
    cause = str(goal["cause"]).partition(":again:")[0]  # planned anew it stays what it was
    # A trend's fingerprint has the address of its feed in it, and so a port that changes; its title is what it is.
    about = str(goal.get("wish", "")) if cause.startswith(_OF_TREND) else cause
    named = f"{soul.get('handle', '')}:{about}"
    return int.from_bytes(hashlib.sha256(named.encode()).digest(), "big") % every == 0


def _where(said: str) -> dict[str, str]:
    """On which platform alone dictated words are to stand, as `agents.planner.services.dictate` wrote it down."""
    try:
        platform = str(json.loads(said).get("platform", ""))
    except (ValueError, AttributeError):
        return {}
    return {"platform": platform} if platform else {}


def is_post(*, cause: str) -> bool:
    """Whether a goal may be planned in several ways: answers and dictated words have one each."""
    return not cause.startswith((DICTATED, mentioned.PREFIX))


def _told(steps: Sequence[Step], given: Mapping[str, Mapping[str, Any]]) -> list[Step]:
    return [replace(step, params={**step.params, **given.get(step.kind, {})}) for step in steps]


def post() -> list[Step]:
    """One post with one image: research, draft, image inward; publish outward."""
    return [
        Step(key="research", kind="research"),
        Step(key="draft", kind="draft", needs=("research",)),
        Step(key="image", kind="image", needs=("draft",)),
        Step(key="publish", kind="publish", needs=("draft", "image")),
    ]


def video() -> list[Step]:
    """One post with a video: research, draft, script, film inward; publish outward.

    Where providers make its scenes, as the settings say, they are asked between script and film.
    """
    scenes = [Step(key="scenes", kind="scenes", needs=("script",))] if shooting.makers() else []
    return [
        Step(key="research", kind="research"),
        Step(key="draft", kind="draft", needs=("research",)),
        Step(key="script", kind="script", needs=("draft",)),
        *scenes,
        Step(key="film", kind="film", needs=("script", *(one.key for one in scenes))),
        Step(key="publish", kind="publish", needs=("draft", "film")),
    ]


def dictated() -> list[Step]:
    """One post with the operator's own words: nothing is researched or written, and everything is judged."""
    return [
        Step(key="dictated", kind="dictated"),
        Step(key="image", kind="image", needs=("dictated",)),
        Step(key="publish", kind="publish", needs=("dictated", "image")),
    ]


def reply() -> list[Step]:
    """An answer to a mention: its words inward, the reply outward. No tool, no picture, no link."""
    return [Step(key="wording", kind="wording"), Step(key="reply", kind="reply", needs=("wording",))]
