"""Faults of the simulated X, by the same names as Plaza's, and the door through which a chaos run orders them.

A list of names. One is taken per POST of a post: `accept_then_drop` and `error_500_after_accept` publish and lose the
answer; `duplicate_answer` publishes and says that the text was posted before; `drop_before_accept` loses the question;
`late` publishes after `late_s` seconds, when the caller may be gone; `lie_ok` answers with an id and keeps nothing; ""
is none. Those of processing wait in the same list and are taken by the next finalize: `processing_fails`,
`processing_never_ends`; and `drop_segment` by the next segment, which is kept while its answer is lost.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

from collections.abc import Collection
from typing import Any

from starlette.responses import Response

from publishing.simulators.plaza.faults import QUEUE_MAX, Dropped, is_here
from publishing.simulators.x import errors

__all__ = ["NAMES", "POSTS", "PROCESSING", "QUEUE_MAX", "SEGMENTS", "Dropped", "instead_of_the_answer", "is_here"]
__all__ += ["ordered", "taken"]

DELETING = ("delete_then_drop", "drop_before_delete")  # wait in the same list for the next DELETE of a post
PROCESSING = ("processing_fails", "processing_never_ends")
SEGMENTS = ("drop_segment",)
NAMES = (
    "",
    "accept_then_drop",
    "error_500_after_accept",
    "duplicate_answer",
    "drop_before_accept",
    "late",
    "lie_ok",
    *PROCESSING,
    *DELETING,
    *SEGMENTS,
)
POSTS = tuple(name for name in NAMES if name not in (*PROCESSING, *SEGMENTS, *DELETING))


def taken(faults: list[str], *, among: Collection[str]) -> str:
    """The first fault of this sort, which is thereby taken from the list; "" when there is none."""
    for position, name in enumerate(faults):
        if name in among:
            return faults.pop(position)
    return ""


def met_by_delete(faults: list[str]) -> str:
    """The first fault that a deletion meets, which is thereby taken from the list; "" when there is none."""
    for position, name in enumerate(faults):
        if name in DELETING:
            return faults.pop(position)
    return ""


def instead_of_the_answer(fault: str) -> Response | None:
    """What the caller gets after the post was kept; None: the truth. Raises Problem."""
    if fault == "accept_then_drop":
        return Dropped()
    if fault == "error_500_after_accept":
        raise errors.broken()
    if fault == "duplicate_answer":
        raise errors.duplicate()
    return None


def ordered(sent: dict[str, Any]) -> list[str]:
    """The names in `{"faults": [...]}`. Raises Problem."""
    names = sent.get("faults")
    if not isinstance(names, list) or any(name not in NAMES for name in names):
        raise errors.invalid("faults", names, "Each of faults must be one of: " + ", ".join(filter(None, NAMES)) + ".")
    return names
