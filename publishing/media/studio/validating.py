"""Validating: what an MP4 says of itself, read from its boxes, against what a platform takes.

The file is read, not what we meant to write: order of index and pictures, length, frames, codec, profile, size. Used
after every render and usable on any MP4; nothing is decoded. Requirements: GEN-3, PUB-6.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from chimera.core.errors import Denied
from publishing.media.studio.renditions import Rendition

MOOV_BYTES_MAX = 32_000_000
BOXES_MAX = 10_000
_PROFILES = {
    66: "Baseline",
    77: "Main",
    88: "Extended",
    100: "High",
    110: "High 10",
    122: "High 4:2:2",
    244: "High 4:4:4",
}
_CHROMA = {0: "gray", 1: "yuv420p", 2: "yuv422p", 3: "yuv444p"}
_INSIDE = frozenset((b"moov", b"trak", b"mdia", b"minf", b"stbl"))
_BEFORE_ENTRIES = {b"avc1": 78, b"mp4a": 28}  # bytes of a sample entry before its own boxes


class BadVideo(Denied):
    """The file is not what the platform takes, or no MP4 at all. The message names the limit and the value."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the boxes say. `codec` is the sample entry ("avc1"), `audio` is "aac-lc", another codec's name, or "" for
    none."""

    bytes: int
    seconds: float
    width: int
    height: int
    frames: int
    fps: float
    codec: str
    profile: str
    pixels: str
    audio: str
    is_index_first: bool


Found = tuple[str, bytes]  # "moov/trak/mdia/mdhd", what is in it


def _top(file: BinaryIO, *, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, beginning of the content and its length, of every box of the file itself."""
    at = 0
    for _ in range(BOXES_MAX):
        if at >= size:
            return
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            raise BadVideo("The MP4 ends in the middle of a box; it is not whole.")
        length, kind = struct.unpack(">I4s", head[:8])
        start = 8
        if length == 1:
            if len(head) < 16:
                raise BadVideo("The MP4 ends in the middle of a box; it is not whole.")
            length, start = struct.unpack(">Q", head[8:])[0], 16
        elif length == 0:
            length = size - at
        if length < start or at + length > size:
            raise BadVideo(
                f'The MP4\'s box "{kind.decode("latin-1")}" says {length} bytes and the file ends before; it is not '
                "whole."
            )
        yield kind, at + start, length - start
        at += length
    raise BadVideo("The MP4 has too many boxes to be one.")


def _boxes(content: bytes, *, under: str, depth: int = 0) -> Iterator[Found]:
    """Every box below, with its path; those that only hold others are opened."""
    at = 0
    while at + 8 <= len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        if length < 8 or at + length > len(content):
            raise BadVideo(f'The MP4\'s box "{under}" is broken; render or upload it again.')
        path, inner = f"{under}/{kind.decode('latin-1')}", content[at + 8 : at + length]
        yield path, inner
        if kind in _INSIDE and depth < 8:
            yield from _boxes(inner, under=path, depth=depth + 1)
        at += length


def _entry(stsd: bytes) -> tuple[str, dict[str, bytes]]:
    """The first sample entry: its kind, and its own boxes."""
    if len(stsd) < 16:
        return "", {}
    length, kind = struct.unpack(">I4s", stsd[8:16])
    before = _BEFORE_ENTRIES.get(kind)
    own = stsd[16 : 8 + length]
    if before is None:
        return kind.decode("latin-1"), {}
    found = {path.split("/")[-1]: inner for path, inner in _boxes(own[before:], under="stsd")}
    return kind.decode("latin-1"), {**found, "fixed": own[:before]}


def _duration(full: bytes) -> tuple[int, int]:
    """Timescale and duration of an mvhd or mdhd box, of either version."""
    if full[:1] == b"\x01":
        scale, length = struct.unpack(">IQ", full[20:32])
    else:
        scale, length = struct.unpack(">II", full[12:20])
    return int(scale), int(length)


def _frames(stts: bytes) -> tuple[int, int]:
    """How many samples, and how long they are together (in the track's timescale)."""
    (entries,) = struct.unpack(">I", stts[4:8])
    samples = length = 0
    for index in range(min(entries, (len(stts) - 8) // 8)):
        count, delta = struct.unpack(">II", stts[8 + 8 * index : 16 + 8 * index])
        samples, length = samples + count, length + count * delta
    return samples, length


def _pixels(avcc: bytes) -> tuple[str, str]:
    """Profile and pixel format of an avcC box. Those below High are always 4:2:0 with 8 bits."""
    profile = _PROFILES.get(avcc[1], f"profile {avcc[1]}")
    if avcc[1] in (66, 77, 88):
        return profile, "yuv420p"
    at = 6
    for _ in range(avcc[5] & 31):
        at += 2 + struct.unpack(">H", avcc[at : at + 2])[0]
    sets, at = avcc[at], at + 1
    for _ in range(sets):
        at += 2 + struct.unpack(">H", avcc[at : at + 2])[0]
    if len(avcc) < at + 3:
        return profile, "unknown"
    depth = 8 + (avcc[at + 1] & 7)
    return profile, _CHROMA[avcc[at] & 3] + ("" if depth == 8 else f" with {depth} bits")


def _descriptor(content: bytes, *, tag: int) -> bytes:
    """The content of the first MPEG-4 descriptor with this tag; empty where there is none."""
    at = 0
    while at + 2 <= len(content):
        found, at, length = content[at], at + 1, 0
        while content[at] & 0x80:  # seven bits a byte, the highest says that another follows
            length, at = length << 7 | content[at] & 0x7F, at + 1
        length, at = length << 7 | content[at], at + 1
        if found == tag:
            return content[at : at + length]
        at += length
    return b""


def _audio(boxes: dict[str, bytes], kind: str) -> str:
    """ "aac-lc" where the descriptors say MPEG-4 audio of object type 2."""
    stream = _descriptor(boxes.get("esds", b"")[4:], tag=3)
    # An ES descriptor begins with an id and flags (3 bytes), a decoder's with type, sizes and rates (13 bytes).
    decoder = _descriptor(stream[3:], tag=4)
    own = _descriptor(decoder[13:], tag=5)
    if not own or decoder[0] != 0x40:
        return kind
    return "aac-lc" if own[0] >> 3 == 2 else f"{kind} of object type {own[0] >> 3}"


def read(*, path: Path) -> Facts:
    """The facts of an MP4. Raises BadVideo when it is none, or holds no moving pictures."""
    size = path.stat().st_size
    moov, order = b"", []
    with path.open("rb") as file:
        for kind, start, length in _top(file, size=size):
            order.append(kind)
            if kind == b"moov":
                if length > MOOV_BYTES_MAX:
                    raise BadVideo(f"The MP4's index has {length:,} bytes; at most {MOOV_BYTES_MAX:,} are read.")
                file.seek(start)
                moov = file.read(length)
    if b"ftyp" not in order or not moov or b"mdat" not in order:
        raise BadVideo("The file is no MP4 with an index and pictures (ftyp, moov and mdat).")
    try:
        return _facts(moov, size=size, is_index_first=order.index(b"moov") < order.index(b"mdat"))
    except (struct.error, IndexError) as error:
        raise BadVideo("The MP4's index is broken; render or upload it again.") from error


def _tracks(moov: bytes) -> list[dict[str, bytes]]:
    found: list[dict[str, bytes]] = []
    for path, content in _boxes(moov, under="moov"):
        if path == "moov/trak":
            found.append({})
        elif found and path.startswith("moov/trak/"):
            found[-1][path.split("/")[-1]] = content
    return found


def _facts(moov: bytes, *, size: int, is_index_first: bool) -> Facts:
    mvhd = next((content for path, content in _boxes(moov, under="moov") if path == "moov/mvhd"), b"")
    scale, length = _duration(mvhd)
    audio, picture = "", None
    for track in _tracks(moov):
        kind, boxes = _entry(track.get("stsd", b""))
        handler = track.get("hdlr", b"")[8:12]
        if handler == b"soun":
            audio = _audio(boxes, kind)
        elif handler == b"vide" and picture is None:
            picture = (track, kind, boxes)
    if picture is None:
        raise BadVideo("The MP4 has no moving pictures.")
    track, kind, boxes = picture
    frames, ticks = _frames(track.get("stts", b""))
    track_scale, _ = _duration(track.get("mdhd", b""))
    profile, pixels = _pixels(boxes["avcC"]) if "avcC" in boxes else ("", "unknown")
    fixed = boxes.get("fixed", b"")
    width, height = struct.unpack(">HH", fixed[24:28]) if len(fixed) >= 28 else (0, 0)
    return Facts(
        bytes=size,
        seconds=length / scale if scale else 0.0,
        width=width,
        height=height,
        frames=frames,
        fps=round(frames * track_scale / ticks, 3) if ticks else 0.0,
        codec=kind,
        profile=profile,
        pixels=pixels,
        audio=audio,
        is_index_first=is_index_first,
    )


def problems(*, facts: Facts, rendition: Rendition) -> list[str]:
    """A sentence for each limit of the rendition's platform that the file does not keep; none when it passes."""
    limits, found = rendition.limits, []

    def within(what: str, value: float, least: float, most: float, unit: str) -> None:
        if not least - 1e-6 <= value <= most + 1e-6:
            found.append(f"{what} is {value:,.10g}{unit}; {rendition.name} takes {least:,.6g} to {most:,.6g}{unit}")

    within("its length", round(facts.seconds, 3), limits.seconds_min, limits.seconds_max, " s")
    within("its size", facts.bytes, 1, limits.bytes_max, " bytes")
    within("its rate", facts.fps, limits.fps_min, limits.fps_max, " frames a second")
    for side, value in (("width", facts.width), ("height", facts.height)):
        within(f"its {side}", value, limits.side_px_min, limits.side_px_max, " pixels")
    if facts.height:
        within("its width by height", round(facts.width / facts.height, 4), limits.ratio_min, limits.ratio_max, "")
    for what, is_so, must in (
        ("its codec", facts.codec, "avc1"),
        ("its profile", facts.profile, "High"),
        ("its pixel format", facts.pixels, "yuv420p"),
        ("its sound", facts.audio, "aac-lc"),
    ):
        if is_so != must:
            found.append(f'{what} is "{is_so}" and must be "{must}"')
    if not facts.is_index_first:
        found.append("its index (moov) lies behind the pictures and must lie before them")
    return found


def check(*, path: Path, rendition: Rendition) -> Facts:
    """The facts of a video that the rendition's platform takes. Raises BadVideo naming every limit that is not kept."""
    facts = read(path=path)
    wrong = problems(facts=facts, rendition=rendition)
    if wrong:
        raise BadVideo(f"The video cannot go to {rendition.name}: {'; '.join(wrong)}.")
    return facts
