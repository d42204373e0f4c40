"""Taking back what is live, as a worker sees it: which ways there are, what is asked, what came of it. PUB-5.

A deletion has the ends of a publish: `Removed`, `Rejected` (surely not deleted; "cannot" where the platform offers
none), `NotSent`, `Stopped` and `Unknown`. It may be asked again: a second one finds nothing and says "gone".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DELETE = "delete"
# What a platform may offer beside it one day, and none of ours does for a published post: X, Instagram and Plaza have
# no edit and no hiding of it by software.
HIDE, CORRECT = "hide", "correct"
WAYS = (DELETE, HIDE, CORRECT)
TOOL = "delete_post"
CANNOT = "cannot"  # the code of a refusal that no asking again changes: the platform deletes nothing for software


@dataclass(frozen=True, kw_only=True)
class Removed:
    """It is not live any more. `raw_status` is "deleted" when this call took it down, "gone" when nothing was there."""

    platform_id: str
    raw_status: str

    @property
    def was_there(self) -> bool:
        """Whether this call took it down."""
        return self.raw_status != "gone"


def payload(*, platform: str, account_handle: str, platform_id: str, way: str = DELETE) -> dict[str, Any]:
    """What is asked for, and what a grant is bound to by its hash."""
    return {"platform": platform, "account_handle": account_handle, "platform_id": platform_id, "action": way}


def removed_of(answer: Mapping[str, Any], *, platform_id: str) -> Removed | None:
    """What a connector answered; None when it is no answer to this question."""
    said = str(answer.get("status") or "")
    if str(answer.get("platform_id") or "") != platform_id or said not in ("deleted", "gone"):
        return None
    return Removed(platform_id=platform_id, raw_status=said)
