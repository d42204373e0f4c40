"""MP4s of any size, made at once: their boxes are in order and their pictures are noise, or a hole in the file.

For uploads, which look at the boxes and pass the rest on. Nothing in them can be played.
"""

import os
import struct
from pathlib import Path

FPS = 30
NOISE_BYTES = 1 << 20


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def head(*, seconds: float, width: int, height: int) -> bytes:
    """What stands before the pictures: type and table of contents, of H.264 without sound."""
    frames = round(seconds * FPS)
    unity = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    mvhd = _box(b"mvhd", bytes(12), struct.pack(">II", FPS, frames), bytes(80))
    tkhd = _box(b"tkhd", bytes(12), struct.pack(">III", 1, 0, frames), bytes(16), unity,
                struct.pack(">II", width << 16, height << 16))  # fmt: skip
    mdhd = _box(b"mdhd", bytes(12), struct.pack(">II", FPS, frames), bytes(4))
    hdlr = _box(b"hdlr", bytes(8), b"vide", bytes(13))
    stsd = _box(b"stsd", struct.pack(">II", 0, 1), _box(b"avc1", bytes(78)))
    stts = _box(b"stts", struct.pack(">IIII", 0, 1, frames, 1))
    minf = _box(b"minf", _box(b"stbl", stsd, stts))
    trak = _box(b"trak", tkhd, _box(b"mdia", mdhd, hdlr, minf))
    return _box(b"ftyp", b"isom", bytes(4), b"isomavc1") + _box(b"moov", mvhd, trak)


def small(
    *, seconds: float = 4.0, width: int = 720, height: int = 1280, size_bytes: int = 4_000, index_first: bool = True
) -> bytes:
    """The same in memory: about `size_bytes` long; the table of contents at its end where it is not to come first."""
    found = head(seconds=seconds, width=width, height=height)
    pictures = _box(b"mdat", os.urandom(max(8, size_bytes - len(found) - 8)))
    if index_first:
        return found + pictures
    kind = struct.unpack(">I", found[:4])[0]
    return found[:kind] + pictures + found[kind:]


def write(path: Path, *, size_bytes: int, seconds: float, width: int, height: int) -> None:
    """A file of exactly `size_bytes`: its first and last million bytes are noise, what lies between is a hole."""
    found = head(seconds=seconds, width=width, height=height)
    if size_bytes < len(found) + 16:
        raise ValueError(f"A film has {len(found) + 16} bytes at least; {size_bytes} were asked for.")
    with path.open("wb") as file:
        file.write(found + struct.pack(">I4sQ", 1, b"mdat", size_bytes - len(found)))
        left = size_bytes - file.tell()
        file.write(os.urandom(min(left, NOISE_BYTES)))
        file.truncate(size_bytes)
        file.seek(max(file.tell(), size_bytes - NOISE_BYTES))
        file.write(os.urandom(size_bytes - file.tell()))
