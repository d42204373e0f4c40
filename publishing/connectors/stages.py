"""What is made on a platform before a post: how far it is, sealed, so that any later call goes on with it.

A stage names what the platform gave (an upload, a container) and is sealed with the payload that it is for. The worker
keeps it and shows it again; it cannot have another one published by it. It shows to nobody, and ends: what is not ready
in `LASTS_S` never will be. Requirements: PUB-1, PUB-3, PUB-4.
"""

import hashlib
import hmac
import re
import time
from dataclasses import dataclass, replace

LASTS_S = 7_200
READY = -1
_FORM = re.compile(r"(?P<name>\d{1,25})\.(?P<position>-1|\d{1,6})\.(?P<begun>\d{1,12})\.(?P<seal>[0-9a-f]{64})")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """`name` is the platform's id, `position` how many pieces it has or READY, `begun` in seconds since 1970."""

    name: str
    position: int
    begun: int

    def moved(self, *, position: int) -> "Stage":
        """The same, further on."""
        return replace(self, position=position)

    @property
    def is_ready(self) -> bool:
        """Whether nothing is left to be waited for."""
        return self.position == READY

    @property
    def is_over(self) -> bool:
        """Whether it was begun so long ago that it will never be ready."""
        return self.age_s > LASTS_S

    @property
    def age_s(self) -> float:
        """Seconds since it was begun."""
        return time.time() - self.begun

    def sealed(self, *, key: bytes, digest: str) -> str:
        """As the worker keeps it: for the payload with this digest alone."""
        text = f"{self.name}.{self.position}.{self.begun}"
        return f"{text}.{_seal(key, text, digest)}"


def begun(name: str) -> Stage:
    """What the platform has just given an id to."""
    return Stage(name=name, position=0, begun=int(time.time()))


def opened(text: str, *, key: bytes, digest: str) -> Stage | None:
    """The stage in what a worker shows; None when it is no stage of ours for this payload."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    stage = Stage(name=found["name"], position=int(found["position"]), begun=int(found["begun"]))
    wanted = _seal(key, text.rpartition(".")[0], digest)
    return stage if hmac.compare_digest(found["seal"], wanted) else None


def told(stage: Stage, *, key: bytes, digest: str, message: str = "", after_s: float = 1.0) -> dict[str, str]:
    """What `prepare_post` answers: the stage, whether it is ready, and if not why, and when to come again."""
    sealed = stage.sealed(key=key, digest=digest)
    if stage.is_ready:
        return {"stage": sealed, "state": "ready"}
    return {"stage": sealed, "state": "underway", "message": message, "after_s": f"{after_s:g}"}


def _seal(key: bytes, text: str, digest: str) -> str:
    return hmac.new(key, f"stage {text} {digest}".encode(), hashlib.sha256).hexdigest()
