"""Plans that need no model. A planner with a model comes later and passes the same checks."""

from agents.tasks.graph import Step

DICTATED = "dictated:"  # causes of goals whose text the operator gave, word for word


def of(*, cause: str) -> list[Step]:
    """The steps for a goal with this cause."""
    return dictated() if cause.startswith(DICTATED) else post()


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
