"""Plans that need no model. A planner with a model comes later and passes the same checks."""

from agents.goals import mentioned
from agents.tasks.graph import Step

DICTATED = "dictated:"  # causes of goals whose text the operator gave, word for word


def of(*, cause: str) -> list[Step]:
    """The steps for a goal with this cause."""
    if cause.startswith(DICTATED):
        return dictated()
    return reply() if cause.startswith(mentioned.PREFIX) else post()


def post() -> list[Step]:
    """One post with one image: research, draft, image inward; publish outward."""
    return [
        Step(key="research", kind="research"),
        Step(key="draft", kind="draft", needs=("research",)),
        Step(key="image", kind="image", needs=("draft",)),
        Step(key="publish", kind="publish", needs=("draft", "image")),
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
