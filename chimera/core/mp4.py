"""What an MP4 says of itself: how long, how large, how fast, in which codecs, and whether it plays from its start.

Reads the headers of its boxes and nothing of the pictures, with bounds on everything that a hostile file may claim. It
is no player: that the pictures can be decoded is the platform's to find out. Requirements: GEN-6, PUB-6.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

BOXES_MAX = 2_000  # headers that are read of one file
TABLE_BYTES_MAX = 1_600_000  # of the table of durations: two hundred thousand different ones in a row
HEAD_BYTES_MAX = 4_096
_INSIDE = ("moov", "trak", "mdia", "minf", "stbl")


class Unreadable(ValueError):
    """These bytes are no MP4 whose facts can be told; says what is wrong with them."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Of one video. `frames` and `duration_ms` are of its picture; "" for codecs means there is none."""

    size_bytes: int
    duration_ms: int
    width: int
    height: int
    fps_milli: int  # frames in a thousand seconds
    video_codec: str
    audio_codec: str
    moov_first: bool

    def described(self) -> dict[str, int | str | bool]:
        """The facts that a picture has not, for `Asset.moving`."""
        names = ("duration_ms", "fps_milli", "video_codec", "audio_codec", "moov_first")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class _Box:
    kind: str
    start: int  # of its content
    end: int


@dataclass
class _Track:
    kind: str = ""
    codec: str = ""
    width: int = 0
    height: int = 0
    timescale: int = 0
    frames: int = 0
    ticks: int = 0


class _Reader:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = BOXES_MAX
        self.size = file.seek(0, 2)

    def boxes(self, start: int, end: int) -> Iterator[_Box]:
        """The boxes that follow each other from `start` on; each must end within `end`."""
        at = start
        while at < end:
            self._left -= 1
            if self._left < 0:
                raise Unreadable(f"it has more than {BOXES_MAX:,} boxes")
            head = self.part(at, min(16, end - at))
            if len(head) < 8:
                raise Unreadable("it ends in the middle of a box")
            size, kind = struct.unpack(">I4s", head[:8])
            skip = 8
            if size == 1:
                if len(head) < 16:
                    raise Unreadable("it ends in the middle of a box")
                size, skip = struct.unpack(">Q", head[8:16])[0], 16
            elif size == 0:  # up to the end of the file
                size = end - at
            if size < skip or at + size > end:
                raise Unreadable(f"a box claims {size:,} bytes where {end - at:,} are left; it was cut off or altered")
            yield _Box(kind.decode("latin-1"), at + skip, at + size)
            at += size

    def part(self, start: int, count: int) -> bytes:
        self._file.seek(start)
        return self._file.read(count)

    def head(self, box: _Box, least: int) -> bytes:
        """The first bytes of a box that has to have so many."""
        found = self.part(box.start, min(HEAD_BYTES_MAX, box.end - box.start))
        if len(found) < least:
            raise Unreadable(f"its box {box.kind!r} is too short")
        return found


def read(file: BinaryIO) -> Facts:
    """The facts of a seekable file. Raises Unreadable."""
    reader = _Reader(file)
    order: list[str] = []
    tracks: list[_Track] = []
    for box in reader.boxes(0, reader.size):
        order.append(box.kind)
        if box.kind == "moov":
            if tracks:
                raise Unreadable("it has two tables of contents")
            tracks = [_track(reader, one) for one in reader.boxes(box.start, box.end) if one.kind == "trak"]
    if order[:1] != ["ftyp"]:
        raise Unreadable("it does not begin as an MP4 does")
    if "moof" in order:
        raise Unreadable("it is cut into fragments; make one whole MP4")
    if "moov" not in order or "mdat" not in order:
        raise Unreadable("it has no table of contents or no pictures; it was perhaps cut off")
    pictures = [one for one in tracks if one.kind == "vide"]
    if len(pictures) != 1:
        raise Unreadable(f"it has {len(pictures)} tracks of pictures; one is needed")
    return _facts(pictures[0], tracks, reader.size, moov_first=order.index("moov") < order.index("mdat"))


def _facts(picture: _Track, tracks: list[_Track], size_bytes: int, *, moov_first: bool) -> Facts:
    if not (picture.timescale and picture.ticks and picture.frames and picture.width and picture.height):
        raise Unreadable("its track of pictures does not say how long or how large it is")
    return Facts(
        size_bytes=size_bytes,
        duration_ms=round(picture.ticks * 1000 / picture.timescale),
        width=picture.width,
        height=picture.height,
        fps_milli=round(picture.frames * picture.timescale * 1000 / picture.ticks),
        video_codec=picture.codec,
        audio_codec=next((one.codec for one in tracks if one.kind == "soun"), ""),
        moov_first=moov_first,
    )


def _track(reader: _Reader, trak: _Box) -> _Track:
    track = _Track()
    waiting = [trak]
    while waiting:
        parent = waiting.pop()
        for box in reader.boxes(parent.start, parent.end):
            if box.kind in _INSIDE:
                waiting.append(box)
            elif box.kind in _PARTS:
                _PARTS[box.kind](reader, box, track)
    return track


def _tkhd(reader: _Reader, box: _Box, track: _Track) -> None:
    head = reader.head(box, 84)
    at = 40 if head[0] == 0 else 52
    if len(head) < at + 44:
        raise Unreadable("its box 'tkhd' is too short")
    matrix = struct.unpack(">9i", head[at : at + 36])
    width, height = (side >> 16 for side in struct.unpack(">II", head[at + 36 : at + 44]))
    # Turned by a quarter, as telephones film: what is shown is as wide as what is stored is high.
    is_turned = matrix[0] == 0 and matrix[1] != 0
    track.width, track.height = (height, width) if is_turned else (width, height)


def _mdhd(reader: _Reader, box: _Box, track: _Track) -> None:
    head = reader.head(box, 20)
    at = 12 if head[0] == 0 else 20
    track.timescale = struct.unpack(">I", head[at : at + 4].ljust(4, b"\0"))[0]


def _hdlr(reader: _Reader, box: _Box, track: _Track) -> None:
    track.kind = reader.head(box, 12)[8:12].decode("latin-1")


def _stsd(reader: _Reader, box: _Box, track: _Track) -> None:
    track.codec = reader.head(box, 16)[12:16].decode("latin-1")


def _stts(reader: _Reader, box: _Box, track: _Track) -> None:
    count = struct.unpack(">I", reader.head(box, 8)[4:8])[0]
    if count * 8 > min(TABLE_BYTES_MAX, box.end - box.start - 8):
        raise Unreadable(f"its table of durations claims {count:,} entries")
    table = reader.part(box.start + 8, count * 8)
    for frames, ticks in struct.iter_unpack(">II", table):
        track.frames += frames
        track.ticks += frames * ticks


_PARTS = {"tkhd": _tkhd, "mdhd": _mdhd, "hdlr": _hdlr, "stsd": _stsd, "stts": _stts}
