"""Graphs: what ffmpeg is told to do for one part of a video: a scene's own time, or the passage between two scenes.

All times are frames of the scene's own time, so a part may begin anywhere and looks as it would in one long run. All
parts are encoded alike and are joined without encoding them again. Requirements: GEN-3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from publishing.media.studio.motion import Motion
from publishing.media.studio.places import Entrance
from publishing.media.studio.renditions import Rendition

RISE_PX, POP_PX = 46, 26  # of a width of 1080
RISE_S, RISE_FADE_S = 0.42, 0.24
POP_S = 0.16
TIMESCALE = 15_360
COLOURS = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv")
_MATRIX = "out_color_matrix=bt709:out_range=tv"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """An overlay as a file, where it lies, and between which frames of the scene it is seen (`until` None: to the
    end)."""

    file: Path
    x: int
    y: int
    since: int
    until: int | None
    entrance: Entrance


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A scene as ffmpeg takes it: a still ground with its motion, or a clip; and its pieces."""

    ground: Path
    motion: Motion | None
    pieces: tuple[Piece, ...]
    frames: int


def _ground(shot: Shot, *, index: int, start: int, count: int, rendition: Rendition) -> str:
    fps, size = rendition.fps, f"{rendition.width}:{rendition.height}"
    if shot.motion is None:
        return (
            f"[{index}:v]fps={fps},trim=start_frame={start}:end_frame={start + count},"
            f"scale={size}:force_original_aspect_ratio=increase:{_MATRIX},crop={size},setsar=1,format=yuv420p,"
            f"settb=1/{fps},setpts=N+{start}"
        )
    return (
        f"[{index}:v]scale={_MATRIX},format=yuv420p,loop=loop=-1:size=1,settb=1/{fps},setpts=N+{start},"
        f"{shot.motion.filters(start=start)},setsar=1"
    )


def _piece(piece: Piece, *, index: int, start: int, rendition: Rendition) -> tuple[str, str]:
    """The filters of its stream, and how it is laid over what is below."""
    fps, since_s = rendition.fps, piece.since / rendition.fps
    stream = f"[{index}:v]scale={_MATRIX},format=yuva420p,loop=loop=-1:size=1,settb=1/{fps},setpts=N+{start}"
    over = f"overlay=x={piece.x}:y={piece.y}:eval=init"
    if piece.entrance != "none":
        rises = piece.entrance == "rise"
        reach, length_s = (RISE_PX, RISE_S) if rises else (POP_PX, POP_S)
        if start < piece.since + length_s * fps:
            # What takes the place of another is there at once: a fade would leave a moment without words.
            stream += f",fade=t=in:st={since_s:.4f}:d={RISE_FADE_S}:alpha=1" if rises else ""
            y = f"{piece.y}+{reach * rendition.unit:.2f}*pow(1-clip((t-{since_s:.4f})/{length_s}\\,0\\,1)\\,3)"
            over = f"overlay=x={piece.x}:y='{y}':eval=frame"
    seen = f"gte(t\\,{since_s - 0.5 / fps:.4f})"
    if piece.until is not None:
        seen += f"*lt(t\\,{(piece.until - 0.5) / fps:.4f})"
    return stream, f"{over}:enable='{seen}'"


def chain(shot: Shot, *, first: int, start: int, count: int, rendition: Rendition, name: str) -> tuple[list[str], str]:
    """Inputs and filters that end in the stream `name`: `count` frames of the scene from `start` on."""
    still = ["-framerate", str(rendition.fps)]
    inputs = [*(still if shot.motion else ["-stream_loop", "-1"]), "-i", str(shot.ground)]
    filters = [f"{_ground(shot, index=first, start=start, count=count, rendition=rendition)}[{name}g]"]
    below = f"{name}g"
    seen = [p for p in shot.pieces if p.since < start + count and (p.until is None or p.until > start)]
    for number, piece in enumerate(seen, 1):
        stream, over = _piece(piece, index=first + number, start=start, rendition=rendition)
        inputs += [*still, "-i", str(piece.file)]
        filters.append(f"{stream}[{name}{number}]")
        filters.append(f"[{below}][{name}{number}]{over}[{name}o{number}]")
        below = f"{name}o{number}"
    filters.append(f"[{below}]trim=end_frame={count},setpts=N,format=yuv420p[{name}]")
    return inputs, ";".join(filters)


def encoding(rendition: Rendition) -> list[str]:
    """How every part is encoded: H.264 High without B-frames, which costs half the time and joins without gaps."""
    more = ":8x8dct=1:cabac=1" if rendition.preset == "ultrafast" else ""
    rate = rendition.rate_kbps_max
    return [
        "-an", "-c:v", "libx264", "-preset", rendition.preset, "-crf", str(rendition.crf), "-profile:v", "high",
        "-level", "4.1", "-pix_fmt", "yuv420p", "-bf", "0", "-g", str(2 * rendition.fps), "-threads", "1",
        "-maxrate", f"{rate}k",
        "-bufsize", f"{2 * rate}k", "-x264-params", f"rc-lookahead=0:sync-lookahead=0{more}", *COLOURS,
        "-r", str(rendition.fps), "-video_track_timescale", str(TIMESCALE), "-fflags", "+bitexact",
        "-flags:v", "+bitexact", "-map_metadata", "-1", "-f", "mp4",
    ]  # fmt: skip


def body(shot: Shot, *, start: int, count: int, rendition: Rendition) -> list[str]:
    """ffmpeg's arguments, without the target, for frames of one scene."""
    inputs, filters = chain(shot, first=0, start=start, count=count, rendition=rendition, name="a")
    return ["-filter_complex_threads", "1", *inputs, "-filter_complex", filters, "-map", "[a]", "-frames:v", str(count),
            *encoding(rendition)]  # fmt: skip


def passage(before: Shot, after: Shot, *, count: int, rendition: Rendition) -> list[str]:
    """The same for the frames in which one scene fades into the next: the last of one over the first of the other."""
    ins, first = chain(before, first=0, start=before.frames - count, count=count, rendition=rendition, name="a")
    more, second = chain(after, first=ins.count("-i"), start=0, count=count, rendition=rendition, name="b")
    fade = f"[a][b]xfade=transition=fade:duration={count / rendition.fps:.6f}:offset=0,format=yuv420p[c]"
    return ["-filter_complex_threads", "1", *ins, *more, "-filter_complex", f"{first};{second};{fade}", "-map", "[c]",
            "-frames:v", str(count), *encoding(rendition)]  # fmt: skip


def joined(parts: Sequence[Path], *, frames: int, rendition: Rendition, listing: Path) -> list[str]:
    """The same for the whole: parts one behind the other, untouched, a silent track beside them, the index in front."""
    listing.write_text("".join(f"file '{part.name}'\n" for part in parts), encoding="utf-8")
    return [
        "-f", "concat", "-safe", "0", "-i", str(listing), "-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo",
        "-map", "0:v", "-map", "1:a", "-t", f"{frames / rendition.fps:.6f}",
        "-c:v", "copy", "-c:a", "aac", "-b:a", "96k",
        "-video_track_timescale", str(TIMESCALE), "-movflags", "+faststart", "-fflags", "+bitexact",
        "-flags:a", "+bitexact", "-map_metadata", "-1", "-f", "mp4",
    ]  # fmt: skip
