"""Frames out of a clip, for whoever has to look at it. Requirements: GEN-4."""

from pathlib import Path

from publishing.media.studio import running


def sampled(*, clip: Path, duration_ms: int, count: int) -> list[bytes]:
    """So many frames, evenly over the clip, as PNG; files of that name beside it come and go.

    Raises BadScript for what is no clip, RenderFailed where ffmpeg cannot be run.
    """
    found = []
    for number in range(count):
        target = clip.with_name(f"{clip.stem}-frame-{number}.png")
        at_s = duration_ms / 1000 * (number + 0.5) / count
        arguments = ["-ss", f"{at_s:.3f}", "-i", str(clip), "-frames:v", "1", "-f", "image2"]
        with running.Crew(most=1) as crew:
            crew.begin(running.start(arguments=arguments, what="a frame of a clip", target=target, seconds_max=30.0))
            crew.finished(room=False)
        found.append(target.read_bytes())
        target.unlink()
    return found
