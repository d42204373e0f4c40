"""Renditions: how one script is shown on each platform: size, safe area, and what may be drawn on it.

Limits are the platforms' published ones (read in November 2026); sizes, rates and safe areas are ours. TikTok's
content-sharing guidelines forbid names, logos and watermarks burned into the media, so its rendition has no
signature; words of disclosure are no brand and stay. Requirements: GEN-3, PUB-2, PUB-6.
"""

from dataclasses import dataclass, replace

from publishing.media.studio.base import BadScript


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a platform takes: seconds, bytes, frames a second, pixels of a side, and width by height."""

    seconds_min: float
    seconds_max: float
    bytes_max: int
    fps_min: float
    fps_max: float
    side_px_min: int
    side_px_max: int
    ratio_min: float
    ratio_max: float


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """One way to render a script.

    `safe` is (left, top, right, bottom): the share of width or height that the platform's own controls cover, where no
    text goes. `is_signed` says whether name, handle and mark are drawn. `preset` and `crf` are x264's.
    """

    name: str
    width: int
    height: int
    safe: tuple[float, float, float, float]
    is_signed: bool
    limits: Limits
    fps: int = 30
    preset: str = "superfast"
    crf: int = 21
    rate_kbps_max: int = 8_000

    def __post_init__(self) -> None:
        if self.width % 2 or self.height % 2 or min(self.width, self.height) < 32:
            raise BadScript(
                f"A rendition of {self.width} x {self.height} pixels cannot be encoded; both must be even, and 32 or "
                "more."
            )

    @property
    def unit(self) -> float:
        """How many pixels one pixel of a width of 1080 is here."""
        return self.width / 1080

    @property
    def safe_box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the area where text may stand, in pixels."""
        left, top, right, bottom = self.safe
        return (
            round(self.width * left), round(self.height * top),
            round(self.width * (1 - right)), round(self.height * (1 - bottom)),
        )  # fmt: skip


_VERTICAL = (9 / 16 - 0.01, 9 / 16 + 0.01)

RENDITIONS: dict[str, Rendition] = {
    one.name: one
    for one in (
        Rendition(
            name="x", width=1080, height=1350, safe=(0.07, 0.06, 0.07, 0.1), is_signed=True,
            limits=Limits(
                seconds_min=0.5, seconds_max=140, bytes_max=512_000_000, fps_min=1, fps_max=60,
                side_px_min=32, side_px_max=4096, ratio_min=1 / 3, ratio_max=3,
            ),
        ),
        Rendition(
            name="instagram", width=1080, height=1920, safe=(0.065, 0.12, 0.125, 0.23), is_signed=True,
            limits=Limits(
                seconds_min=3, seconds_max=900, bytes_max=300_000_000, fps_min=23, fps_max=60,
                side_px_min=32, side_px_max=1920, ratio_min=_VERTICAL[0], ratio_max=_VERTICAL[1],
            ),
        ),
        Rendition(
            name="tiktok", width=1080, height=1920, safe=(0.065, 0.09, 0.13, 0.25), is_signed=False,
            limits=Limits(
                seconds_min=1, seconds_max=600, bytes_max=4_000_000_000, fps_min=23, fps_max=60,
                side_px_min=360, side_px_max=4096, ratio_min=_VERTICAL[0], ratio_max=_VERTICAL[1],
            ),
        ),
        Rendition(
            name="youtube", width=1080, height=1920, safe=(0.065, 0.09, 0.15, 0.25), is_signed=True,
            limits=Limits(
                seconds_min=1, seconds_max=180, bytes_max=256_000_000_000, fps_min=1, fps_max=60,
                side_px_min=32, side_px_max=4096, ratio_min=0.3, ratio_max=1,
            ),
        ),
    )
}  # fmt: skip


def rendition(*, platform: str) -> Rendition:
    """The rendition of a platform. Raises BadScript naming those that there are."""
    if platform not in RENDITIONS:
        raise BadScript(f'There is no rendition "{platform[:30]}"; choose one of {", ".join(RENDITIONS)}.')
    return RENDITIONS[platform]


def for_platform(*, platform: str) -> Rendition:
    """The rendition that a platform is given: its own, else the one of 4:5, which timelines of any kind show whole."""
    return RENDITIONS.get(platform, RENDITIONS["x"])


def sized(*, of: Rendition, width: int) -> Rendition:
    """The same at this width; as it is where it is no wider. The smallest are for tests and previews."""
    if width >= of.width:
        return of
    limits = replace(of.limits, side_px_min=32)
    return replace(of, width=width, height=round(of.height * width / of.width / 2) * 2, limits=limits)


def draft(*, of: Rendition) -> Rendition:
    """A quarter of the size, quickly: for tests and previews. Such a video is smaller than TikTok takes."""
    limits = replace(of.limits, side_px_min=32)
    return replace(of, width=of.width // 4, height=of.height // 8 * 2, preset="ultrafast", crf=28, limits=limits)
