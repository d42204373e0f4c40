"""What a body does: where elbows and hands are, how the head is held, and what the face says. GEN-3.

Units: the face is about 250 wide and 330 high, its centre is the origin; y grows downwards.
"""

from dataclasses import dataclass

from publishing.media.figures.frame import Point


@dataclass(frozen=True, kw_only=True)
class Face:
    """An expression: how far the head turns (-1 to 1) and tilts (degrees), where the eyes look, what the mouth does."""

    turn: float = 0.0
    tilt: float = 0.0
    look: Point = (0.0, 0.0)
    mouth: str = "smile"
    brows: float = 0.0  # raised, in units
    lids: float = 0.0  # 0 wide open to 1 closed


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One arm: elbow and wrist, which hand, how it is turned (degrees), what it holds.

    `layer`: 0 behind the body, 1 before it, 2 before the head and before what stands in front.
    """

    elbow: Point
    wrist: Point
    hand: str = "rest"
    turn: float = 0.0
    layer: int = 2
    holds: str = ""
    flip: bool = False


@dataclass(frozen=True, kw_only=True)
class Pose:
    """A whole posture. `left` is the arm on the left of the picture. `scale` and `at` place it: 1 is waist up."""

    face: Face
    left: Arm
    right: Arm
    at: Point = (0.0, 505.0)
    scale: float = 1.06
    lean: float = 0.0
    legs: bool = False
    prop: str = ""


POSES: dict[str, Pose] = {
    "talk": Pose(
        face=Face(turn=0.15, tilt=-3, mouth="talk", brows=9),
        left=Arm(elbow=(-282, 690), wrist=(-340, 470), hand="open", turn=-12),
        right=Arm(elbow=(280, 690), wrist=(338, 540), hand="offer", turn=30),
    ),
    "point": Pose(
        face=Face(turn=0.45, tilt=4, look=(0.5, -0.25), mouth="open", brows=14),
        left=Arm(elbow=(-312, 690), wrist=(-168, 850), hand="fist", turn=110, layer=1),
        right=Arm(elbow=(312, 640), wrist=(396, 372), hand="point", turn=12),
        at=(-50, 505),
    ),
    "phone": Pose(
        face=Face(turn=0.4, tilt=6, look=(0.7, 0.6), mouth="smile", brows=3, lids=0.3),
        left=Arm(elbow=(-276, 700), wrist=(-20, 770), hand="fist", turn=76, layer=1),
        right=Arm(elbow=(300, 700), wrist=(352, 442), hand="grip", turn=-10, holds="phone"),
        at=(-60, 500),
    ),
    "think": Pose(
        face=Face(turn=-0.35, tilt=-6, look=(-0.55, -0.6), mouth="closed", brows=8),
        left=Arm(elbow=(-276, 700), wrist=(90, 790), hand="fist", turn=80, layer=1),
        right=Arm(elbow=(256, 770), wrist=(112, 372), hand="chin", turn=-24),
        at=(15, 505),
    ),
    "walk": Pose(
        face=Face(turn=0.55, tilt=2, look=(0.4, 0.0), mouth="smile", brows=4),
        left=Arm(elbow=(-276, 660), wrist=(-360, 880), hand="rest", turn=200, layer=0),
        right=Arm(elbow=(278, 680), wrist=(258, 900), hand="hold", turn=176, holds="bag"),
        at=(-10, 330),
        scale=0.62,
        lean=2,
        legs=True,
    ),
    "desk": Pose(
        face=Face(turn=-0.2, tilt=3, look=(-0.25, 0.15), mouth="smile", brows=5),
        left=Arm(elbow=(-300, 700), wrist=(-170, 850), hand="rest", turn=120, layer=1),
        right=Arm(elbow=(322, 740), wrist=(276, 462), hand="grip", turn=0, holds="mug"),
        at=(30, 505),
        prop="laptop",
    ),
    "wave": Pose(
        face=Face(turn=-0.1, tilt=5, mouth="open", brows=12),
        left=Arm(elbow=(-262, 680), wrist=(-246, 950), hand="rest", turn=178, layer=0),
        right=Arm(elbow=(314, 620), wrist=(396, 330), hand="open", turn=14, flip=False),
        at=(-50, 510),
    ),
    "mug": Pose(
        face=Face(turn=0.1, tilt=-4, mouth="smile", lids=1.0, brows=6),
        left=Arm(elbow=(-288, 740), wrist=(-54, 640), hand="grip", turn=0, holds="mug"),
        right=Arm(elbow=(288, 740), wrist=(76, 662), hand="wrap", turn=-26),
    ),
}
