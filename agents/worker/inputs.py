"""What a task was made from, small enough to keep beside what it made: enough to make it again. Requirements: PLN-7."""

from typing import Any

from agents.tasks.taking import Taken
from agents.worker.base import Work


def freeze(*, work: Work, taken: Taken) -> dict[str, Any]:
    """The inputs of an attempt: the soul and upstream artifacts by id, the rest as it was."""
    return {
        "agent": dict(work.agent),
        "soul": taken.soul_id,
        "goal": dict(work.goal),
        "upstream": {kind: made.id for kind, made in taken.upstream.items()},
        "feedback": [dict(one) for one in work.feedback],
        "loaded": dict(work.inputs),
    }
