"""Motion: how the ground of a scene moves, in whole pixels a frame wherever that can be, so that nothing shivers.

A zoom scales one still picture a little differently for each frame and crops it; a pan only crops. Both read a
picture that is larger than the video, so that nothing is ever enlarged. Requirements: GEN-3.
"""

from dataclasses import dataclass
from typing import Literal

Way = Literal["in", "out", "left", "right"]
WAYS: tuple[Way, ...] = ("in", "left", "out", "right")
QUICK_SHARE, STEADY_SHARE, SLOW_SHARE = 0.18, 0.24, 0.2  # of the width, at most
PICTURE_SHARE = 0.08  # where a picture moves: more would cut off a hand that points


@dataclass(frozen=True, kw_only=True)
class Motion:
    """Over `frames` the view grows or wanders by `reach` pixels of width; `anchor` (0 to 1) is the height that stands
    still."""

    way: Way
    reach: int
    frames: int
    width: int
    height: int
    anchor: float

    @property
    def source(self) -> tuple[int, int]:
        """Width and height of the picture that it reads; both even."""
        wide = (self.width + self.reach + 1) // 2 * 2
        if self.way in ("left", "right"):
            return wide, self.height
        return wide, (round(wide * self.height / self.width) + 1) // 2 * 2

    def filters(self, *, start: int) -> str:
        """ffmpeg's filters from frame `start` of the scene on."""
        step = f"trunc({self.reach}*min((n+{start})/{max(1, self.frames - 1)}\\,1))"
        if self.way in ("left", "right"):
            x = step if self.way == "left" else f"{self.reach}-{step}"
            return f"crop={self.width}:{self.height}:x='{x}':y=0:exact=1"
        grown = step if self.way == "in" else f"{self.reach}-{step}"
        wide = f"({self.width}+{grown})"
        return (
            f"scale=w='{wide}':h='trunc({wide}*{self.height}/{self.width}+0.5)':eval=frame:flags=bilinear,"
            f"crop={self.width}:{self.height}:x='(iw-ow)/2':y='trunc((ih-oh)*{self.anchor:.4f})':exact=1"
        )


def motion(
    *, number: int, seed: int, frames: int, width: int, height: int, anchor: float, share_max: float = 1.0
) -> Motion:
    """The motion of the scene with this number: ways alternate, beginning where the seed says.

    `share_max` of the width is the farthest that it goes: what moves is cropped at its edges.
    """
    if 2 * frames <= QUICK_SHARE * width:
        reach = 2 * frames
    elif frames <= STEADY_SHARE * width:
        reach = frames
    else:
        reach = round(SLOW_SHARE * width)
    reach = min(reach, round(share_max * width))
    way = WAYS[(number - 1 + 2 * (seed % 2)) % len(WAYS)]
    return Motion(way=way, reach=max(2, reach), frames=frames, width=width, height=height, anchor=anchor)
