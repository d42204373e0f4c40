"""A plan as layers from the top down, exact and small: at most STEPS_MAX nodes, no two boxes touch, edges go down.

Longest paths give the layers, points of passage carry edges across layers, sweeps by the mean of neighbours order each
layer; the order with the fewest crossings is kept. Touches no database. Requirements: PLN-1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y, MARGIN = 216, 76, 24, 40, 12
PASSAGE_WIDTH = 24  # what an edge that passes a layer takes of it
SWEEPS = 8


@dataclass(frozen=True, kw_only=True)
class Box:
    """Where a node stands: its left upper corner, its layer, and its place in the layer."""

    key: str
    x: int
    y: int
    layer: int
    place: int


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A way from the foot of one box to the head of another, as the `d` of a path."""

    before: str
    after: str
    d: str


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """All that the template places."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]


Point = tuple[str, str, int]  # an edge (before, after) passing a layer; of a box: ("", its key, its layer)


def drawn(*, nodes: Sequence[str], needs: Mapping[str, Sequence[str]]) -> Drawing:
    """The drawing of an acyclic graph; `needs` names what stands directly before each node."""
    layer_of = _layers(nodes, needs)
    ways = {(need, node): _way(need, node, layer_of) for node in nodes for need in needs.get(node, ())}
    layers = _ordered([_in_layer(number, nodes, layer_of, ways) for number in range(max(layer_of.values()) + 1)], ways)
    width = max(_width(layer) for layer in layers) + 2 * MARGIN
    at: dict[Point, int] = {}
    for layer in layers:
        left = (width - _width(layer)) // 2
        for point in layer:
            at[point] = left
            left += _wide(point) + GAP_X
    boxes = tuple(
        Box(key=point[1], x=at[point], y=_top(number), layer=number, place=place)
        for number, layer in enumerate(layers)
        for place, point in enumerate(layer)
        if not point[0]
    )
    edges = tuple(Edge(before=before, after=after, d=_path(way, at)) for (before, after), way in ways.items())
    return Drawing(width=width, height=_top(len(layers)) - GAP_Y + MARGIN, boxes=boxes, edges=edges)


def _layers(nodes: Sequence[str], needs: Mapping[str, Sequence[str]]) -> dict[str, int]:
    found: dict[str, int] = {}

    def layer(node: str) -> int:
        if node not in found:
            found[node] = max((layer(need) + 1 for need in needs.get(node, ())), default=0)
        return found[node]

    for node in nodes:
        layer(node)
    return found


def _way(before: str, after: str, layer_of: Mapping[str, int]) -> list[Point]:
    between = range(layer_of[before] + 1, layer_of[after])
    passages: list[Point] = [(before, after, number) for number in between]
    return [("", before, layer_of[before]), *passages, ("", after, layer_of[after])]


def _in_layer(
    number: int, nodes: Sequence[str], layer_of: Mapping[str, int], ways: Mapping[tuple[str, str], list[Point]]
) -> list[Point]:
    passing = [point for way in ways.values() for point in way[1:-1] if point[2] == number]
    return [("", node, number) for node in nodes if layer_of[node] == number] + passing


def _ordered(layers: list[list[Point]], ways: Mapping[tuple[str, str], list[Point]]) -> list[list[Point]]:
    steps = [(way[place], way[place + 1]) for way in ways.values() for place in range(len(way) - 1)]
    best, fewest = layers, _crossings(layers, steps)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        down = sweep % 2 == 0
        order = [list(layer) for layer in (layers if down else reversed(layers))]
        pairs = steps if down else [(after, before) for before, after in steps]
        for former, layer in pairwise(order):
            place_of = {point: place for place, point in enumerate(former)}
            means = {point: _mean(point, pairs, place_of, place) for place, point in enumerate(layer)}
            layer.sort(key=lambda point, means=means: means[point])  # type: ignore[misc]
        layers = order if down else order[::-1]
        crossings = _crossings(layers, steps)
        if crossings < fewest:
            best, fewest = layers, crossings
    return best


def _mean(point: Point, pairs: Sequence[tuple[Point, Point]], place_of: Mapping[Point, int], own: int) -> float:
    near = [place_of[before] for before, after in pairs if after == point]
    return sum(near) / len(near) if near else own


def _crossings(layers: Sequence[Sequence[Point]], steps: Sequence[tuple[Point, Point]]) -> int:
    place_of = {point: place for layer in layers for place, point in enumerate(layer)}
    count = 0
    for number in range(len(layers) - 1):
        here = [(place_of[before], place_of[after]) for before, after in steps if before[2] == number]
        count += sum((a - c) * (b - d) < 0 for place, (a, b) in enumerate(here) for c, d in here[place + 1 :])
    return count


def _wide(point: Point) -> int:
    return PASSAGE_WIDTH if point[0] else BOX_WIDTH


def _width(layer: Sequence[Point]) -> int:
    return sum(map(_wide, layer)) + GAP_X * (len(layer) - 1)


def _top(number: int) -> int:
    return MARGIN + number * (BOX_HEIGHT + GAP_Y)


def _path(way: Sequence[Point], at: Mapping[Point, int]) -> str:
    """From foot to head in curves; straight down where a layer is passed."""
    middle = [at[point] + _wide(point) // 2 for point in way]
    first = way[0][2]
    x, y = middle[0], _top(first) + BOX_HEIGHT
    said = [f"M{x},{y}"]
    for place, to_x in enumerate(middle[1:], start=1):
        to_y = _top(first + place)
        said.append(f"C{x},{y + GAP_Y // 2} {to_x},{to_y - GAP_Y // 2} {to_x},{to_y}")
        x, y = to_x, to_y
        if place < len(middle) - 1:
            y += BOX_HEIGHT
            said.append(f"V{y}")
    return " ".join(said)
