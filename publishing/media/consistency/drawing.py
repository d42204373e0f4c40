"""Reference pictures of a drawn persona, and where the head is in them. GEN-4."""

from publishing.media.consistency.seeing import Box
from publishing.media.figures.base import FigureSpec, Traits
from publishing.media.figures.poses import POSES

# Pose, place: different turns of the head, different light.
REFERENCES = (("talk", "studio"), ("think", "office"), ("wave", "park"), ("phone", "stage"))
SIZE = "540x960"
_HEAD = (-150.0, -205.0, 150.0, 185.0)  # around a face, in its units


def references(traits: Traits, *, size: str = SIZE) -> list[FigureSpec]:
    """What the reference set of a persona is drawn from."""
    return [
        FigureSpec(traits=traits, pose=pose, setting=setting, seed=number, size=size)
        for number, (pose, setting) in enumerate(REFERENCES)
    ]


def head_box(spec: FigureSpec) -> Box:
    """Where the head of a drawn figure is, as shares of width and height."""
    pose = POSES[spec.pose]
    wide = spec.width * 1920 / spec.height
    left, top, right, bottom = _HEAD
    return (
        0.5 + (pose.at[0] + left * pose.scale) / wide,
        (pose.at[1] + top * pose.scale) / 1920,
        0.5 + (pose.at[0] + right * pose.scale) / wide,
        (pose.at[1] + bottom * pose.scale) / 1920,
    )
