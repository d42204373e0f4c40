"""From local units to canvas pixels. GEN-3."""

import math
from dataclasses import dataclass, replace

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """From local units to canvas pixels: turned, scaled, moved."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def at(self, point: Point) -> Point:
        """A point on the canvas."""
        return self.a * point[0] + self.b * point[1] + self.x, self.c * point[0] + self.d * point[1] + self.y

    def moved(self, x: float, y: float) -> "Frame":
        """The same with its origin at a local point."""
        at = self.at((x, y))
        return replace(self, x=at[0], y=at[1])

    def scaled(self, x: float, y: float | None = None) -> "Frame":
        """Larger or smaller; a negative `x` mirrors."""
        y = x if y is None else y
        return replace(self, a=self.a * x, b=self.b * y, c=self.c * x, d=self.d * y)

    def turned(self, degrees: float) -> "Frame":
        """Turned about its origin, clockwise."""
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        return replace(
            self,
            a=self.a * cos + self.b * sin,
            b=self.b * cos - self.a * sin,
            c=self.c * cos + self.d * sin,
            d=self.d * cos - self.c * sin,
        )

    @property
    def unit(self) -> float:
        """Canvas pixels of one local unit."""
        return math.sqrt(abs(self.a * self.d - self.b * self.c))
