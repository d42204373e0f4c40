"""MoviePy: the scenes of `bench render` as clips that grow, with their words above them, joined and encoded.

`python moviepy_film.py ORDER.json TARGET.mp4`; the order names PNG files beside it, seconds, and the size of the video.
"""

import json
import sys
from pathlib import Path

import numpy as np
from moviepy import AudioArrayClip, CompositeVideoClip, ImageClip, concatenate_videoclips, vfx

GROWTH = 0.12
SOUND_FPS = 48_000


def main(order_path: Path, target: Path) -> None:
    """Make the video."""
    order = json.loads(order_path.read_text(encoding="utf-8"))
    folder, size = order_path.parent, (order["width"], order["height"])
    scenes = []
    for one in order["scenes"]:
        length_s = one["seconds"]
        ground = ImageClip(str(folder / one["ground"])).with_duration(length_s)
        ground = ground.with_effects([vfx.Resize(lambda t, s=length_s: 1 + GROWTH * t / s)]).with_position("center")
        words = ImageClip(str(folder / one["words"])).with_duration(length_s).with_position((one["x"], one["y"]))
        scenes.append(CompositeVideoClip([ground, words], size=size).with_duration(length_s))
    film = concatenate_videoclips(scenes)
    silence = AudioArrayClip(np.zeros((round(film.duration * SOUND_FPS), 2)), fps=SOUND_FPS)
    film.with_audio(silence).write_videofile(
        str(target), fps=order["fps"], codec="libx264", audio_codec="aac", preset="superfast", threads=2, logger=None
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
