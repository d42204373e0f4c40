"""What an attempt was made from, kept small beside its result, and made into the same `Work` again.

A soul is named by its version, an upstream result by its artifact's id: both are written once. What `load` read,
the agent, the goal and the feedback are kept as they were, because their rows go on changing. Requirements: PLN-7.
"""

from collections.abc import Mapping
from typing import Any

from agents.personas.models import Soul
from agents.tasks.models import Artifact
from agents.worker.base import Work
from chimera.core import canonical
from chimera.core.errors import Denied

BY_HAND = "by_hand"  # the key of a result that a reviewer edited: who it was
REUSED = "reused"  # the key of a result that was taken over: the id of the artifact that it copies


class CannotThaw(Denied):
    """What this result was made from is not known any more; says why."""


def freeze(work: Work, *, upstream_ids: Mapping[str, int]) -> dict[str, Any]:
    """What to keep with the artifact. `upstream_ids`: the artifact behind each entry of `work.upstream`, by kind."""
    params = {"params": dict(work.params)} if work.params else {}
    return {
        **params,
        "agent": dict(work.agent),
        "soul": work.soul["version"],
        "goal": dict(work.goal),
        "upstream": dict(upstream_ids),
        "feedback": [dict(entry) for entry in work.feedback],
        "inputs": dict(work.inputs),
    }


def thaw(artifact: Artifact) -> Work:
    """The work as the attempt got it; in the brand's context. Raises CannotThaw."""
    kept, task = artifact.inputs, artifact.task
    if not kept:
        raise CannotThaw(f"The result of {task.subject} was recorded before inputs were kept.")
    if REUSED in kept:
        raise CannotThaw(f"The result of {task.subject} was taken over from artifact {kept[REUSED]}; replay that one.")
    if BY_HAND in kept:
        raise CannotThaw(f"The result of {task.subject} was edited by {kept[BY_HAND]}; no work would make it again.")
    soul = Soul.objects.filter(agent_id=kept["agent"]["id"], version=kept["soul"]).first()
    if soul is None:
        raise CannotThaw(f"Soul version {kept['soul']} of {task.subject}'s agent is not there any more.")
    return Work(
        subject=task.subject,
        brand_id=artifact.brand_id,
        fence=artifact.fence,
        kind=task.kind,
        agent=kept["agent"],
        soul={**soul.front, "backstory": soul.backstory, "version": soul.version},
        goal=kept["goal"],
        upstream=_upstream(kept["upstream"]),
        feedback=tuple(kept["feedback"]),
        inputs=kept["inputs"],
        params=kept.get("params", {}),
    )


def _upstream(ids: Mapping[str, int]) -> dict[str, Any]:
    found = Artifact.objects.in_bulk(list(ids.values()))
    for kind, pk in ids.items():
        if pk not in found:
            raise CannotThaw(f"Artifact {pk} ({kind}), which this was made from, is not there any more.")
        if canonical.digest(found[pk].payload) != found[pk].content_hash:
            raise CannotThaw(f"Artifact {pk} ({kind}), which this was made from, was changed after it was written.")
    return {kind: found[pk].payload for kind, pk in ids.items()}
