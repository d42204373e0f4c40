"""`bench render --fuzz`: each random script is a valid video or one clear error, and nothing is left behind, kills
included.

A case in twenty is rendered by a process that is killed in the middle; the next render of the same script must end
it, and the folder must then hold the video and its poster alone. Requirements: GEN-3, OPS-1.
"""

import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import psutil

from chimera.bench.render_scripts import random_script
from chimera.core.errors import ChimeraError
from chimera.embedded.entry import CHECKOUT
from publishing.media.studio import faces
from publishing.media.studio.base import BadScript, Script
from publishing.media.studio.rendering import render
from publishing.media.studio.renditions import Rendition

KILLED_EVERY, BROKEN_FONT_EVERY = 20, 15
GONE_WITHIN_S = 5.0
SENTENCE_MAX = 600
_CHILD = (
    "import pickle, sys; from pathlib import Path; from publishing.media.studio.rendering import render; "
    "script, rendition = pickle.loads(Path(sys.argv[1]).read_bytes()); "
    "render(script=script, rendition=rendition, folder=Path(sys.argv[2]))"
)
Tell = Callable[[str], None]


class Broken(ChimeraError):
    """A promise of the studio that did not hold; the message has the case."""


def _at_work_in(folder: Path) -> list[psutil.Process]:
    """Processes that have this folder in their words or as their place."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and (
                any(str(folder) in word for word in process.cmdline()) or process.cwd().startswith(str(folder))
            ):
                found.append(process)
        except psutil.Error:
            continue
    return found


def killed(*, script: Script, rendition: Rendition, folder: Path, after_s: float) -> None:
    """Render in a process of its own and kill it (SIGKILL) after a while; raises Broken when its ffmpeg lives on."""
    case = folder.parent / "case.pickle"
    case.write_bytes(pickle.dumps((script, rendition)))
    process = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(case), str(folder)], cwd=CHECKOUT, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        process.wait(timeout=after_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    until = time.monotonic() + GONE_WITHIN_S
    while _at_work_in(folder):
        if time.monotonic() > until:
            raise Broken(f"{len(_at_work_in(folder))} processes of a killed render are still there.")
        time.sleep(0.02)
    odd = [file.name for file in folder.glob("*") if file.suffix not in (".mp4", ".jpg") and not file.is_dir()]
    if odd:
        raise Broken(f"A killed render left {odd[:3]} outside its work folder.")


@contextmanager
def a_broken_font() -> Iterator[None]:
    """One font is a file that is no font, as after a bad installation."""
    kept = faces.FILES["arabic"]
    faces.FILES["arabic"] = ("fontpkg_noto_sans_arabic", "LICENSE")
    forget()
    try:
        yield
    finally:
        faces.FILES["arabic"] = kept
        forget()


def forget() -> None:
    """What was kept of the fonts."""
    for kept in (faces.font, faces._has, faces.runs, faces.reference):
        kept.cache_clear()


def case(*, seed: int, folder: Path) -> str:
    """Render one random script; "video", or "refused". Raises Broken when it was neither, or something was left
    behind."""
    chance = Random(seed)
    place = folder / f"case-{seed}"
    (folder / "noclip.mp4").write_bytes(b"no clip at all")
    try:
        script, rendition = random_script(chance=chance, folder=folder)
        if seed % KILLED_EVERY == 0:
            killed(script=script, rendition=rendition, folder=place, after_s=chance.uniform(0.2, 1.6))
        if seed % BROKEN_FONT_EVERY == 0:
            with a_broken_font():
                video = render(script=script, rendition=rendition, folder=place)
        else:
            video = render(script=script, rendition=rendition, folder=place)
    except BadScript as error:
        said = str(error)
        if not said.endswith(".") or len(said) > SENTENCE_MAX or "Traceback" in said or str(folder) in said:
            raise Broken(f"Seed {seed}: this is no clear sentence: {said}") from error
        left = [file.name for file in place.glob("*")] if place.exists() else []
        if left and seed % KILLED_EVERY:
            raise Broken(f"Seed {seed}: a refused script left {left[:3]} behind.") from error
        return "refused"
    except Broken as error:
        raise Broken(f"Seed {seed}: {error}") from error
    left = sorted(file.suffix for file in place.glob("*"))
    # A broken font is another key, so the killed render of the right one may have its folder still.
    if left != [".jpg", ".mp4"] and not (seed % BROKEN_FONT_EVERY == 0 and seed % KILLED_EVERY == 0):
        raise Broken(f"Seed {seed}: the folder holds {left} and not the video and its poster alone.")
    if abs(video.seconds - script.seconds) > 0.1:
        raise Broken(f"Seed {seed}: {script.seconds:.2f} s were asked for and {video.seconds:.2f} s came.")
    return "video"


def run(*, count: int, seed: int, tell: Tell) -> dict[str, Any]:
    """So many cases from this seed on. `broken` has the sentences of those that held not what is promised."""
    seen: Counter[str] = Counter()
    broken: list[str] = []
    with tempfile.TemporaryDirectory(prefix="chimera-fuzz-") as name:
        for number in range(seed, seed + count):
            with tempfile.TemporaryDirectory(dir=name) as folder:
                try:
                    seen[case(seed=number, folder=Path(folder))] += 1
                except Broken as error:
                    broken.append(str(error))
                except Exception as error:  # noqa: BLE001 - every escape is told by name
                    broken.append(f"Seed {number}: {type(error).__name__}: {error}")
            if (number - seed + 1) % 50 == 0:
                tell(f"{number - seed + 1} of {count}: {dict(seen)}, {len(broken)} broken")
        left = len(_at_work_in(Path(name)))
    return {
        "cases": count,
        "videos": seen["video"],
        "refused": seen["refused"],
        "broken": broken,
        "processes_left": left,
    }
