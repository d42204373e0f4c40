"""What a platform takes of a video, as a value. Requirements: PUB-6."""

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
