"""What was published before reaches the work of kinds that want it: one question for all tasks of a set.

Asked between transactions, because the store may be another process, and kept with the work's inputs, so that a replay
gets the same. Requirements: PER-4, PLN-7.
"""

from collections.abc import Sequence
from dataclasses import replace

from agents.memory import selectors as memories
from agents.worker.base import Kind, Work

MEMORY = "memory"  # the key in `Work.inputs`


def with_memory(*, works: Sequence[tuple[Kind, Work]]) -> list[Work]:
    """The same works of one brand; those whose kind recalls have what is remembered in their inputs.

    Raises Unavailable when the store is away.
    """
    asking = [(kind, work) for kind, work in works if kind.recalls]
    if not asking:
        return [work for _, work in works]
    found = iter(
        memories.recall(
            brand_id=asking[0][1].brand_id,
            asked=[(int(work.agent["id"]), kind.about(work=work)) for kind, work in asking],
        )
    )
    return [
        replace(work, inputs={**work.inputs, MEMORY: next(found)}) if kind.recalls else work for kind, work in works
    ]
