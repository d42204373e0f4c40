"""Plans that need no model. A planner with a model comes later and passes the same checks."""

from agents.tasks.graph import Step


def post() -> list[Step]:
    """One post with one image: research, draft, image inward; publish outward."""
    return [
        Step(key="research", kind="research"),
        Step(key="draft", kind="draft", needs=("research",)),
        Step(key="image", kind="image", needs=("draft",)),
        Step(key="publish", kind="publish", needs=("draft", "image")),
    ]
