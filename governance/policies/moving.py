"""What a platform takes of a video, and whether one is that: for the rule of limits, and for who sends it.

Requirements: PUB-6, REV-2.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

H264 = ("avc1", "avc3")
HEVC = ("hvc1", "hev1")
AAC = ("mp4a",)


@dataclass(frozen=True, kw_only=True)
class VideoLimits:
    """The video of one post. Ratios are width to height, both ends included; `moov_first`: it plays from its start."""

    bytes_max: int
    duration_ms_min: int
    duration_ms_max: int
    fps_min: int
    fps_max: int
    ratio_min: tuple[int, int]
    ratio_max: tuple[int, int]
    video_codecs: tuple[str, ...] = H264
    audio_codecs: tuple[str, ...] = AAC
    moov_first: bool = False

    def frozen(self) -> dict[str, Any]:
        """As a snapshot holds it: text, whole numbers and lists."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def unfit(*, facts: Mapping[str, Any], limits: Mapping[str, Any]) -> str:
    """What a platform would not take of a video, as a sentence; "" when it takes it.

    `facts`: size_bytes, width, height, duration_ms, fps_milli, video_codec, audio_codec, moov_first. `limits`: see
    `VideoLimits.frozen`. Whole numbers only: both are frozen into what is judged.
    """
    if facts["size_bytes"] > limits["bytes_max"]:
        return f"The video has {facts['size_bytes']:,} bytes; the platform takes {limits['bytes_max']:,}."
    if not limits["duration_ms_min"] <= facts["duration_ms"] <= limits["duration_ms_max"]:
        least, most = limits["duration_ms_min"] / 1000, limits["duration_ms_max"] / 1000
        return f"The video lasts {facts['duration_ms'] / 1000:g} s; the platform takes {least:g} to {most:g} s."
    # Players round: 29.97 is 30 to everybody, and 60.02 is 60.
    least, most = limits["fps_min"], limits["fps_max"]
    if not least * 990 <= facts["fps_milli"] <= most * 1010:
        fps = facts["fps_milli"] / 1000
        return f"The video shows {fps:g} pictures a second; the platform takes {least} to {most}."
    for what, codec, taken in (
        ("The video", facts["video_codec"], limits["video_codecs"]),
        ("Its sound", facts["audio_codec"] or limits["audio_codecs"][0], limits["audio_codecs"]),
    ):
        if codec not in taken:
            return f"{what} is coded as {codec!r}; the platform takes {', '.join(taken)}."
    if limits["moov_first"] and not facts["moov_first"]:
        return "The video has its table of contents at its end; the platform takes it at the beginning (faststart)."
    return _shape(facts, limits)


def _shape(facts: Mapping[str, Any], limits: Mapping[str, Any]) -> str:
    (least_w, least_h), (most_w, most_h) = limits["ratio_min"], limits["ratio_max"]
    ratio, slack = facts["width"] / facts["height"], 0.005  # whole pixels: 1080 x 1919 is what everybody means by 9:16
    if not least_w / least_h - slack <= ratio <= most_w / most_h + slack:
        said = f"The sides of the video are {facts['width']} to {facts['height']}; the platform takes "
        is_one = limits["ratio_min"] == limits["ratio_max"]
        return said + (f"{least_w}:{least_h}." if is_one else f"{least_w}:{least_h} to {most_w}:{most_h}.")
    return ""
