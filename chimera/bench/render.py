"""`manage.py bench render`: how long a short video takes on this machine, beside the plain ways to make one. GEN-3.

Ours: eight seconds in three scenes of 1080x1920, once with cuts, once "rich" with fades and a picture. Naive: one
ffmpeg that enlarges an RGB picture four times and zooms in it, as most answers on the net do. MoviePy: the same
scenes, in an environment of its own. No database is needed. Memory is that of all children together, looked at every
10 ms.
"""

import json
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from chimera.bench import render_fuzz
from chimera.bench.engine import kept
from chimera.bench.peers import PROGRAMS, PYTHON
from chimera.bench.render_scripts import timed_script
from chimera.core.errors import Denied
from chimera.embedded.entry import CHECKOUT
from publishing.media.studio import running
from publishing.media.studio.base import Script
from publishing.media.studio.grounds import ground
from publishing.media.studio.layouts import layout
from publishing.media.studio.painting import paint, png
from publishing.media.studio.rendering import render
from publishing.media.studio.renditions import RENDITIONS, Rendition
from publishing.media.studio.validating import read

REPORT = "bench-render.json"
ROUNDS = 3
WALL_S_MAX, WALL_RICH_S_MAX, PEAK_MB_MAX = 5.0, 10.0, 400.0
LOOK_EVERY_S = 0.01
PEER_S_MAX = 600.0
Tell = Callable[[str], None]


class BadOrder(Denied):
    """What was asked for makes no run; says what to ask instead."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """Rounds of the timing; how many random scripts with which first seed (0: none); whether others are run too."""

    rounds: int = ROUNDS
    fuzz: int = 0
    seed: int = 1
    peers: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.rounds <= 20:
            raise BadOrder(f"--rounds is {self.rounds}; ask for 1 to 20.")
        if not 0 <= self.fuzz <= 100_000:
            raise BadOrder(f"--fuzz is {self.fuzz}; ask for 0 to 100,000 scripts.")
        if self.seed < 0:
            raise BadOrder(f"--seed is {self.seed}; it must be 0 or more.")


class Peak(threading.Thread):
    """Resident bytes of all descendants together: the most that was seen."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.bytes_max = 0
        self._end = threading.Event()

    def run(self) -> None:
        """Look until told to end."""
        own = psutil.Process()
        while not self._end.wait(LOOK_EVERY_S):
            total = 0
            for child in own.children(recursive=True):
                try:
                    total += child.memory_info().rss
                except psutil.Error:
                    continue
            self.bytes_max = max(self.bytes_max, total)

    def end(self) -> float:
        """Stop looking; mebibytes."""
        self._end.set()
        self.join()
        return self.bytes_max / 2**20


def _once(script: Script, rendition: Rendition, folder: Path) -> tuple[float, float, Path]:
    """Seconds, mebibytes, the file."""
    peak = Peak()
    peak.start()
    began = time.perf_counter()
    try:
        video = render(script=script, rendition=rendition, folder=folder)
        return time.perf_counter() - began, peak.end(), video.path
    finally:
        peak.end()


def _stills(script: Script, rendition: Rendition, folder: Path) -> list[dict[str, Any]]:
    """The same scenes for the others: a ground and the words of each as PNG files."""
    found = []
    for number, scene in enumerate(script.scenes, 1):
        place = layout(script=script, number=number, rendition=rendition)
        still = ground(look=script.look, scene=scene, number=number, layout=place, rendition=rendition,
                       size=(rendition.width, rendition.height))  # fmt: skip
        (folder / f"ground-{number}.png").write_bytes(png(still))
        words, x, y = paint(overlay=place.overlays[0], layout=place, script=script)
        (folder / f"words-{number}.png").write_bytes(png(words))
        found.append(
            {"ground": f"ground-{number}.png", "words": f"words-{number}.png", "x": x, "y": y, "seconds": scene.seconds}
        )
    return found


def naive(stills: list[dict[str, Any]], rendition: Rendition, folder: Path) -> list[str]:
    """One ffmpeg, one graph: RGB, enlarged four times, zoompan, everything encoded at once with the usual preset."""
    inputs, filters = [], []
    size, count = f"{rendition.width}x{rendition.height}", len(stills)
    for index, one in enumerate(stills):
        frames = round(one["seconds"] * rendition.fps)
        inputs += ["-i", str(folder / one["ground"]), "-i", str(folder / one["words"])]
        filters.append(
            f"[{2 * index}:v]scale={4 * rendition.width}:-1,zoompan=z='1+0.12*on/{frames}':x='(iw-iw/zoom)/2':"
            f"y='(ih-ih/zoom)/2':d={frames}:s={size}:fps={rendition.fps}[g{index}];"
            f"[g{index}][{2 * index + 1}:v]overlay={one['x']}:{one['y']}[v{index}]"
        )
    joined = "".join(f"[v{index}]" for index in range(count)) + f"concat=n={count}:v=1:a=0,format=yuv420p[v]"
    return [
        running.program(), "-y", "-nostdin", "-loglevel", "error", *inputs, "-f", "lavfi",
        "-i", "anullsrc=r=48000:cl=stereo",
        "-filter_complex", ";".join([*filters, joined]), "-map", "[v]", "-map", f"{2 * count}:a", "-shortest",
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-c:a", "aac", "-movflags", "+faststart",
        str(folder / "naive.mp4"),
    ]  # fmt: skip


def _other(words: list[str], *, target: Path, seconds: float) -> dict[str, Any]:
    """Run one of the others; its seconds, or the reason why there are none. A video of another length is no result."""
    began = time.perf_counter()
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=PEER_S_MAX, check=False, cwd=target.parent)
    except subprocess.TimeoutExpired:
        return {"wall_s": None, "error": f"it took longer than {PEER_S_MAX:.0f} s"}
    spent = time.perf_counter() - began
    if done.returncode or not target.exists():
        last = [line for line in done.stderr.splitlines() if line.strip()][-1:] or ["it said nothing"]
        return {"wall_s": None, "error": last[0][:200]}
    facts = read(path=target)
    if abs(facts.seconds - seconds) > 0.3:
        return {"wall_s": None, "error": f"it made {facts.seconds:.1f} s of {seconds:.1f}"}
    return {"wall_s": round(spent, 2), "bytes": facts.bytes}


def _peers(script: Script, rendition: Rendition, folder: Path, tell: Tell) -> dict[str, Any]:
    stills = _stills(script, rendition, folder)
    tell("the naive graph")
    found = {"naive": _other(naive(stills, rendition, folder), target=folder / "naive.mp4", seconds=script.seconds)}
    if not PYTHON.exists():
        reason = f"{PYTHON.relative_to(CHECKOUT)} is not there; run: make bench-setup"
        return {**found, "moviepy": {"wall_s": None, "error": reason}}
    tell("MoviePy")
    order = {"scenes": stills, "width": rendition.width, "height": rendition.height, "fps": rendition.fps}
    (folder / "order.json").write_text(json.dumps(order), encoding="utf-8")
    words = [str(PYTHON), str(PROGRAMS / "moviepy_film.py"), str(folder / "order.json"), str(folder / "moviepy.mp4")]
    return {**found, "moviepy": _other(words, target=folder / "moviepy.mp4", seconds=script.seconds)}


def _ratio(ours_s: float, other: dict[str, Any] | None) -> float | None:
    return round(other["wall_s"] / ours_s, 2) if other and other["wall_s"] else None


def measured(order: Order, *, rendition: Rendition, tell: Tell) -> dict[str, Any]:
    """The figures on this rendition, in a temporary folder that is removed."""
    load = round(os.getloadavg()[0], 2)
    walls: dict[str, list[float]] = {"cut": [], "fade": []}
    peak_mb, size = 0.0, 0
    folder = Path(tempfile.mkdtemp(prefix="chimera-render-"))
    try:
        for number in range(order.rounds):
            for passage in walls:
                tell(f"round {number + 1}: {passage}")
                script = timed_script(passage=passage, pictures=passage == "fade")
                spent, mebibytes, path = _once(script, rendition, folder / f"{passage}-{number}")
                walls[passage].append(spent)
                peak_mb, size = max(peak_mb, mebibytes), path.stat().st_size
        plain = timed_script(passage="cut", pictures=False)
        others = _peers(plain, rendition, folder, tell) if order.peers else {}
    finally:
        shutil.rmtree(folder)
    wall_s = statistics.median(walls["cut"])
    return {
        "wall_s": round(wall_s, 2),
        "wall_rich_s": round(statistics.median(walls["fade"]), 2),
        "peak_mb": round(peak_mb, 1),
        "ratio_naive": _ratio(wall_s, others.get("naive")),
        "ratio_moviepy": _ratio(wall_s, others.get("moviepy")),
        "videos_per_hour": round(3600 / wall_s),
        "bytes": size,
        "rounds": {name: [round(one, 2) for one in found] for name, found in walls.items()},
        "others": others,
        "machine": {"cores": os.cpu_count(), "load_before": load},
    }


def run(order: Order, *, tell: Tell, rendition: Rendition = RENDITIONS["instagram"]) -> dict[str, Any]:
    """All of it; the report is kept in `runs/` of the data folder."""
    report = measured(order, rendition=rendition, tell=tell)
    report["is_met"] = (
        report["wall_s"] < WALL_S_MAX and report["wall_rich_s"] < WALL_RICH_S_MAX and report["peak_mb"] < PEAK_MB_MAX
    )
    if order.fuzz:
        report["fuzz"] = render_fuzz.run(count=order.fuzz, seed=order.seed, tell=tell)
    kept(report, name=REPORT)
    return report
