"""Figures drawn on this machine: no key, no network, no cost; equal specifications give equal pixels. GEN-3, GEN-6."""

import io
from random import Random

from publishing.media.figures import air, body, head, props
from publishing.media.figures.base import FigureMaker, FigureSpec
from publishing.media.figures.frame import Frame
from publishing.media.figures.kit import SUPERSAMPLING, Brush, Canvas
from publishing.media.figures.outdoors import SCENES
from publishing.media.figures.poses import POSES
from publishing.media.figures.scenes import Stage, light_of
from publishing.media.figures.shades import wardrobe
from publishing.media.images import colours
from publishing.media.images.base import Image


class DrawnFigures(FigureMaker):
    """A PNG of the size that the specification names: the person in the upper two thirds, calm below for captions."""

    name = "drawn"

    def worst_case_usd_micros(self, *, spec: FigureSpec) -> int:
        """0: drawing costs nothing but time."""
        return 0

    def make(self, *, spec: FigureSpec) -> Image:
        """The picture."""
        one, pose = wardrobe(spec.traits), POSES[spec.pose]
        canvas = Canvas(width=spec.width, height=spec.height, seed=spec.seed, light=light_of(spec.setting, one))
        unit = spec.height * SUPERSAMPLING / 1920
        ground = Brush(canvas=canvas, frame=Frame(a=unit, d=unit, x=canvas.width / 2))
        # Drawing, not secrecy: the same seed must give the same scene.
        stage = Stage(
            brush=ground,
            wardrobe=one,
            motif=spec.traits.motif,
            ground=colours.parse(spec.traits.background),
            chance=Random(spec.seed),
        )
        calm = SCENES[spec.setting](stage)
        canvas.covers = True
        person = ground.moved(*pose.at).scaled(pose.scale).turned(pose.lean)
        face = person.turned(pose.face.tilt)
        head.behind(face, spec.traits, one)
        trunk = person.moved(0, -30)
        body.paint(trunk, spec.traits, one, pose)
        body.neck(trunk, spec.traits, one, head.SHAPES[spec.traits.face][2])
        body.torso(trunk, spec.traits, one, low=930 if pose.legs else 1800)
        head.paint(face, spec.traits, one, pose.face)
        body.arms(trunk, spec.traits, one, pose, layer=1)
        props.paint(ground, pose, one)
        body.arms(trunk, spec.traits, one, pose, layer=2)
        picture = air.finish(canvas, calm=calm)
        file = io.BytesIO()
        picture.save(file, "PNG", compress_level=4)  # Pillow writes no time of its own
        return Image(bytes=file.getvalue(), mime="image/png", width=spec.width, height=spec.height)
