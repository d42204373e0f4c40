"""Faults of the simulated Instagram, by the same names as those of its siblings, and the door to order them.

A list of names. One is taken per media_publish and per reply: `accept_then_drop` and `error_500_after_accept` publish
and lose the answer; `blocked_maybe_live` publishes and says that the action was blocked (4/2207051);
`drop_before_accept` loses the question; `late` publishes after `late_s` seconds, when the caller may be gone; `lie_ok`
answers with an id and keeps nothing; "" is none. `processing_fails` and `processing_never_ends` wait in the same list
for the next container, `refused_read` for the next read of a media, which is answered with 100/33,
`error_500_read` for the next read of a comment, and `delete_then_drop` for the next deletion.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

from collections.abc import Collection
from typing import Any

from starlette.responses import Response

from publishing.simulators.instagram import errors
from publishing.simulators.plaza.faults import QUEUE_MAX, Dropped, is_here

__all__ = [
    "DELETING",
    "PROCESSING",
    "PUBLISHING",
    "QUEUE_MAX",
    "READING",
    "READING_COMMENTS",
    "Dropped",
    "instead_of_the_answer",
    "is_here",
]
__all__ += ["ordered", "taken"]

PUBLISHING = (
    "",
    "accept_then_drop",
    "error_500_after_accept",
    "drop_before_accept",
    "late",
    "lie_ok",
    "blocked_maybe_live",
)
PROCESSING = ("processing_fails", "processing_never_ends")
READING = ("refused_read",)
READING_COMMENTS = ("error_500_read",)
DELETING = ("delete_then_drop",)
NAMES = (*PUBLISHING, *PROCESSING, *READING, *READING_COMMENTS, *DELETING)


def taken(faults: list[str], among: Collection[str]) -> str:
    """The first fault of this sort, which is thereby taken from the list; "" when there is none."""
    for position, name in enumerate(faults):
        if name in among:
            return faults.pop(position)
    return ""


def instead_of_the_answer(fault: str) -> Response | None:
    """What the caller gets after the post was kept; None: the truth. Raises Problem."""
    if fault == "accept_then_drop":
        return Dropped()
    if fault == "error_500_after_accept":
        raise errors.broken()
    if fault == "blocked_maybe_live":
        raise errors.refused("blocked")
    return None


def ordered(sent: dict[str, Any]) -> list[str]:
    """The names in `{"faults": [...]}`. Raises Problem."""
    names = sent.get("faults")
    if not isinstance(names, list) or any(name not in NAMES for name in names):
        raise errors.invalid("Each of faults must be one of: " + ", ".join(filter(None, NAMES)) + ".")
    return names
