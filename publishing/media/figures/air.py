"""Air: gradients, pools of light, and how a picture is finished: rim light, the calm lower third, grain. GEN-3."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from publishing.media.figures.kit import SUPERSAMPLING, Brush, Canvas
from publishing.media.images.colours import Colour, mix

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

CALM_FROM, CALM_WHOLE = 0.6, 0.78  # shares of the height: above the first nothing is veiled, below the second all is
VEIL = 0.86


def gradient(canvas: Canvas, *stops: Colour) -> None:
    """The whole canvas from the first colour above to the last below."""
    from PIL import Image

    places = np.linspace(0, 1, len(stops))
    rows = np.linspace(0, 1, 256)
    strip = np.stack([np.interp(rows, places, [stop[band] for stop in stops]) for band in range(3)], axis=1)
    picture = Image.fromarray(strip.round().astype(np.uint8)[:, None, :])
    canvas.picture.paste(picture.resize((canvas.width, canvas.height), Image.Resampling.BILINEAR))


def pool(
    brush: Brush, x: float, y: float, radius: float, colour: Colour, *, strength: float = 0.8, soft: bool = True
) -> None:
    """Light that falls off from a point, as grain at its rim."""
    from PIL import Image

    canvas, unit = brush.canvas, brush.frame.unit
    cx, cy = brush.frame.at((x, y))
    reach = radius * unit
    left, top = max(0, int(cx - reach)), max(0, int(cy - reach))
    right, bottom = min(canvas.width, int(cx + reach)), min(canvas.height, int(cy + reach))
    if right <= left or bottom <= top:
        return
    ys, xs = np.ogrid[top:bottom, left:right]
    away = np.sqrt((xs - cx) ** 2 + (ys - cy) ** 2).astype(np.float32) / np.float32(reach)
    amount = np.clip(1 - away, 0, 1) ** np.float32(1.25) * np.float32(strength)
    mask = Image.fromarray((amount * 255).astype(np.uint8)) if soft else canvas.grained(amount, left=left, top=top)
    canvas.picture.paste(colour, (left, top), mask)


def _shifted(alpha: NDArray[Any], dx: int, dy: int) -> NDArray[Any]:
    moved = np.zeros_like(alpha)
    height, width = alpha.shape
    moved[max(0, dy) : height + min(0, dy), max(0, dx) : width + min(0, dx)] = alpha[
        max(0, -dy) : height - max(0, dy), max(0, -dx) : width - max(0, dx)
    ]
    return moved


def finish(canvas: Canvas, *, calm: Colour) -> "Picture":
    """The picture at its size: the figure's lit edge and cast shade, the veil below, a vignette, and grain over all."""
    from PIL import Image, ImageFilter

    small = canvas.picture.reduce(SUPERSAMPLING)
    figure = canvas.figure.reduce(SUPERSAMPLING)
    pixels: NDArray[Any] = np.asarray(small, dtype=np.float32)
    alpha: NDArray[Any] = np.asarray(figure, dtype=np.float32) / 255
    height, width = alpha.shape
    unit, side = height / 1920, canvas.light.side
    cast: NDArray[Any] = np.asarray(figure.filter(ImageFilter.GaussianBlur(26 * unit)), dtype=np.float32) / 255
    cast = _shifted(cast, round(-side * 26 * unit), round(20 * unit)) * (1 - alpha) * 0.3
    pixels = pixels * (1 - cast[..., None]) + np.array(mix(calm, (0, 0, 0), 0.5), np.float32) * cast[..., None]
    rim = np.clip(alpha - _shifted(alpha, round(-side * 6 * unit), round(4 * unit)), 0, 1) * 0.62
    pixels = pixels * (1 - rim[..., None]) + np.array(canvas.light.key, np.float32) * rim[..., None]
    rows = np.linspace(0, 1, height, dtype=np.float32)
    veil = np.clip((rows - CALM_FROM) / (CALM_WHOLE - CALM_FROM), 0, 1)
    veil = (veil * veil * (3 - 2 * veil) * VEIL)[:, None, None]
    pixels = pixels * (1 - veil) + np.array(calm, np.float32) * veil
    ys, xs = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    edge = 1 - 0.16 * np.clip(np.sqrt(xs**2 + (ys * 0.9) ** 2) - 0.55, 0, 1)
    grain = canvas.chance.normal(0, 3.4, size=(height, width)).astype(np.float32)
    pixels = pixels * edge[..., None].astype(np.float32) + grain[..., None]
    return Image.fromarray(np.clip(pixels, 0, 255).round().astype(np.uint8))
