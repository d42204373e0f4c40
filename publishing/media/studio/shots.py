"""Shots: the timeline of a script in frames, and the pictures of one scene laid into the work folder. Requirements:
GEN-3."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from publishing.media.studio import grounds, layouts, painting
from publishing.media.studio.base import Script
from publishing.media.studio.graphs import Piece, Shot
from publishing.media.studio.keys import key_of_scene
from publishing.media.studio.motion import PICTURE_SHARE, motion
from publishing.media.studio.places import Layout
from publishing.media.studio.renditions import Rendition

FADE_FRAMES = 12  # 0.4 s, half of it before and half after the moment at which one scene becomes the next
FIGURE_AT = 0.38  # of the height: where a figure's face stays while the view grows


@dataclass(frozen=True, kw_only=True)
class Part:
    """Frames `start` to `start + count` of one scene's own time, or the passage from scene `number` to the next."""

    number: int
    start: int
    count: int
    is_passage: bool
    key: str

    @property
    def what(self) -> str:
        return f"the passage to scene {self.number + 1}" if self.is_passage else f"scene {self.number}"


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The parts in order, the frames of the whole, each scene's layout, its frames and how many of them come before
    its time."""

    parts: tuple[Part, ...]
    frames: int
    layouts: Mapping[int, Layout]
    lengths: Mapping[int, int]
    leads: Mapping[int, int]
    keys: Mapping[int, str]
    poster_s: float


def timeline(*, script: Script, rendition: Rendition) -> Timeline:
    """Where every frame comes from. Raises BadScript when a scene cannot be laid out."""
    count, half = len(script.scenes), FADE_FRAMES // 2
    fades = script.passage == "fade"
    # Edges are rounded as a whole, so that the video is as long as its scenes together.
    edges, passed_s = [0], 0.0
    for scene in script.scenes:
        passed_s += scene.seconds
        edges.append(round(passed_s * rendition.fps))
    laid = {number: layouts.layout(script=script, number=number, rendition=rendition) for number in range(1, count + 1)}
    parts: list[Part] = []
    lengths, leads, keys = {}, {}, {}
    for number in range(1, count + 1):
        lead, trail = half if fades and number > 1 else 0, half if fades and number < count else 0
        frames = edges[number] - edges[number - 1] + lead + trail
        lengths[number], leads[number] = frames, lead
        keys[number] = key_of_scene(
            script=script, number=number, rendition=rendition, extra={"frames": frames, "lead": lead}
        )
        start = 2 * lead
        parts.append(
            Part(number=number, start=start, count=frames - start - 2 * trail, is_passage=False, key=keys[number])
        )
    if fades:
        passages = [
            Part(number=n, start=0, count=FADE_FRAMES, is_passage=True, key=keys[n][:12] + keys[n + 1][:12])
            for n in range(1, count)
        ]
        mixed = [part for pair in zip(parts, [*passages, None], strict=True) for part in pair if part is not None]
        parts = mixed
    first = script.scenes[0]
    poster_s = first.seconds * (0.25 if first.template in ("story", "countdown") else 0.8)
    return Timeline(
        parts=tuple(parts), frames=edges[-1], layouts=laid, lengths=lengths, leads=leads, keys=keys, poster_s=poster_s
    )  # fmt: skip


def shot(*, script: Script, number: int, rendition: Rendition, work: Path, times: Timeline) -> Shot:
    """The scene's pictures as files of the work folder. Raises BadScript for a picture that cannot be read."""
    scene, layout, lead = script.scenes[number - 1], times.layouts[number], times.leads[number]
    key, frames = times.keys[number][:24], times.lengths[number]
    pieces: list[Piece] = []
    if scene.clip is not None:
        ground, moves = scene.clip.resolve(), None
        if layout.ground.veil_top < layout.height:
            pieces.append(_veil(layout, file=work / f"{key}-veil.png"))
    else:
        ground = work / f"{key}-ground.ppm"
        anchor = layout.ground.edge / layout.height if layout.ground.field == "split" else FIGURE_AT
        moves = motion(
            number=number, seed=script.look.seed, frames=frames, width=layout.width, height=layout.height,
            anchor=anchor, share_max=PICTURE_SHARE if scene.picture is not None else 1.0,
        )  # fmt: skip
        drawn = grounds.ground(
            look=script.look, scene=scene, number=number, layout=layout, rendition=rendition, size=moves.source
        )
        drawn.save(ground, "PPM")
    for index, overlay in enumerate(layout.overlays):
        painted, x, y = painting.paint(overlay=overlay, layout=layout, script=script)
        file = work / f"{key}-{index}.png"
        file.write_bytes(painting.png(painted))
        since = (
            0 if overlay.entrance == "none" and not overlay.since_s else lead + round(overlay.since_s * rendition.fps)
        )
        ends = overlay.until_s >= scene.seconds - 1e-6
        until = None if ends else lead + round(overlay.until_s * rendition.fps)
        pieces.append(Piece(file=file, x=x, y=y, since=since, until=until, entrance=overlay.entrance))
    return Shot(ground=ground, motion=moves, pieces=tuple(pieces), frames=frames)


def _veil(layout: Layout, *, file: Path) -> Piece:
    """The veil of a clip: as dense as letters need over the worst that a clip may show."""
    from PIL import Image

    top = max(0, layout.ground.veil_top) // 2 * 2
    mask = grounds.veil_mask(layout=layout, size=(layout.width, layout.height), density=grounds.WORST)
    veil = Image.new("RGBA", mask.size, (*layout.ground.veil, 255))
    veil.putalpha(mask)
    file.write_bytes(painting.png(veil.crop((0, top, layout.width, layout.height))))
    return Piece(file=file, x=0, y=top, since=0, until=None, entrance="none")
