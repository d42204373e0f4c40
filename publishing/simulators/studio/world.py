"""What the simulated providers were asked, what they go on with, and how they misbehave. Requirements: GEN-3.

The pictures are drawn, and films have the form of films and nothing in it, unless they are to be looked at
(`is_looked_at`): then a picture shows whom its reference shows, and a film moves.
"""

import hashlib
import io
import itertools
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# How a provider behaves at one call, in the words that a test (or a hand) gives.
WORDS = (
    "well",
    "unsafe",  # the filter says no: Ideogram with success and no address, Gemini IMAGE_SAFETY, Runway SAFETY.OUTPUT
    "unsafe prompt",  # Ideogram 422, Gemini blockReason, Runway SAFETY.INPUT.TEXT
    "bad request",
    "busy",  # 429 with Retry-After
    "away",  # 503
    "broken",  # 500
    "no credit",  # 402
    "drop",  # taken, and the connection ends
    "slow",
    "garbage",
    "nameless",  # success without a task's name
    "gone",  # the link has expired when it is fetched
    "cdn away",  # what serves the files answers 503
    "cut",  # the file ends in the middle
    "strange",  # the file is of a kind that was not asked for
    "bad output",  # Runway INTERNAL.BAD_OUTPUT.CODE01, Gemini failed
    "bad asset",  # Runway ASSET.INVALID
    "throttled",  # waits for its turn for ever
    "never",  # runs for ever
    "unreadable",  # how it stands is told as HTML
    "unheard of",  # it stands somewhere that nothing documents
    "queued",  # Gemini's word for what has not begun
    "incomplete",  # Gemini ended it before its end
)


@dataclass
class Task:
    """One clip that a provider works on."""

    name: str
    vendor: str
    how: str
    asked: dict[str, Any]
    looks: int = 0
    state: str = "going"  # or "done", "cancelled"


@dataclass
class Studio:
    """The world of the three. `script` says how the next beginnings go, per provider; then all is well."""

    public_url: str = ""
    keys: dict[str, str] = field(default_factory=lambda: {"ideogram": "", "runway": "", "gemini": ""})
    script: dict[str, list[str]] = field(default_factory=dict)
    link_lasts_s: float = 3_600.0
    looks_until_done: int = 2
    is_looked_at: bool = False
    asked: list[tuple[str, str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    let_go: threading.Event = field(default_factory=threading.Event)
    _files: dict[str, tuple[bytes, str, float, bool, bool]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def says(self, vendor: str, *words: str) -> None:
        """How the next beginnings of a provider go."""
        unknown = set(words) - set(WORDS)
        if unknown:
            raise ValueError(f"no such behaviour: {', '.join(sorted(unknown))}; choose among {', '.join(WORDS)}")
        self.script[vendor] = list(words)

    def how(self, vendor: str) -> str:
        """How this beginning goes."""
        words = self.script.get(vendor)
        return words.pop(0) if words else "well"

    def begun(self, vendor: str) -> list[dict[str, Any]]:
        """What a provider was asked to begin, refused things included."""
        return [body for name, what, body, _ in self.asked if name == vendor and what == "begin"]

    def begins(self, vendor: str, how: str, asked: dict[str, Any]) -> Task:
        """Take on one clip."""
        number = next(self._numbers)
        task = Task(name=f"{vendor}-task-{number:04d}", vendor=vendor, how=how, asked=asked)
        self.tasks[task.name] = task
        return task

    def offers(self, content: bytes, mime: str, *, how: str = "well", with_key: bool = False) -> str:
        """A link to a file that expires. `with_key`: only for who shows a key."""
        name = f"{next(self._numbers)}-{hashlib.sha256(content).hexdigest()[:12]}"
        lasts_s = -1.0 if how == "gone" else self.link_lasts_s
        if how == "cut":
            content = content[: len(content) // 2]
        self._files[name] = (content, mime, time.monotonic() + lasts_s, with_key, how == "cdn away")
        return f"{self.public_url}/files/{name}"

    def picture(
        self, *, seed: int, ratio: tuple[int, int], kind: str = "PNG", references: Sequence[bytes] = ()
    ) -> bytes:
        """What is made of a prompt: whom the reference shows, in another light, or shapes."""
        if self.is_looked_at and references:
            return portrait(references[0], seed=seed, ratio=ratio, kind=kind)
        return picture(seed=seed, ratio=ratio, kind=kind)

    def film(self, *, seconds: int, ratio: tuple[int, int], seed: int = 0, begins: bytes = b"") -> bytes:
        """What is made of a picture: it comes slowly closer; or a file that only has the form."""
        if self.is_looked_at and begins:
            return moving(begins, seconds=seconds, ratio=ratio)
        return film(seconds=seconds, ratio=ratio, seed=seed)

    def file(self, name: str, *, key: str) -> tuple[int, bytes, str]:
        """Status, bytes and type behind a link."""
        found = self._files.get(name)
        if found is None:
            return 404, b"", "text/plain"
        content, mime, ends, with_key, away = found
        if away:
            return 503, b"", "text/plain"
        if time.monotonic() > ends or (with_key and key != self.keys["gemini"]):
            return 403, b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>", "text/xml"
        return 200, content, mime


def picture(*, seed: int, ratio: tuple[int, int] = (9, 16), kind: str = "PNG") -> bytes:
    """A picture in a ratio; the same for the same seed, and unlike those of other seeds."""
    from PIL import Image, ImageDraw

    width, height = 36 * ratio[0], 36 * ratio[1]
    digest = hashlib.sha256(str(seed).encode()).digest()
    made = Image.new("RGB", (width, height), tuple(digest[:3]))
    draw = ImageDraw.Draw(made)
    for number in range(6):
        x, y, side = (digest[3 + 3 * number + part] / 255 for part in range(3))
        at = (x * width * 0.8, y * height * 0.8)
        size = (at[0] + (0.1 + side * 0.3) * width, at[1] + (0.1 + side * 0.3) * height)
        draw.ellipse((*at, *size), fill=tuple(digest[20 + number : 23 + number]))
    file = io.BytesIO()
    made.save(file, kind)
    return file.getvalue()


def portrait(reference: bytes, *, seed: int, ratio: tuple[int, int], kind: str = "PNG") -> bytes:
    """The reference in another crop and light."""
    from PIL import Image, ImageEnhance, ImageOps

    with Image.open(io.BytesIO(reference)) as opened:
        shown = ImageOps.fit(opened.convert("RGB"), (40 * ratio[0], 40 * ratio[1]), centering=(0.5, 0.3))
    lit = ImageEnhance.Brightness(shown).enhance(0.97 + (seed % 7) / 100)
    file = io.BytesIO()
    lit.save(file, kind)
    return file.getvalue()


def moving(begins: bytes, *, seconds: int, ratio: tuple[int, int]) -> bytes:
    """An MP4 of 24 frames a second that comes closer to the picture."""
    import imageio_ffmpeg

    width, height = 40 * ratio[0], 40 * ratio[1]
    closer = f"scale={width}:{height},zoompan=z='1+0.1*on/{24 * seconds}':x='iw/2-(iw/zoom/2)':y='ih/3-(ih/zoom/3)'"
    graph = f"{closer}:d={24 * seconds}:s={width}x{height}:fps=24,format=yuv420p"
    with tempfile.TemporaryDirectory(prefix="simulated-clip-") as folder:
        still, clip = Path(folder) / "still", Path(folder) / "clip.mp4"
        still.write_bytes(begins)
        words = ["-y", "-nostdin", "-loglevel", "error", "-i", str(still), "-vf", graph, "-preset", "ultrafast", "-an"]
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *words, str(clip)], check=True, timeout=60)
        return clip.read_bytes()


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def film(*, seconds: int, ratio: tuple[int, int] = (9, 16), seed: int = 0) -> bytes:
    """An MP4 whose headers are those of a film of 24 frames a second; its frames are no pictures."""
    width, height, ticks, frames = 80 * ratio[0], 80 * ratio[1], 24_000, 24 * seconds
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    entry = _box(
        b"avc1",
        bytes(6) + struct.pack(">H", 1) + bytes(16),
        struct.pack(">HHII", width, height, 0x480000, 0x480000) + bytes(4) + struct.pack(">H", 1) + bytes(32),
        struct.pack(">Hh", 24, -1),
    )
    samples = _box(
        b"stbl",
        _box(b"stsd", struct.pack(">II", 0, 1), entry),
        _box(b"stts", struct.pack(">IIII", 0, 1, frames, 1_000)),
        _box(b"stsc", struct.pack(">IIIII", 0, 1, 1, frames, 1)),
        _box(b"stsz", struct.pack(">III", 0, 8, frames)),
        _box(b"stco", struct.pack(">III", 0, 1, 0)),
    )
    track = _box(
        b"trak",
        _box(
            b"tkhd",
            struct.pack(">IIIIII", 7, 0, 0, 1, 0, seconds * 1_000) + bytes(16),
            matrix,
            struct.pack(">II", width << 16, height << 16),
        ),
        _box(
            b"mdia",
            _box(b"mdhd", struct.pack(">IIIIIHH", 0, 0, 0, ticks, seconds * ticks, 0x55C4, 0)),
            _box(b"hdlr", struct.pack(">II4s", 0, 0, b"vide") + bytes(12) + b"\0"),
            _box(b"minf", _box(b"vmhd", struct.pack(">IHHHH", 1, 0, 0, 0, 0)), samples),
        ),
    )
    head = struct.pack(">IIIII", 0, 0, 0, 1_000, seconds * 1_000) + struct.pack(">IH", 0x10000, 0x100) + bytes(10)
    movie = _box(b"moov", _box(b"mvhd", head, matrix, bytes(24), struct.pack(">I", 2)), track)
    frames_of = (seed.to_bytes(4, "big") * 2) * frames
    return _box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso2avc1mp41") + movie + _box(b"mdat", frames_of)
